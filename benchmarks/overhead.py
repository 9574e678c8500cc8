"""What the layer and the runner add to a tool call: validation, limits, thread, rendering.

The tool does nothing, so all that a call takes is ours. Sync and async, in turns within one
process; a bare call of the function stands beside them. `durability` has what the journal adds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from agentic.state import ToolCall
from agentic.tools import Tool, ToolContext, tool
from agentic.tools.runner import run_call
from benchmarks.reporting import Took, arguments, at_most, finish, folder, spread, table

__all__ = ["main"]

CALLS, QUICK = 2_000, 50
TARGET_MS = 1.0


@tool(effects=[])
def add(a: int, b: int = 2) -> int:
    """Add two numbers."""
    return a + b


@tool(effects=[], name="add_async")
async def add_async(a: int, b: int = 2) -> int:
    """Add two numbers."""
    return a + b


async def measured(ways: dict[str, Callable[[], Awaitable[Any]]], calls: int) -> dict[str, Any]:
    """The times of each way, taken in turns."""
    import time

    times: dict[str, list[Took]] = {name: [] for name in ways}
    for _ in range(calls):
        for name, way in ways.items():
            cpu, wall = time.process_time(), time.perf_counter()
            await way()
            took = Took(time.perf_counter() - wall, time.process_time() - cpu)
            times[name].append(took)
    return {name: spread(several) for name, several in times.items()}


def ways(files: Path) -> dict[str, Callable[[], Awaitable[Any]]]:
    """How a call is made."""

    async def bare() -> int:
        return int(add(1, 2))

    def run(made: Tool) -> Callable[[], Awaitable[Any]]:
        call = ToolCall(name=made.name, args={"a": "1", "b": 2}, id="c1")
        return lambda: run_call(made, call, ToolContext(files))

    return {"bare": bare, "sync": run(add), "async": run(add_async)}


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, calls=0)
    calls = options.calls or (QUICK if options.quick else CALLS)
    with folder() as files:
        figures = asyncio.run(measured(ways(files), calls))
    table("ms a call", [{"way": name, **times} for name, times in figures.items()])
    checks = [
        at_most(f"ms a call, {name}, median", times["p50"] - figures["bare"]["p50"], TARGET_MS)
        for name, times in figures.items()
        if name != "bare"
    ]
    finish("overhead", {"calls": calls, "ms": figures}, checks, quick=options.quick)


if __name__ == "__main__":
    main()
