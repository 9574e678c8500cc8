"""The LangChain retriever: documents from a memory, alone and in a chain."""

import asyncio
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnablePassthrough
from pydantic import ValidationError

from memory import FilterError, Memory
from memory.embedding import LexicalHash

__all__: list[str] = []

EXAMPLE = Path(__file__).parents[2] / "examples" / "retriever.py"


@pytest.fixture
def filled(memory: Memory) -> Memory:
    memory.add(
        "Ann's favourite fruit is the pear.", source="talk", metadata={"lang": "en", "id": "x"}
    )
    memory.add("小美最愛的水果是芒果。", source="聊天", metadata={"lang": "zh"})
    memory.add("Peel the pear before you cook it.", kind="lesson")
    return memory


def texts(found: list[Document]) -> list[str]:
    return [document.page_content for document in found]


def test_a_hit_becomes_a_document(filled: Memory) -> None:
    retriever = filled.as_retriever()
    assert isinstance(retriever, BaseRetriever)
    found = retriever.invoke("Ann's favourite fruit")
    [hit, *_] = filled.search("Ann's favourite fruit", limit=5)
    first = found[0]
    assert (first.id, first.page_content) == (hit.record.id, hit.record.text)
    assert first.metadata["score"] == pytest.approx(hit.score, abs=1e-6)
    assert first.metadata["why"].keys() == hit.why.keys()
    assert first.metadata["citation"] == f"talk [memory {hit.record.id}]"
    told = {name: first.metadata[name] for name in ("id", "kind", "source", "lang")}
    assert told == {"id": hit.record.id, "kind": "fact", "source": "talk", "lang": "en"}
    assert datetime.fromisoformat(first.metadata["created"]) == hit.record.created
    json.dumps(first.metadata)


def test_limit_and_filters(filled: Memory) -> None:
    assert len(filled.as_retriever().invoke("pear")) == 3
    assert len(filled.as_retriever(limit=1).invoke("pear")) == 1
    ways: list[tuple[dict[str, Any], list[str]]] = [
        ({"kinds": "lesson"}, ["Peel the pear before you cook it."]),
        ({"kinds": ["fact"], "where": {"lang": "zh"}}, ["小美最愛的水果是芒果。"]),
        ({"source": "ta*"}, ["Ann's favourite fruit is the pear."]),
        ({"since": datetime.now(UTC) + timedelta(days=1)}, []),
        ({"until": datetime.now(UTC) - timedelta(days=1)}, []),
    ]
    for how, expected in ways:
        assert texts(filled.as_retriever(**how).invoke("pear")) == expected


def test_relevant_may_find_nothing(filled: Memory) -> None:
    assert filled.as_retriever().invoke("quantum chromodynamics") != []
    assert filled.as_retriever(relevant=True).invoke("quantum chromodynamics") == []
    [document] = filled.as_retriever(relevant=True, kinds="fact").invoke("最愛的水果")
    assert document.page_content == "小美最愛的水果是芒果。"
    assert "lift" in document.metadata["why"]


def test_passages_cite_their_document(memory: Memory, tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text("# Fruit\n\nPears ripen in September.\n", encoding="utf-8")
    memory.ingest(guide)
    [document] = memory.as_retriever(kinds="passage").invoke("When do pears ripen?")
    assert document.metadata["source"] == str(guide)
    assert "guide.md" in document.metadata["citation"]
    assert document.metadata["headings"] == ["Fruit"]


def test_items_of_a_store_are_found_by_kind_alone(filled: Memory) -> None:
    filled.as_store().put(("users",), "ann", {"fruit": "pear"})
    assert "item" not in {d.metadata["kind"] for d in filled.as_retriever().invoke("pear")}
    assert len(filled.as_retriever(kinds="item").invoke("pear")) == 1


def test_it_stands_in_a_chain(filled: Memory) -> None:
    prompt = ChatPromptTemplate.from_template("{known} | {question}")
    chain = {
        "known": filled.as_retriever(limit=1) | (lambda found: found[0].page_content),
        "question": RunnablePassthrough(),
    } | prompt
    expected = "Human: 小美最愛的水果是芒果。 | 小美最愛的水果"
    assert chain.invoke("小美最愛的水果").to_string() == expected
    assert asyncio.run(chain.ainvoke("小美最愛的水果")).to_string() == expected
    several = filled.as_retriever(limit=1).batch(["Ann's favourite fruit", "小美最愛的水果"])
    assert [found[0].metadata["source"] for found in several] == ["talk", "聊天"]


def test_the_event_loop_goes_on_while_it_searches(path: Path) -> None:
    asked, free = threading.Event(), threading.Event()
    passed: list[bool] = []

    class Waiting(LexicalHash):
        name = "waiting"

        def query(self, text: str) -> Any:
            asked.set()
            passed.append(free.wait(60))
            return LexicalHash.query(self, text)

    async def run() -> list[Document]:
        searching = asyncio.create_task(retriever.ainvoke("pear"))
        while not asked.is_set():
            await asyncio.sleep(0)
        free.set()  # never reached if the loop waited for the embedder
        return await searching

    with Memory(path, embedder=Waiting()) as memory:
        memory.add("The pear is ripe.")
        retriever = memory.as_retriever()
        assert texts(asyncio.run(run())) == ["The pear is ripe."]
        assert passed == [True]


def test_filters_that_can_not_be(filled: Memory) -> None:
    with pytest.raises(FilterError, match=r"'\$near'.*there are: \$eq"):
        filled.as_retriever(where={"lang": {"$near": "en"}})
    with pytest.raises(FilterError, match=r"relevant=True filters by kinds alone, not by source"):
        filled.as_retriever(relevant=True, source="talk")
    with pytest.raises(FilterError, match=r"kind 'poem'; there are: fact"):
        filled.as_retriever(kinds="poem").invoke("pear")
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        filled.as_retriever(limit=0)


def test_the_example_runs(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.returncode == 0, ran.stderr
    for known, question in (
        ("Ann's favourite colour is teal. (a talk)", "Which colour does Ann like?"),
        ("小美最愛的水果是芒果。 (聊天)", "小美喜歡吃什麼水果？"),
    ):
        assert f"Known:\n- {known}\n\nQuestion: {question}\n" in ran.stdout
