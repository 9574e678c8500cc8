"""act: decide the arguments of the next step's tool."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from agentic.context import Context
from agentic.models.calling import Call, decide_call
from agentic.models.decide import Decision
from agentic.prompts import prompt
from agentic.state import State, Step, ToolCall, Update, call_id
from agentic.tools.base import Tool
from agentic.wording import wording
from memory.words import telling

__all__ = ["act", "next_step"]


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
    room = max(context.calls_left(state) - 1, 0)
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
