"""Tool calls decided by a model: one interface over two ways.

Models that have tool calls of their own are asked by them: LangChain's profile of the model says
so, and `AGENTIC_TOOL_CALLS` overrides it. All others are asked for JSON, the embedded model with
decoding constrained to the tools' schemas. Either way several calls may come at once, a call that
is written in another form is recognised, and what doesn't fit is asked for again with what is
wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from pydantic import BaseModel, ConfigDict, RootModel, field_validator

from agentic.errors import ToolError
from agentic.models.decide import Decision, parse, until_read
from agentic.naming import did_you_mean, matched, nearest
from agentic.settings import settings
from agentic.tools.arguments.validation import validated
from agentic.tools.base import Tool
from agentic.tools.written.calls import written_calls

__all__ = ["Call", "Calls", "closed", "decide_call", "decide_calls", "native"]

MOST = 8
"""Calls that one decision may hold."""


class Call(BaseModel):
    """A call as it was decided: there is such a tool, and the arguments fit it."""

    model_config = ConfigDict(frozen=True)

    name: str
    args: dict[str, Any]


class Calls(BaseModel):
    """The calls of a turn, in order; none where no tool fits."""

    model_config = ConfigDict(frozen=True)

    calls: list[Call]


def native(model: BaseChatModel) -> bool:
    """Whether a model is asked for calls by tool calls of its own."""
    wanted = settings().tool_calls
    return (
        bool((model.profile or {}).get("tool_calling")) if wanted == "auto" else wanted == "native"
    )


async def decide_calls(
    model: BaseChatModel,
    transcript: list[BaseMessage],
    ask: str,
    tools: Sequence[Tool],
    *,
    tries: int = 3,
) -> Decision[Calls]:
    """Ask for the tool calls of a turn at the end of a transcript.

    Args:
        model: Any LangChain chat model.
        transcript: What was said so far; it is not changed.
        ask: The instruction to append.
        tools: The tools that may be called.
        tries: How often the model may be asked in all.

    Raises:
        ModelError: if the model fails.
    """
    box = {tool.name: tool for tool in tools}
    by_tools = native(model)

    def read(text: str) -> Calls:
        return _calls(text, box, none_said=by_tools)

    return await until_read(
        model,
        transcript,
        ask,
        read,
        schema=_schema(tools),
        tools=[_function(tool) for tool in tools] if by_tools else (),
        tries=tries,
    )


async def decide_call(
    model: BaseChatModel,
    transcript: list[BaseMessage],
    ask: str,
    tool: Tool,
    *,
    tries: int = 3,
) -> Decision[Call]:
    """Ask for the arguments of one tool; `decide_calls` tells of the arguments.

    Raises:
        ModelError: if the model fails.
    """

    def read(text: str) -> Call:
        return _call(text, tool)

    return await until_read(
        model,
        transcript,
        ask,
        read,
        schema={"title": tool.name, **closed(tool.schema)},
        tools=[_function(tool)] if native(model) else (),
        must=True,
        tries=tries,
    )


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with every object that names its properties closed to others.

    Constrained decoding adds properties of its own wherever it may.
    """

    def each(node: Any) -> Any:
        if isinstance(node, list):
            return [each(item) for item in node]
        if not isinstance(node, Mapping):
            return node
        found = {key: each(value) for key, value in node.items()}
        if found.get("type") == "object" and "properties" in found:
            found.setdefault("additionalProperties", False)
        return found

    return {**each(schema), "additionalProperties": False}


def _schema(tools: Sequence[Tool]) -> dict[str, Any]:
    """The schema of a turn's calls: each of one of the tools, with that tool's own arguments."""
    kinds = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "args": closed(tool.schema)},
            "required": ["name", "args"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    calls = {"type": "array", "maxItems": MOST, "items": {"anyOf": kinds}}
    return {
        "title": "Calls",
        "type": "object",
        "properties": {"calls": calls},
        "required": ["calls"],
        "additionalProperties": False,
    }


def _function(tool: Tool) -> dict[str, Any]:
    return {"type": "function", "function": tool.as_function}


_Arguments = RootModel[dict[str, Any]]


class _Raw(BaseModel):
    """A call as it was written, unchecked."""

    name: str
    args: Any = {}

    @field_validator("args")
    @classmethod
    def _read(cls, given: Any) -> Any:
        """The arguments; where they stand in a text as JSON with a slip, what that means."""
        if not isinstance(given, str) or not given.lstrip().startswith("{"):
            return given
        try:
            return parse(given, _Arguments).root
        except ValueError:
            return given


class _Raws(BaseModel):
    calls: list[_Raw]


def _calls(text: str, box: Mapping[str, Tool], *, none_said: bool) -> Calls:
    """The calls in a model's answer, each checked.

    Raises:
        ValueError: if there are none where the model had to say so, or one is wrong.
    """
    try:
        raw = [(each.name, each.args) for each in parse(text, _Raws).calls]
    except ValueError:
        raw = [(each.name, each.args) for each in written_calls(text, box)]
        if not raw and not none_said:
            raise
    return Calls(calls=[_checked(name, args, box) for name, args in raw[:MOST]])


def _call(text: str, tool: Tool) -> Call:
    """The call of a tool whose arguments are a model's answer, or are in it.

    Raises:
        ValueError: if there are none, or they are wrong.
    """
    box = {tool.name: tool}
    try:
        return _checked(tool.name, parse(text, _Arguments).root, box)
    except ValueError:
        written = written_calls(text, box)
        if not written:
            raise
        return _checked(tool.name, written[0].args, box)


def _checked(name: str, args: Any, box: Mapping[str, Tool]) -> Call:
    there = matched(name, box)
    if there is None:
        hint = did_you_mean(nearest(name, box))
        raise ValueError(f"no tool is named {name[:80]!r}; there are: {', '.join(box)}.{hint}")
    try:
        found = validated(box[there], args)
    except ToolError as error:
        raise ValueError(str(error)) from error
    return Call(name=there, args=found.model_dump(mode="json", by_alias=True, exclude_unset=True))
