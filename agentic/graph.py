"""The loop.

    START -> recall -> plan -+-> act -> call -> reflect -+-> act      next step, or another try
                       ^     |                           +-> plan     something is missing
                       |     +-> answer  no tool needed  +-> answer   done, stuck, out of budget
                       +---------------------------------+
                                                             answer -> learn -> END

`act` decides a call and `call` makes it: two supersteps, so that a call is known before its effect.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from agentic.context import Context
from agentic.errors import ModelError
from agentic.nodes.act import act
from agentic.nodes.answer import answer
from agentic.nodes.call import call
from agentic.nodes.learn import learn
from agentic.nodes.plan import plan
from agentic.nodes.recall import recall
from agentic.nodes.reflect import reflect
from agentic.safety.budget import Usage
from agentic.safety.depth import deeper
from agentic.state import State, Update
from agentic.tools.runner import AT_ONCE
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

    What was used up to here is noted first. Calls that run side by side note nothing: what they
    take together is known when all have come back.
    """
    account: Update = {}
    if node is not call:
        account = {"elsewhere": await context.account(state)}
    waited = _waited(state) if node is reflect else 0.0
    left = max(context.time_left(state) - waited, 0)
    update, seconds = await _within(left, State(**{**state, **account}), node, context)
    took = {"seconds": 0.0 if node is call else seconds + waited}
    usage = update.get("usage", Usage()).model_copy(update=took)
    return {**update, **account, "usage": usage}


async def _within(left: float, state: State, node: Node, context: Context) -> tuple[Update, float]:
    """What a node returns within the seconds left, and how many it took.

    A model that breaks after tools were called ends the run with what was found.
    """
    began, spent = time.monotonic(), 0.0
    update: Update = {}
    unlimited = node in ENDING or math.isinf(left)
    try:
        async with asyncio.timeout(None if unlimited else left) as clock:
            with deeper(context.limits):
                update = await node(state, context)
    except TimeoutError:
        if not clock.expired():
            raise
        spent = left  # all of it, whatever the clocks' fractions say
    except ModelError as error:
        if not state["observations"]:
            raise
        update = {"verdict": "stuck", "reason": one_line(error), "missing": "the model failed"}
    return update, max(time.monotonic() - began, spent)


def _waited(state: State) -> float:
    """Seconds that the calls just made took; side by side they take as long as the longest."""
    made = {wanted.id for wanted in state["pending"]}
    took = [seen.seconds for seen in state["observations"] if seen.id in made]
    return max(max(took, default=0.0), sum(took) / AT_ONCE)


def onward(state: State, context: Context) -> Literal["act", "plan", "answer"]:
    """Where the verdict leads; to the answer, whatever the verdict, when a limit is reached."""
    if context.reached(state) is not None:
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
