"""What a paused run waits for, and the results that it is given."""

from collections.abc import Iterable, Mapping
from typing import Any

from agentic.errors import ToolError, UsageError
from agentic.events import Event, Paused, RunEnded
from agentic.state import ToolCall
from agentic.tools.rendering import render

__all__ = ["answers", "waiting"]


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
    try:
        if isinstance(value, Exception):
            raise value
        output = render(value)
    except ToolError as error:
        return {"ok": False, "result": str(error), "sources": []}
    except Exception as error:  # what the caller met is told to the model, whatever it is
        told = f"{type(error).__name__}: {error}"
        return {"ok": False, "result": told, "sources": []}
    return {"ok": True, "result": output.text, "sources": list(output.sources)}
