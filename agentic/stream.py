"""Events made from the graph's stream: tracing stands beside the loop, not in it."""

import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk

from agentic.errors import StorageError
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
from agentic.safety.provenance import touched, within
from agentic.state import Question, State, Update
from agentic.tools.runner import AT_ONCE

__all__ = ["watch"]

INTERRUPT = "__interrupt__"
"""Stands in LangGraph's stream for what a run waits for."""
MODES = ["updates", "messages", "values"]
MOST_SUPERSTEPS = 1_000
"""More than the longest run has: 3 plans of 8 steps, 3 tries each, 3 supersteps a try, is 216."""


async def watch(
    graph: Any, start: State | None, run_id: str, before: Usage
) -> AsyncGenerator[Event, None]:
    """Run a graph, to its end or until it waits, and yield what happens.

    Args:
        graph: The compiled graph of an agent.
        start: The run's first state; None for a run that goes on from where its state was kept.
        run_id: The run's id; the thread's, where the graph keeps its state.
        before: What the run had used before.
    """
    began = time.monotonic()
    state: State = {"usage": before}
    waiting: list[Question] = []
    stream = graph.astream(start, _config(run_id), stream_mode=MODES, durability="sync")
    async for mode, part in stream:
        if mode == "values":
            state = part
            continue
        if mode == "messages":
            message, origin = part
            if origin.get("langgraph_node") == "answer" and isinstance(message, AIMessageChunk):
                yield TextDelta(text=str(message.text))
            continue
        for node, update in part.items():
            if node == INTERRUPT:
                waiting += [Question.model_validate(asked.value) for asked in update]
                continue
            for event in _events(node, update):
                yield event
    within().found.update(touched(state))
    # without a status nothing tells that it is over: it can be gone on with
    if not waiting and "status" not in state:
        raise StorageError(f"Run {run_id} stopped midway: its state on disk leads nowhere.")
    status, reason = state.get("status", "paused"), state.get("reason", "")
    if waiting:
        yield Paused(calls=waiting)
        status, reason = "paused", _waits(waiting)
    took = before.seconds + time.monotonic() - began
    usage = state["usage"].model_copy(update={"seconds": took})
    yield RunEnded(run_id=run_id, status=status, reason=reason, usage=usage)


_WAITS = {"result": "the results of", "approval": "leave to call", "doubt": "word about"}


def _waits(questions: Iterable[Question]) -> str:
    kinds: dict[str, dict[str, None]] = {}
    for each in questions:
        kinds.setdefault(each.kind, {})[each.name] = None
    parts = [f"{_WAITS[kind]} {', '.join(names)}" for kind, names in kinds.items()]
    return f"waits for {' and '.join(parts)}"


def _config(run_id: str) -> dict[str, Any]:
    return {
        "recursion_limit": MOST_SUPERSTEPS,
        "max_concurrency": AT_ONCE,
        "configurable": {"thread_id": run_id},
    }


def _events(node: str, update: Update) -> Iterator[Event]:
    if node == "__metadata__" or not update:  # LangGraph's own word; a task that wrote nothing
        return
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
                yield ToolEnded(**seen.model_dump())
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
