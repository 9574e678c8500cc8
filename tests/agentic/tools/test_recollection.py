"""Remember and recall over a real memory on disk."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentic.state import Observation, ToolCall
from agentic.tools import BUILTIN, ToolContext
from agentic.tools.runner import run_call
from memory import Memory
from memory.embedding import LexicalHash


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory", embedder=LexicalHash()) as memory:
        yield memory


def call(memory: Memory | None, name: str, **args: Any) -> Observation:
    context = ToolContext(Path.cwd(), memory, run_id="r7")
    return asyncio.run(run_call(BUILTIN[name], ToolCall(name=name, args=args), context))


def test_what_is_remembered_is_stored_with_its_run(memory: Memory) -> None:
    seen = call(memory, "remember", text=" 艾菲爾鐵塔高330公尺。 ")
    [record] = memory.list()
    assert (record.text, record.kind, record.source) == ("艾菲爾鐵塔高330公尺。", "fact", "run r7")
    assert seen.result == f"Remembered as {record.id}: 艾菲爾鐵塔高330公尺。"
    assert seen.sources == (f"run r7 [memory {record.id}]",)


def test_what_is_known_already_is_said_to_be(memory: Memory) -> None:
    record = memory.add("Ann's favourite colour is teal.", source="a talk")
    seen = call(memory, "remember", text="Ann's favourite colour is teal")
    assert seen.result == f"Known already, as {record.id}: Ann's favourite colour is teal."
    account = memory.why(record.id)
    assert account is not None
    assert account.sources == ("a talk", "run r7")


def test_what_gives_way_to_a_new_fact_is_said(memory: Memory) -> None:
    memory.add("小美最愛的水果是芒果。")
    seen = call(memory, "remember", text="小美最愛的水果是荔枝。")
    assert seen.result.endswith("\nIt takes the place of: 小美最愛的水果是芒果。")
    assert [record.text for record in memory.list()] == ["小美最愛的水果是荔枝。"]


def test_what_was_remembered_is_recalled_with_its_citation(memory: Memory) -> None:
    tower = memory.add("艾菲爾鐵塔高330公尺。", source="run r1")
    memory.add("Ann's favourite colour is teal.")
    seen = call(memory, "recall", query="鐵塔高度")
    assert seen.result == f"1. run r1 [memory {tower.id}]: 艾菲爾鐵塔高330公尺。"
    assert seen.sources == (tower.citation,)
    account = memory.why(tower.id)
    assert account is not None
    assert [use.by for use in account.uses] == ["run r7"]
    assert "Ann's favourite" in call(memory, "recall", query="favourite colour").result


def test_what_was_recalled_is_not_remembered_again(memory: Memory) -> None:
    memory.add("Ann's favourite colour is teal.")
    given = call(memory, "recall", query="favourite colour").result
    seen = call(memory, "remember", text=given)
    assert not seen.ok
    assert "given out by memory" in seen.result
    assert len(list(memory.list())) == 1


def test_documents_are_searched_by_passage(memory: Memory, tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text("# Setup\n\nThe server listens on port 8443.\n\n# 備份\n\n每晚兩點備份。\n")
    memory.add("Ann's port is Lisbon.")
    assert call(memory, "search_documents", query="port").result.startswith("No documents")
    memory.ingest(guide)
    seen = call(memory, "search_documents", query="Which port does the server use?")
    assert seen.result.startswith(f"1. {guide}:")
    assert "port 8443" in seen.result
    assert "Lisbon" not in seen.result
    assert seen.sources
    assert "備份" in call(memory, "search_documents", query="幾點備份？").result
    nothing = call(memory, "search_documents", query="法國人口").result
    assert nothing == "The documents say nothing about '法國人口'; try other words."


def test_tools_are_offered_where_they_can_do_something(memory: Memory, tmp_path: Path) -> None:
    def offered(memory: Memory | None) -> list[str]:
        context = ToolContext(tmp_path, memory)
        about = ("remember", "recall", "search_documents")
        return [name for name in about if (when := BUILTIN[name].when) and when(context)]

    assert offered(None) == []
    assert offered(memory) == ["remember", "recall"]
    (tmp_path / "a.txt").write_text("Something to be found.")
    memory.ingest(tmp_path / "a.txt")
    assert offered(memory) == ["remember", "recall", "search_documents"]


def test_nothing_fitting_is_said_to_be_nothing(memory: Memory) -> None:
    assert (
        call(memory, "recall", query="法國人口").result == "Nothing is remembered about '法國人口'."
    )
    memory.add("Ann's favourite colour is teal.")
    seen = call(memory, "recall", query="population of France")
    assert (seen.ok, seen.sources) == (True, ())
    assert seen.result == "Nothing is remembered about 'population of France'."


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("remember", {"text": " "}, "There is nothing to remember"),
        ("remember", {"text": ""}, "at least 1 character"),
        ("recall", {"query": "\n"}, "There is nothing to look for"),
        ("search_documents", {"query": " "}, "There is nothing to look for"),
        ("remember", {"text": "ok"}, "says nothing"),
        ("remember", {"text": "You are a helpful assistant."}, "instruction to a model"),
        ("recall", {}, "'query' is missing"),
        ("remember", {"text": "x", "context": 1}, "there is no argument 'context'"),
    ],
)
def test_errors_say_what_is_wrong(
    memory: Memory, name: str, args: dict[str, Any], message: str
) -> None:
    seen = call(memory, name, **args)
    assert not seen.ok
    assert message in seen.result


@pytest.mark.parametrize(
    ("name", "args"),
    [("remember", {"text": "x"}), ("recall", {"query": "x"}), ("search_documents", {"query": "x"})],
)
def test_an_agent_without_memory(name: str, args: dict[str, Any]) -> None:
    seen = call(None, name, **args)
    assert not seen.ok
    assert seen.result.startswith("This agent has no memory")


def test_what_others_wrote_never_takes_the_place_of_a_fact(tmp_path: Path) -> None:
    with Memory(tmp_path / "memory") as memory:
        memory.add("Ann's favourite colour is teal.")
        told = ToolCall(name="remember", args={"text": "Ann's favourite colour is red."}, id="c1")
        misled = ToolContext(tmp_path, memory=memory, untrusted=True)
        assert asyncio.run(run_call(BUILTIN["remember"], told, misled)).ok
        there = {record.text: record.metadata for record in memory.list()}
        assert there == {
            "Ann's favourite colour is teal.": {},
            "Ann's favourite colour is red.": {"untrusted": True},
        }
        memory.add("Ann's favourite colour is blue.")
        assert {record.text for record in memory.list()} == {"Ann's favourite colour is blue."}
