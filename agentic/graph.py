"""The loop.

    START -> recall -> plan -+-> act -> call -> reflect -+-> act      next step, or another try
                       ^     |                           +-> plan     something is missing
                       |     +-> answer  no tool needed  +-> answer   done, stuck, out of budget
                       +---------------------------------+
                                                             answer -> learn -> END

`act` decides a call and `call` makes it: two supersteps, so that a call is known before its effect.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from agentic.context import Context
from agentic.errors import ModelError
from agentic.nodes.act import act, call
from agentic.nodes.answer import answer
from agentic.nodes.learn import learn
from agentic.nodes.plan import plan
from agentic.nodes.recall import recall
from agentic.nodes.reflect import reflect
from agentic.safety.budget import Usage
from agentic.state import State, Update
from agentic.wording import one_line

__all__ = ["build"]

Node = Callable[[State, Context], Awaitable[Update]]
NODES: dict[str, Node] = {
    "recall": recall,
    "plan": plan,
    "act": act,
    "call": call,
    "reflect": reflect,
    "answer": answer,
    "learn": learn,
}


ENDING = (call, answer, learn)
"""Nodes that keep to the time left themselves, or must not be cut off."""


def build(context: Context) -> Any:
    """The compiled LangGraph graph of an agent."""
    graph = StateGraph(State)
    for name, node in NODES.items():
        graph.add_node(name, partial(in_time, node=node, context=context))
    graph.add_edge(START, "recall")
    graph.add_conditional_edges("recall", partial(onward, context=context), ["plan", "answer"])
    graph.add_conditional_edges("plan", partial(onward, context=context), ["act", "answer"])
    graph.add_conditional_edges("act", partial(calls, context=context), ["call", "answer"])
    graph.add_edge("call", "reflect")
    graph.add_conditional_edges(
        "reflect", partial(onward, context=context), ["act", "plan", "answer"]
    )
    graph.add_edge("answer", "learn")
    graph.add_edge("learn", END)
    return graph.compile()


async def in_time(state: State, node: Node, context: Context) -> Update:
    """Run a node within the time that is left; past it, the edges lead to the answer.

    A model that breaks after tools were called ends the run with what was found.
    """
    began, left = time.monotonic(), context.time_left(state)
    update: Update = {}
    spent = 0.0
    try:
        async with asyncio.timeout(None if node in ENDING else left) as clock:
            update = await node(state, context)
    except TimeoutError:
        if not clock.expired():
            raise
        spent = left  # all of it, whatever the clocks' fractions say
    except ModelError as error:
        if not state["observations"]:
            raise
        update = {"verdict": "stuck", "reason": one_line(error), "missing": "the model failed"}
    took = {"seconds": max(time.monotonic() - began, spent)}
    return {**update, "usage": update.get("usage", Usage()).model_copy(update=took)}


def onward(state: State, context: Context) -> Literal["act", "plan", "answer"]:
    """Where the verdict leads; to the answer, whatever the verdict, when a limit is reached."""
    if context.limits.reached(state["usage"]) is not None:
        return "answer"
    match state["verdict"]:
        case "act":
            return "act"
        case "replan":
            return "plan"
        case "done" | "stuck":
            return "answer"


def calls(state: State, context: Context) -> list[Send] | Literal["answer"]:
    """One `Send` for each call that was decided."""
    if onward(state, context) == "answer":
        return "answer"
    return [
        Send("call", {**state, "messages": [], "pending": [wanted]}) for wanted in state["pending"]
    ]
