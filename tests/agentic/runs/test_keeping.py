"""How much is kept of runs: checkpoints ever further apart, and finished runs only for so long."""

import asyncio
import operator
import os
import random
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypedDict

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from langgraph.graph import END, START, StateGraph

from agentic import Agent, UsageError
from agentic.runs import Runs
from agentic.runs.checkpoints import NEWEST, superfluous
from agentic.runs.pruning import prune
from agentic.runs.saver import whole
from agentic.settings import settings
from agentic.testing import ScriptedModel

STEPS = 500
MOST_BYTES = 20_000_000
DAY = 86_400.0


class Walk(TypedDict):
    """A state that grows with every step, as a transcript does."""

    said: Annotated[list[str], operator.add]


def long_graph() -> Any:
    chance = random.Random(0)

    def step(state: Walk) -> Walk:
        return {"said": [f"{len(state['said'])} {chance.randbytes(250).hex()}"]}

    graph = StateGraph(Walk)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda s: "step" if len(s["said"]) < STEPS else END)
    return graph.compile()


def test_a_run_of_500_steps_takes_less_than_20_megabytes(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs")
    config = {"configurable": {"thread_id": "long"}, "recursion_limit": STEPS + 10}

    async def walked() -> int:
        with runs.durable(long_graph(), "long") as graph:
            await graph.ainvoke({"said": []}, config, durability="sync")
            return len([each async for each in graph.aget_state_history(config)])

    kept = asyncio.run(walked())
    size = sum(each.stat().st_size for each in (tmp_path / "runs" / "long").iterdir())
    print(f"{kept} checkpoints, {size:,} bytes")
    assert NEWEST <= kept < 100
    assert size < MOST_BYTES


@given(st.integers(0, 2000))
@settings_of(deadline=None, max_examples=25)
def test_the_newest_checkpoints_stay_and_older_ones_thin_out(last: int) -> None:
    gone: set[int] = set()
    for step in range(-1, last + 1):
        there = set(range(-1, step + 1)) - gone
        gone |= superfluous(there) if step % 16 == 0 else set()
    kept = sorted(set(range(-1, last + 1)) - gone)
    assert kept[-1] == last
    assert set(range(max(last - NEWEST + 16, -1), last + 1)) <= set(kept)
    assert len(kept) <= 3 * NEWEST + 12 * max(last, 1).bit_length()
    # one can go back to any part of the run: gaps grow with age, and never faster
    assert all(b - a <= 2 + (last - a) // 4 for a, b in pairwise(kept))


def test_of_a_task_that_was_broken_off_nothing_half_is_kept() -> None:
    """LangGraph keeps what it wrote, without where that leads: a run would end there."""
    half = [("plan", ["a step"]), ("__error__", "cancelled")]
    assert whole(half) == [("__error__", "cancelled")]
    assert whole(half[:1]) == half[:1]


def finished(runs: Runs, count: int) -> list[str]:
    """Runs that have ended, the oldest first, a day apart."""
    made = [Agent("quick", model=ScriptedModel("Hello.")).run(f"Greet {n}") for n in range(count)]
    now = (runs.files(made[-1].run_id) / "events.jsonl").stat().st_mtime
    for age, each in enumerate(reversed(made)):
        when = now - age * DAY
        for place in (runs.files(each.run_id) / "events.jsonl", runs.files(each.run_id)):
            os.utime(place, (when, when))
    return [each.run_id for each in made]


def test_finished_runs_go_by_age_and_the_oldest_first_by_size() -> None:
    runs = Runs(settings().home / "runs")
    ids = finished(runs, 4)
    assert prune(runs, days=2.5, most=10**9) == [ids[0]]
    size = sum(each.stat().st_size for each in runs.files(ids[3]).rglob("*"))
    assert prune(runs, days=30, most=size + 1000) == ids[1:3]
    assert runs.ids() == [ids[3]]
    assert prune(runs, days=30, most=0) == [ids[3]]


def test_a_run_that_was_cut_off_or_is_worked_on_stays() -> None:
    runs = Runs(settings().home / "runs")
    [ended] = finished(runs, 1)
    stream = Agent("quick", model=ScriptedModel("Hello.")).stream("Greet")
    cut_off = next(stream).run_id  # type: ignore[union-attr]  # the first event names the run
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    with runs.held(ended):
        assert prune(runs, days=0, most=0) == []
    assert prune(runs, days=0, most=0) == [ended]
    assert runs.ids() == [cut_off]


def test_a_run_that_went_is_told_of_as_unknown() -> None:
    runs = Runs(settings().home / "runs")
    [id] = finished(runs, 1)
    prune(runs, days=0, most=0)
    with pytest.raises(UsageError, match=f"There is no run '{id}' to go on with"):
        Agent("quick", model=ScriptedModel()).resume(id)
    assert not runs.files(id).exists()
