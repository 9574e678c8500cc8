"""act: decide the arguments of the next step's tool; call: make the calls that were decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from langgraph.types import interrupt

from agentic.context import Context
from agentic.models.calling import Call, decide_call
from agentic.models.decide import Decision
from agentic.prompts import prompt
from agentic.safety.budget import Usage
from agentic.state import Observation, State, Step, ToolCall, Update, call_id
from agentic.tools.base import Tool
from agentic.tools.context import ToolContext
from agentic.tools.rendering import fit
from agentic.tools.runner import run_call
from agentic.wording import wording
from memory.words import telling

__all__ = ["act", "call", "next_step"]

TRIES = 2
"""Times that a call which fails is made with the same arguments; the fault may have passed."""
SHORTEST = 0.01
"""Seconds that a call is given at least; a limit can't be nothing."""


def next_step(steps: list[Step]) -> Step | None:
    """The first step of the plan that is still open."""
    return next((step for step in steps if step.status == "open"), None)


async def act(state: State, context: Context) -> Update:
    """Decide the calls of a turn. Nothing runs yet.

    That is the call of the next step, and with it those of the steps behind it that ask the same
    tool for other things, as long as they need no result for it.
    """
    step, *others = (each for each in state["plan"] if each.status == "open")
    tool = context.tools[step.tool]
    decided = await _arguments(step, state, context)
    told: Update = {"messages": decided.messages, "usage": decided.usage}
    if decided.value is None:
        reason = wording(state["language"], "no arguments", tool=tool.name)
        return {**told, "verdict": "stuck", "reason": reason, "missing": step.yields}
    wanted = [_wanted(step, decided.value)]
    room = max(context.limits.tool_calls - state["usage"].tool_calls - 1, 0)
    alike = takewhile(lambda other: other.tool == step.tool, others[:room])
    for other in alike if _side_by_side(tool) else ():
        so_far = state.copy()
        so_far["messages"] = state["messages"] + told["messages"]
        so_far["usage"] = state["usage"] + told["usage"]
        if context.tries_left(so_far) < 1:
            break
        decided = await _arguments(other, so_far, context)
        told["usage"] += decided.usage
        if decided.value is None or not _independent(decided.value, wanted, state["task"]):
            break  # what it needs may be in the results: it is decided anew when they are known
        told["messages"] = told["messages"] + decided.messages
        wanted.append(_wanted(other, decided.value))
    return {**told, "pending": wanted, "verdict": "act"}


async def _arguments(step: Step, state: State, context: Context) -> Decision[Call]:
    tool = context.tools[step.tool]
    # of what is written nothing is to be lost: there the task's own words alone lead
    aim = f'"{step.serves}"' if tool.may_write else f'"{step.serves}" -> {step.yields}'
    ask = prompt("act", step=step.id, aim=aim, tool=tool.signature_line)
    tries = context.tries_left(state)
    return await decide_call(context.model, state["messages"], ask, tool, tries=tries)


def _wanted(step: Step, call: Call) -> ToolCall:
    return ToolCall(id=call_id(), name=call.name, args=call.args, step=step.id)


def _side_by_side(tool: Tool) -> bool:
    """Whether calls of a tool may be made at once: it only looks, or the caller makes them."""
    return bool(tool.schema.get("properties")) and (tool.function is None or not tool.may_write)


def _independent(call: Call, before: Sequence[ToolCall], task: str) -> bool:
    """Whether a call needs no result: its texts have words of the task, and it is a new one."""
    known = set(telling(task))
    texts = (set(telling(text)) for text in _texts(call.args))
    return all(words & known for words in texts if words) and all(
        call.args != earlier.args for earlier in before
    )


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from _texts(each)


async def call(state: State, context: Context) -> Update:
    """Make the one call that is pending, or give the result of the same call made before."""
    [wanted] = state["pending"]
    earlier = _same_call(wanted, state["observations"], context)
    if earlier is not None:
        again = {"id": wanted.id, "step": wanted.step, "repeated": True, "seconds": 0.0}
        return {"observations": [earlier.model_copy(update=again)]}
    surroundings = ToolContext(
        workspace=context.workspace,
        memory=context.memory,
        run_id=state["run_id"],
        files=context.runs.files(state["run_id"]),
    )
    if context.tools[wanted.name].function is None:
        return {"observations": [_given(wanted, context)], "usage": Usage(tool_calls=1)}
    tool = replace(context.tools[wanted.name], timeout=_time(context, state, wanted.name))
    observed = await run_call(tool, wanted, surroundings, names=tuple(context.tools))
    return {"observations": [observed], "usage": Usage(tool_calls=1)}


def _given(wanted: ToolCall, context: Context) -> Observation:
    """What came of a call that is made elsewhere; until that is told the run waits."""
    told: Mapping[str, Any] = interrupt(wanted.model_dump())
    return Observation(
        id=wanted.id,
        step=wanted.step,
        name=wanted.name,
        args=wanted.args,
        ok=told["ok"],
        result=fit(told["result"], context.tools[wanted.name].max_chars),
        seconds=0.0,
        sources=tuple(told["sources"]),
    )


def _time(context: Context, state: State, name: str) -> float:
    """Seconds the call may take: what its tool allows, or what the run has left."""
    return min(context.tools[name].timeout, max(context.time_left(state), SHORTEST))


def _same_call(
    wanted: ToolCall, observations: list[Observation], context: Context
) -> Observation | None:
    """The result that stands for a call made before.

    None while a failed one may yet pass, and for a reading that something was written since.
    """
    tool = context.tools[wanted.name]
    if not tool.may_write:
        observations = observations[_last_write(observations, context) :]
    same = [
        seen
        for seen in observations
        if seen.name == wanted.name and seen.args == wanted.args and not seen.repeated
    ]
    if not tool.cached:
        same = [seen for seen in same if not seen.ok]
    settled = next((seen for seen in same if seen.ok or seen.in_doubt), None)
    return same[-1] if settled is None and len(same) >= TRIES else settled


def _last_write(observations: list[Observation], context: Context) -> int:
    """How many observations there are up to the last call that may have written."""
    writes = [n for n, seen in enumerate(observations, 1) if context.tools[seen.name].may_write]
    return max(writes, default=0)
