"""The tool calls that a task asks for first, decided in one go and none of them made."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agentic.context import Context
from agentic.models.calling import Call, decide_calls
from agentic.models.fitting import ENOUGH, can_weigh, weigh
from agentic.prompts import lines, prompt
from agentic.state import ToolCall, call_id
from agentic.tools.base import Tool
from agentic.wording import numbers
from memory.words import telling

__all__ = ["propose", "said"]

CLOSE = 3.0
"""Log-odds below the best tool's from which another is left out."""


async def propose(
    task: str, context: Context, history: Sequence[BaseMessage] = ()
) -> list[ToolCall]:
    """The calls that the task asks for and that need no result of another; none if no tool fits.

    Args:
        task: What is to be done.
        context: The agent's.
        history: Earlier turns of the talk.

    Raises:
        ModelError: if the model fails.
    """
    tools = [context.tools[name] for name in context.fitting(task)]
    if can_weigh(context.model):
        tools = await _fitting(task, tools, context)
    if not tools:
        return []
    transcript = [*_opening(context.instructions), *history]
    ask = _asked(task, (tool.as_function for tool in tools))
    decided = await decide_calls(context.model, transcript, ask, tools)
    given = "\n".join([task, *(str(turn.text) for turn in history)])
    calls: list[ToolCall] = []
    for call in decided.value.calls if decided.value is not None else ():
        args = said(call, context.tools, given)
        if not any(call.name == other.name and args == other.args for other in calls):
            calls.append(ToolCall(id=call_id(), name=call.name, args=args))
    return calls


async def _fitting(task: str, tools: Sequence[Tool], context: Context) -> list[Tool]:
    """The tools that do what is asked, as far as the model is sure of it."""
    odds = await weigh(context.model, task, tools)
    least = max(ENOUGH, max(odds.values(), default=0.0) - CLOSE)
    return [tool for tool in tools if odds[tool.name] >= least]


def said(call: Call, tools: Mapping[str, Tool], text: str) -> dict[str, Any]:
    """The arguments of a call without optional ones that nobody gave.

    Models fill in what they may leave out. A text or number stays if it is in what was said, or
    a part of it is; what else may be meant by a flag can't be told, so flags stay.
    """
    schema = tools[call.name].schema
    required = schema.get("required", ())
    words, figures = set(telling(text)), set(numbers(text))
    return {
        name: value
        for name, value in call.args.items()
        if name in required or _given(value, words, figures)
    }


def _given(value: Any, words: set[str], figures: set[str]) -> bool:
    match value:
        case bool() | None:
            return True
        case int() | float():
            return not figures.isdisjoint({f"{value:g}", str(value)})
        case str():
            return not words.isdisjoint(telling(value)) or not figures.isdisjoint(numbers(value))
    inner: Iterable[Any] = value.values() if isinstance(value, Mapping) else value
    return any(_given(each, words, figures) for each in inner)


def _opening(instructions: str) -> list[BaseMessage]:
    """How every such transcript of an agent begins, so that it stays in the model's cache."""
    turns: list[BaseMessage] = [SystemMessage(prompt("calls", instructions=instructions))]
    for case in lines("calls"):
        calls = json.dumps({"calls": case["calls"]}, ensure_ascii=False)
        turns += [HumanMessage(_asked(case["task"], case["tools"])), AIMessage(calls)]
    return turns


def _asked(task: str, tools: Iterable[Mapping[str, Any]]) -> str:
    shown = "\n".join(json.dumps(each, ensure_ascii=False) for each in tools)
    return prompt("propose", tools=shown, task=task)
