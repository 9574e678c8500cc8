"""plan: which tool calls the task needs, each tied to words of the task."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from agentic.context import Context
from agentic.models.decide import CLOSED, Decision, decide
from agentic.prompts import in_short, prompt
from agentic.state import State, Step, Update
from agentic.tools.threads import in_thread
from agentic.wording import bare, numbers, wording

__all__ = ["Part", "Plan", "plan", "stands_in"]

MOST_STEPS = 8
NO_TOOL = "none"
"""Stands in a plan for the parts of a task that take no tool."""


class Part(BaseModel):
    """A part of the task, as the model plans it."""

    model_config = CLOSED

    quote: Annotated[str, Field(max_length=120)]
    tool: str
    yields: Annotated[str, Field(max_length=80)]


class Plan(BaseModel):
    """The task's parts in order."""

    model_config = CLOSED

    steps: Annotated[Sequence[Part], Field(max_length=MOST_STEPS)]


class Sum(BaseModel):
    """Whether a task takes a calculation."""

    model_config = CLOSED

    calculation: Literal["yes", "no"]


@cache
def plan_schema(tools: tuple[str, ...]) -> type[Plan]:
    """The schema of a plan in which every part has one of these tools."""
    one_of: Any = Literal[tools]
    part: Any = create_model("Part", __base__=Part, tool=(one_of, ...))
    return create_model("Plan", __base__=Plan, steps=(list[part], Field(max_length=MOST_STEPS)))


async def plan(state: State, context: Context) -> Update:
    """Make the plan, or the rest of it when reflect found something missing."""
    if not context.tools:
        return {"plans": 1, "verdict": "done"}
    names = await _fitting(state, context)
    decided = await _planned(state, context, names)
    wanted, unasked = _sorted_out(decided.value, state, context)
    if unasked and not wanted:
        ask = prompt("quote", quote=unasked[0].quote)
        decided = await _planned_again(state, context, decided, ask, [*names, NO_TOOL])
    elif not wanted and decided.value is not None and _might_calculate(state, context):
        decided = await _planned_to_calculate(state, context, decided, names)
    wanted, unasked = _sorted_out(decided.value, state, context)
    told: Update = {
        "messages": decided.messages,
        "usage": decided.usage,
        "plans": state["plans"] + 1,
    }
    if not wanted:
        return {**told, "plan": state["plan"], **_no_step(decided, unasked, state)}
    earlier = [_replaced(step) for step in state["plan"] if step.status != "open"]
    steps = [
        Step(id=number, serves=part.quote, tool=part.tool, yields=part.yields)
        for number, part in enumerate(wanted, len(state["plan"]) + 1)
    ]
    return {**told, "plan": earlier + steps, "verdict": "act"}


async def _planned(state: State, context: Context, names: Sequence[str]) -> Decision[Plan]:
    ask = prompt("replan", missing=state["missing"], task=in_short(state["task"]))
    if state["plans"] == 0:
        ask = prompt("plan", task=state["task"])
    if context.index is not None:
        ask = prompt("tools", tools=context.lines(names), ask=ask)
    schema = plan_schema((*names, NO_TOOL))
    tries = context.tries_left(state)
    return await decide(context.model, state["messages"], ask, schema, tries=tries)


async def _fitting(state: State, context: Context) -> list[str]:
    """The tools that the plan may have; of many, those that fit the task or what is missing."""
    about = state["task"] if state["plans"] == 0 else f"{state['missing']}\n{state['task']}"
    work = partial(context.fitting, about, state["plan"], state["observations"])
    return await in_thread(work)


async def _planned_again(
    state: State, context: Context, before: Decision[Plan], ask: str, names: Sequence[str]
) -> Decision[Plan]:
    """A second try at a plan, in which every part has one of the tools named."""
    tries = context.tries_left(state) - before.usage.model_calls
    if tries < 1:
        return before
    schema = plan_schema(tuple(names))
    transcript = state["messages"] + before.messages
    return (await decide(context.model, transcript, ask, schema, tries=tries)).after(before)


def _might_calculate(state: State, context: Context) -> bool:
    """Whether the task has numbers to work with, and the agent a tool that only computes."""
    computes = any(tool.effects == frozenset() for tool in context.tools.values())
    return computes and state["plans"] == 0 and len(numbers(state["task"])) > 1


async def _planned_to_calculate(
    state: State, context: Context, before: Decision[Plan], names: Sequence[str]
) -> Decision[Plan]:
    """The plan, made again with a tool in each part if the model finds that it must calculate.

    Small models do sums in their head, and wrong; asked straight, they know that there is a sum.
    """
    tries = context.tries_left(state) - before.usage.model_calls
    if tries < 2:
        return before
    transcript, task = state["messages"] + before.messages, in_short(state["task"])
    asked = await decide(context.model, transcript, prompt("sum", task=task), Sum, tries=1)
    known = Decision(before.value, asked.messages, asked.usage).after(before)
    if asked.value is None or asked.value.calculation == "no":
        return known
    return await _planned_again(state, context, known, prompt("compute", task=task), names)


def _sorted_out(
    planned: Plan | None, state: State, context: Context
) -> tuple[list[Part], list[Part]]:
    """The parts that become steps, and those that would write though the task doesn't say so.

    A part that an earlier plan had is left out: what was done is done, what failed would fail.
    """
    wanted: list[Part] = []
    unasked: list[Part] = []
    for part in map(partial(_as_told, context=context), planned.steps if planned else ()):
        if part.tool == NO_TOOL or _stood_before(part, state["plan"], wanted, context):
            continue
        writes = context.tools[part.tool].may_write
        (unasked if writes and not stands_in(part.quote, state["task"]) else wanted).append(part)
    return wanted, unasked


def _as_told(part: Part, context: Context) -> Part:
    """The part, with the tool that its words begin by naming where the model gave it none."""
    if part.tool != NO_TOOL:
        return part
    first = re.sub(r"^(and|then|please|also|\W)+", "", part.quote.casefold()).split(" ", 1)[0]
    return part.model_copy(update={"tool": first}) if first in context.tools else part


def _stood_before(
    part: Part, steps: Iterable[Step], wanted: Iterable[Part], context: Context
) -> bool:
    """Whether a step for these words stands already; for a tool that writes, for a part of them."""
    # an open step goes with the plan that it stood in: one that is planned again takes its place
    quotes = [s.serves for s in steps if s.tool == part.tool and s.status != "open"]
    if any(other.tool == part.tool and other.yields == part.yields for other in wanted):
        return True
    done = [s.serves for s in steps if s.tool == part.tool and s.evidence is not None]
    quotes += [other.quote for other in wanted if other.tool == part.tool]
    if any(bare(quote) == bare(part.quote) for quote in quotes):
        return True
    return context.tools[part.tool].may_write and any(
        stands_in(quote, part.quote) or stands_in(part.quote, quote) for quote in done
    )


def _no_step(decided: Decision[Plan], unasked: list[Part], state: State) -> Update:
    """Where a plan without steps leads: a first one may be all there is, a later one is not."""
    language = state["language"]
    if decided.value is None:
        return {"verdict": "stuck", "reason": wording(language, "no plan"), "missing": "a plan"}
    if unasked:
        missing = unasked[0].yields
        return {"verdict": "stuck", "reason": wording(language, "not asked"), "missing": missing}
    return {"verdict": "done" if state["plans"] == 0 else "stuck"}


def _replaced(step: Step) -> Step:
    return step.model_copy(update={"status": "replaced"}) if step.status == "failed" else step


def stands_in(quote: str, text: str) -> bool:
    """Whether the words of a quote stand in a text, whatever its spacing, width and punctuation."""
    wanted = bare(quote)
    return bool(wanted) and wanted in bare(text)
