"""Calls in JSON: which objects are calls of a tool, and which are data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agentic.naming import folded, matched
from agentic.tools.arguments.coercion import named
from agentic.tools.base import Tool

__all__ = ["Tools", "Written", "calls_in", "may_be_empty", "takes"]

Tools = Mapping[str, Tool]

_NAMES = ("name", "tool", "toolname", "function", "functionname", "action", "recipientname")
"""Keys of a tool's name, folded, and in this order."""
_ARGUMENTS = (
    *("arguments", "parameters", "args", "params", "kwargs", "input", "actioninput"),
    *("toolinput", "toolargs", "toolarguments", "toolparameters"),
    *("functionargs", "functionarguments"),
)
"""Keys of its arguments."""
_PLAIN_ARGUMENTS = frozenset({"arguments", "parameters", "actioninput", "toolinput"})
"""Keys that are rare in data, so that their value need be no object."""
_INSIDE = (
    *("toolcalls", "toolcall", "functioncalls", "functioncall", "tooluses", "tooluse"),
    *("calls", "actions", "command", "function", "action", "tool", "nextaction"),
)
"""Keys under which calls lie."""
_BESIDE = frozenset(
    {"id", "type", "index", "callid", "toolcallid", "step", "status", "role", "content"}
    | {"thought", "thoughts", "reasoning", "reason", "explanation", "why", "description"}
)
"""Keys that may stand beside a call's name and arguments."""
_OUTCOME = frozenset({"result", "results", "output", "response", "observation", "error"})
"""Keys of a record of what was called."""
_DEEPEST = 6
_MOST_CALLS_KEYED = 8


@dataclass(frozen=True, slots=True)
class Written:
    """A call as the model wrote it; neither its name nor its arguments are checked."""

    name: str
    args: dict[str, Any]


def calls_in(
    value: Any, tools: Tools, *, marked: bool = False, levels: int = _DEEPEST
) -> list[Written]:
    """The calls that a JSON value is, in order; data yields none.

    Args:
        value: What was read.
        tools: The tools there are, by name.
        marked: Whether it stands where only calls stand, as in `<tool_call>`.
        levels: Levels of nesting that are looked into.
    """
    if isinstance(value, list):
        each = (calls_in(one, tools, marked=marked, levels=levels - 1) for one in value)
        return [call for found in each for call in found] if levels else []
    if not isinstance(value, dict) or not value or not levels:
        return []
    keys = {folded(str(key)[:80]): key for key in value}
    if not _OUTCOME.isdisjoint(keys) or value.get("role") in ("user", "tool", "system"):
        return []
    call = _named_call(value, keys, tools, marked) or _keyed_calls(value, tools)
    return call or [
        found
        for key in _INSIDE
        if key in keys and isinstance(value[keys[key]], dict | list)
        for found in calls_in(value[keys[key]], tools, marked=True, levels=levels - 1)
    ]


def may_be_empty(tool: Tool) -> bool:
    """Whether the tool can be called without arguments."""
    return not tool.schema.get("required")


def takes(tool: Tool, args: Any) -> bool:
    """Whether a mapping has all that the tool needs and nothing that it does not know."""
    if not isinstance(args, dict):
        return False
    known = set(map(folded, tool.schema.get("properties") or {}))
    given = {folded(str(name)[:80]) for name in args}
    return given <= known and given >= set(map(folded, tool.schema.get("required", ())))


def _named_call(
    value: Mapping[str, Any], keys: Mapping[str, str], tools: Tools, marked: bool
) -> list[Written]:
    """The call of an object that names a tool, such as `{"name": …, "arguments": …}`."""
    for each in _NAMES:
        name = value[keys[each]] if each in keys else None
        meant = matched(name, tools) if isinstance(name, str) else None
        if isinstance(name, str) and meant is not None:
            args = _arguments(value, keys, tools[meant], each, marked)
            return [] if args is None else [Written(name, args)]
    return []


def _arguments(
    value: Mapping[str, Any], keys: Mapping[str, str], tool: Tool, name_key: str, marked: bool
) -> dict[str, Any] | None:
    """The arguments beside a tool's name; None where the object is no call."""
    key = next((each for each in _ARGUMENTS if each in keys), None)
    others = {each: value[own] for each, own in keys.items() if each not in (name_key, key)}
    if key is None:
        return _flat(value, keys[name_key], tool, name_key, marked)
    given = value[keys[key]]
    if _is_schema(given, tool):
        return None
    args = named(tool.schema, given)
    certain = marked or (
        _BESIDE.issuperset(others) and (key in _PLAIN_ARGUMENTS or isinstance(given, dict))
    )
    return args if certain else None


def _flat(
    value: Mapping[str, Any], own: str, tool: Tool, name_key: str, marked: bool
) -> dict[str, Any] | None:
    """Arguments that stand beside the name itself, or none at all."""
    rest = {
        name: each
        for name, each in value.items()
        if name != own and (name in _known(tool) or folded(str(name)[:80]) not in _BESIDE)
    }
    if rest and (marked or name_key != "name") and takes(tool, rest):
        return rest
    if rest or (name_key == "name" and not marked):
        return None
    return {} if marked or may_be_empty(tool) else None


def _known(tool: Tool) -> Iterable[str]:
    return tool.schema.get("properties") or {}


def _is_schema(args: Any, tool: Tool) -> bool:
    """Whether the arguments are the description of a tool, given back."""
    if not isinstance(args, dict) or "properties" in _known(tool):
        return False
    return isinstance(args.get("properties"), dict)


def _keyed_calls(value: Mapping[str, Any], tools: Tools) -> list[Written]:
    """The calls of an object whose keys are tools and whose values are their arguments."""
    if len(value) > _MOST_CALLS_KEYED:
        return []
    found: list[Written] = []
    for name, args in value.items():
        meant = matched(str(name), tools)
        if meant is None or not takes(tools[meant], args):
            return []
        found.append(Written(name, args))
    return found
