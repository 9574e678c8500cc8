"""Events made from the graph's stream: tracing stands beside the loop, not in it."""

import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk
from langgraph.types import Command

from agentic.events import (
    Answered,
    Event,
    Learned,
    ModelCalled,
    Paused,
    Planned,
    Recalled,
    Reflected,
    RunEnded,
    TextDelta,
    ToolEnded,
    ToolStarted,
)
from agentic.models.decide import usage_of
from agentic.safety.budget import Usage
from agentic.state import State, ToolCall, Update
from agentic.tools.runner import AT_ONCE

__all__ = ["watch"]

INTERRUPT = "__interrupt__"
"""Stands in LangGraph's stream for what a run waits for."""
MODES = ["updates", "messages"]
MOST_SUPERSTEPS = 1_000
"""More than the longest run has: 3 plans of 8 steps, 3 tries each, 3 supersteps a try, is 216."""


async def watch(
    graph: Any, start: State | Command[Any], run_id: str, before: Usage | None = None
) -> AsyncGenerator[Event, None]:
    """Run a graph, to its end or until it waits, and yield what happens.

    Args:
        graph: The compiled graph of an agent.
        start: The run's first state, or what a run that waits goes on with.
        run_id: The run's id; the thread's, where the graph keeps its state.
        before: What the run had used before it waited.
    """
    began = time.monotonic()
    usage = before if before is not None else Usage()
    earlier = usage.seconds
    end: Update = {"status": "paused"}
    waiting: list[ToolCall] = []
    async for mode, part in graph.astream(start, _config(run_id), stream_mode=MODES):
        if mode == "messages":
            message, origin = part
            if origin.get("langgraph_node") == "answer" and isinstance(message, AIMessageChunk):
                yield TextDelta(text=str(message.text))
            continue
        for node, update in part.items():
            if node == INTERRUPT:
                waiting += [ToolCall.model_validate(asked.value) for asked in update]
                continue
            usage += update.get("usage", Usage())
            end = {**end, **update}
            for event in _events(node, update):
                yield event
    if waiting:
        yield Paused(calls=waiting)
        names = ", ".join(dict.fromkeys(call.name for call in waiting))
        end["reason"] = f"waits for the results of {names}"
    took = usage.model_copy(update={"seconds": earlier + time.monotonic() - began})
    yield RunEnded(run_id=run_id, status=end["status"], reason=end.get("reason", ""), usage=took)


def _config(run_id: str) -> dict[str, Any]:
    return {
        "recursion_limit": MOST_SUPERSTEPS,
        "max_concurrency": AT_ONCE,
        "configurable": {"thread_id": run_id},
    }


def _events(node: str, update: Update) -> Iterator[Event]:
    yield from _model_calls(node, update.get("messages", ()))
    match node:
        case "recall":
            yield Recalled(hits=update.get("recalled", []))
        case "plan" if "plan" in update:
            yield Planned(steps=update["plan"], revision=update["plans"])
        case "act":
            for wanted in update.get("pending", ()):
                yield ToolStarted(**wanted.model_dump())
        case "call":
            for seen in update.get("observations", ()):
                yield ToolEnded(**seen.model_dump(exclude={"args"}))
        case "reflect" if "verdict" in update:
            yield Reflected(
                verdict=update["verdict"], reason=update["reason"], steps=update["plan"]
            )
        case "answer":
            yield Answered(text=update["answer"], sources=update.get("cited", []))
        case "learn":
            yield Learned(
                ids=update["learned"],
                faded=update.get("faded", []),
                trouble=update.get("trouble", ""),
            )


def _model_calls(node: str, messages: Iterable[Any]) -> Iterator[Event]:
    """An event for each message that took a model call; worked examples took none."""
    for message in messages:
        if isinstance(message, AIMessage) and "seconds" in message.response_metadata:
            yield ModelCalled(node=node, text=str(message.content), usage=usage_of(message))
