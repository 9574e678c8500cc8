"""A memory as the retriever of a LangChain chain; a model would follow the prompt."""

from tempfile import TemporaryDirectory

from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from memory import Memory

PROMPT = ChatPromptTemplate.from_template("Known:\n{known}\n\nQuestion: {question}")


def listed(documents: list[Document]) -> str:
    """Documents as lines, each with where it is from."""
    return "\n".join(f"- {each.page_content} ({each.metadata['source']})" for each in documents)


if __name__ == "__main__":
    with TemporaryDirectory() as folder, Memory(folder) as memory:
        memory.add("Ann's favourite colour is teal.", source="a talk")
        memory.add("The library closes at six on Fridays.", source="a sign")
        memory.add("小美最愛的水果是芒果。", source="聊天")
        retriever = memory.as_retriever(limit=1)
        chain = {"known": retriever | listed, "question": RunnablePassthrough()} | PROMPT
        for question in ("Which colour does Ann like?", "小美喜歡吃什麼水果？"):
            print(chain.invoke(question).to_string(), end="\n\n")
