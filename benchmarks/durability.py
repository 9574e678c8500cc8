"""What it costs a tool call that nothing is lost: its journal, and the checkpoints around it.

Whole runs on a scripted model, each with many calls. Every read and write of the journal and of the
checkpoints is timed; the figure of a call is what it took from its decision to its verdict: rows
before and after its effect, and the state after each of its three supersteps.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentic import Agent, DayLimits, Limits, tool
from agentic.runs.journal import Journal
from agentic.runs.saver import ThinningSaver
from agentic.testing import ScriptedModel, call, enough, plan
from benchmarks.reporting import Took, arguments, at_most, finish, folder, spread, table

__all__ = ["CALLS", "main", "measured"]

CALLS = 8
"""Calls of a run: as many as a plan may have."""
RUNS, QUICK = 40, 2
TARGET_MS = 5.0


@tool(effects=["writes"])
def note(number: int) -> str:
    """Note a number."""
    return f"noted {number}"


def agent() -> Agent:
    """An agent that makes as many calls as a plan has steps."""
    parts = [f"note {number}" for number in range(CALLS)]
    script = [plan(*(("note", part) for part in parts))]
    script += [call("note", number=number) for number in range(CALLS)]
    never = DayLimits(model_calls=None, tool_calls=None, tokens=None)
    model = ScriptedModel(*script, enough("all noted"), "All are noted.")
    return Agent("noter", tools=[note], model=model, limits=Limits(per_day=never))


@contextmanager
def timing(seconds: dict[str, list[float]]) -> Iterator[None]:
    """Within the block what is written is timed, under what wrote it."""
    parts: list[tuple[type[Any], str, str]] = [
        (Journal, "entry", "journal"),
        (Journal, "begin", "journal"),
        (Journal, "end", "journal"),
        (ThinningSaver, "put", "checkpoints"),
        (ThinningSaver, "put_writes", "checkpoints"),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in parts]
    for (owner, name, what), (_, _, plain) in zip(parts, before, strict=True):
        setattr(owner, name, _timed(plain, seconds[what]))
    try:
        yield
    finally:
        for owner, name, plain in before:
            setattr(owner, name, plain)


def _timed(plain: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return plain(*args, **kwargs)
        finally:
            seconds.append(time.perf_counter() - began)

    return timed


async def measured(home: Path, runs: int) -> dict[str, Any]:
    """What a call takes, from runs one after the other."""
    journal: list[Took] = []
    checkpoints: list[Took] = []
    for _ in range(runs):
        seconds: dict[str, list[float]] = {"journal": [], "checkpoints": []}
        with timing(seconds):
            events = [event async for event in agent().astream(_task())]
        assert events[-1].type == "run_ended"
        each = {name: sum(times) / CALLS for name, times in seconds.items()}
        journal += [Took(each["journal"], 0.0)] * CALLS
        checkpoints += [Took(each["checkpoints"], 0.0)] * CALLS
    both = [Took(a.wall + b.wall, 0.0) for a, b in zip(journal, checkpoints, strict=True)]
    return {
        "calls": runs * CALLS,
        "journal": spread(journal),
        "checkpoints": spread(checkpoints),
        "together": spread(both),
    }


def _task() -> str:
    return ", ".join(f"note {number}" for number in range(CALLS))


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, runs=0)
    runs = options.runs or (QUICK if options.quick else RUNS)
    with folder() as home, at_home(home):
        figures = asyncio.run(measured(home, runs))
    rows = [{"what": name, **figures[name]} for name in ("journal", "checkpoints", "together")]
    table("ms a call", rows)
    checks = [at_most("ms a call, median", figures["together"]["p50"], TARGET_MS)]
    finish("durability", figures, checks, quick=options.quick)


@contextmanager
def at_home(home: Path) -> Iterator[None]:
    """Runs are kept in a folder of the benchmark's own."""
    import os

    from agentic.settings import settings

    os.environ["AGENTIC_HOME"] = str(home)  # noqa: TID251 the home is this process's own
    settings.cache_clear()
    yield
    settings.cache_clear()


if __name__ == "__main__":
    main()
