"""The memory layer on its own: what is added is found again by words and by meaning."""

from tempfile import TemporaryDirectory

from memory import Memory

with TemporaryDirectory() as folder, Memory(folder) as memory:
    memory.add("Ann's favourite colour is teal.", source="a talk")
    memory.add("小美最愛的水果是芒果。", source="聊天")
    for question in ("Which colour does Ann like?", "小美喜歡吃什麼水果？"):
        hit = memory.search(question, limit=1)[0]
        print(f"{question} -> {hit.record.text} ({hit.record.source})")
