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
    record = memory.get(seen.sources[0])
    assert record is not None
    assert (record.text, record.kind, record.source) == ("艾菲爾鐵塔高330公尺。", "fact", "run r7")
    assert seen.result == f"Remembered as {record.id}: 艾菲爾鐵塔高330公尺。"


def test_what_was_remembered_is_recalled_with_its_id(memory: Memory) -> None:
    tower = memory.add("艾菲爾鐵塔高330公尺。")
    memory.add("Ann's favourite colour is teal.")
    seen = call(memory, "recall", query="鐵塔高度")
    assert seen.result == f"1. 艾菲爾鐵塔高330公尺。 [{tower.id}]"
    assert seen.sources == (tower.id,)
    assert call(memory, "recall", query="favourite colour").result.startswith("1. Ann's favourite")


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
    ("name", "args"), [("remember", {"text": "x"}), ("recall", {"query": "x"})]
)
def test_an_agent_without_memory(name: str, args: dict[str, Any]) -> None:
    seen = call(None, name, **args)
    assert not seen.ok
    assert seen.result.startswith("This agent has no memory")
