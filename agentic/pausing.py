"""Runs that may pause: kept on disk while they wait, and gone on with."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from typing import Any

from langgraph.types import Command

from agentic.errors import UsageError
from agentic.events import Event, Paused, Resumed, RunEnded, RunStarted
from agentic.result import Result
from agentic.runs import Runs
from agentic.safety.budget import Usage
from agentic.state import State, ToolCall
from agentic.stream import watch
from agentic.tools.rendering import render
from agentic.tools.runner import told

__all__ = ["answers", "kept", "resumed", "waiting"]


async def kept(
    graph: Any, start: State, begun: RunStarted, runs: Runs
) -> AsyncGenerator[Event, None]:
    """What happens in a run that may pause, each event kept on disk as well.

    Args:
        graph: The compiled graph of an agent.
        start: The run's first state.
        begun: The event that told of its beginning.
        runs: Where runs are kept.
    """
    runs.note(begun, begun.run_id)
    async with runs.durable(graph) as durable:
        async for event in _noted(durable, start, begun.run_id, runs):
            yield event


async def resumed(
    graph: Any, run_id: str, results: Mapping[str, Any], runs: Runs
) -> AsyncGenerator[Event, None]:
    """What happens in a run from where it paused.

    Args:
        graph: The compiled graph of the same agent.
        run_id: The run's id.
        results: What came of calls that it waits for, by call id.
        runs: Where runs are kept.

    Raises:
        UsageError: if there is no such run or call, or nothing is waited for.
    """
    earlier = runs.events(run_id)
    given = answers(run_id, waiting(earlier, run_id), results)
    async with runs.durable(graph) as durable:
        state = await durable.aget_state({"configurable": {"thread_id": run_id}})
        asked = {each.value["id"]: each.id for each in state.interrupts}
        event = Resumed(ids=list(given))
        runs.note(event, run_id)
        yield event
        go_on: Command[Any] = Command(resume={asked[call]: given[call] for call in given})
        async for following in _noted(durable, go_on, run_id, runs, Result.of(earlier).usage):
            yield following


async def _noted(
    graph: Any,
    start: State | Command[Any],
    run_id: str,
    runs: Runs,
    before: Usage | None = None,
) -> AsyncIterator[Event]:
    async for event in watch(graph, start, run_id, before):
        runs.note(event, run_id)
        if isinstance(event, RunEnded) and event.status != "paused":
            await graph.checkpointer.adelete_thread(run_id)  # its events tell all there is
        yield event


def waiting(events: Iterable[Event], run_id: str) -> list[ToolCall]:
    """The calls that a run waits for.

    Raises:
        UsageError: if it is not paused.
    """
    calls: list[ToolCall] = []
    status = "broken off"
    for event in events:
        match event:
            case Paused():
                calls = event.calls
            case RunEnded():
                status = event.status
    if status != "paused":
        raise UsageError(
            f"Run {run_id!r} is not paused, it is {status}; there is nothing to resume."
        )
    return calls


def answers(
    run_id: str, calls: Iterable[ToolCall], results: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Results by call id, as text that the run can keep.

    Raises:
        UsageError: if none was given, or one for a call that is not waited for.
    """
    there = {call.id: call.name for call in calls}
    listed = ", ".join(f"{id} ({name})" for id, name in there.items())
    unknown = next((id for id in results if id not in there), None)
    if unknown is not None or not results:
        given = f"has no call {unknown!r} to answer" if results else "needs a result to go on"
        raise UsageError(f"Run {run_id!r} {given}; it waits for: {listed}.")
    return {id: _answer(value) for id, value in results.items()}


def _answer(value: Any) -> dict[str, Any]:
    if isinstance(value, Exception):
        return {"ok": False, "result": told(value), "sources": []}
    try:
        output = render(value)
    except Exception as error:  # what can't be written is told to the model like any failure
        return _answer(error)
    return {"ok": True, "result": output.text, "sources": list(output.sources)}
