"""Events made by hand: a run with a failure, and texts that mean harm."""

from collections.abc import Iterator
from typing import Any

from agentic.events import (
    Answered,
    Event,
    Learned,
    ModelCalled,
    Planned,
    Recalled,
    Reflected,
    RunEnded,
    RunStarted,
    TextDelta,
    ToolEnded,
    ToolStarted,
)
from agentic.safety.budget import Usage
from agentic.state import Recollection, Step

__all__ = ["CHINESE", "ENGLISH", "HOSTILE", "USAGE", "happenings"]

ENGLISH = {
    "memory": "Last year's note says that the harbour city is Bergen.",
    "first": "the harbour city and its population",
    "second": "the population, doubled",
    "pattern": "harbour",
    "found": "notes/harbour.md:3: Bergen has 291,000 people.",
    "learned": "Bergen has 291,000 people.",
    "doubled": "Doubled, it is 582,000.",
    "answer": "It is Bergen; doubled, its population is 582,000 [1].",
    "source": "notes/harbour.md:3",
}
CHINESE = {
    "memory": "去年的筆記說，港口城市是卑爾根。",
    "first": "港口城市的名稱和人口，寫在筆記裡的第三段",
    "second": "人口的兩倍",
    "pattern": "港口",
    "found": "筆記/港口.md:3: 卑爾根，人口二十九萬一千人，是第二大的城市。",
    "learned": "卑爾根有291,000人。",
    "doubled": "兩倍是582,000。",
    "answer": "港口城市是卑爾根，人口的兩倍是582,000人[1]。",
    "source": "筆記/港口.md:3",
}
EVIL = "[red]x[/red]\x1b[31m\x1b]0;title\x07\x9b2J\u202eesrever\u200b\r\x00\ud800[/]"
HOSTILE = dict.fromkeys(ENGLISH, EVIL)
USAGE = Usage(
    model_calls=6,
    tool_calls=3,
    prompt_tokens=1934,
    cached_tokens=1760,
    completion_tokens=180,
    seconds=9.83,
    cost=0.0,
)


def happenings(words: dict[str, str]) -> Iterator[Event]:
    """A run: one step succeeds, the other at its second try."""
    yield RunStarted(run_id="r1", agent="assistant", model="local", task=words["answer"])
    memory = Recollection(id="m1", text=words["memory"], citation="run r0 [memory m1]")
    yield Recalled(hits=[memory])
    yield ModelCalled(node="plan", text=words["first"], usage=USAGE)
    one = Step(id=1, serves="harbour", tool="search_files", yields=words["first"])
    two = Step(id=2, serves="doubled", tool="calculator", yields=words["second"])
    yield Planned(steps=[one, two], revision=1)
    yield from _call("a", 1, "search_files", {"pattern": words["pattern"]}, words["found"])
    one = one.model_copy(update={"status": "done", "evidence": "a", "learned": words["learned"]})
    yield Reflected(verdict="act", reason="", steps=[one, two])
    yield from _call("b", 2, "calculator", {"expression": "291000 * x"}, "No name 'x'.", ok=False)
    yield Reflected(verdict="act", reason="calculator: No name 'x'.", steps=[one, two])
    yield from _call("c", 2, "calculator", {"expression": "291000 * 2"}, "291000 * 2 = 582000")
    two = two.model_copy(update={"status": "done", "evidence": "c", "learned": words["doubled"]})
    yield Reflected(verdict="done", reason="every step has its evidence", steps=[one, two])
    yield TextDelta(text=words["answer"])
    yield Answered(text=words["answer"], sources=[words["source"]])
    yield Learned(ids=["m2"], faded=[words["memory"]])
    yield RunEnded(run_id="r1", status="done", reason="", usage=USAGE)


def _call(
    id: str, step: int, name: str, args: dict[str, Any], result: str, ok: bool = True
) -> Iterator[Event]:
    yield ToolStarted(id=id, step=step, name=name, args=args)
    yield ToolEnded(id=id, step=step, name=name, ok=ok, result=result, seconds=0.04)
