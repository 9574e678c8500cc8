"""Calls written as Python, `f(a=1)`: their arguments are literals; no code is ever run."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from agentic.naming import matched
from agentic.tools.base import Tool
from agentic.tools.written.objects import Tools, Written, may_be_empty, takes
from agentic.tools.written.values import Reader, Unreadable

__all__ = ["BEFORE_CALL", "Read", "line_of_calls", "other_calls", "program_lines"]

BEFORE_CALL = r"""
    [ \t`]*+
    (?:[\w.]{1,100}+[ ]?(?::[ ]?[\w\[\],.|]{1,60}+[ ]?)?+=(?!=)[ ]?)?
    (?:await[ ]+)?
    (?:(?:print|str|repr|json\.dumps)[(（][ ]?){0,2}+
    [\[(]?+[ ]?
    (?=\w[\w.-]{0,99}+[(（])
"""
"""What may stand before a call on a line of its own; as a verbose pattern."""
_NAME = re.compile(r"(\w[\w.-]{0,99}+)[(（]")
_METHOD = re.compile(r"\.(?:a?invoke|a?run|a?call|execute|func)\Z")
_REST = re.compile(r"[)\]）】`;, \t]*+(?:#[^\n]*+)?+(?=[\n\r<]|\Z|\[/)")
"""What may follow it there."""
_NEXT = re.compile(r"[)\]）`]*+\s*+[;,]\s*+(?=\w[\w.-]{0,99}+[(（])")
_PROGRAM = re.compile(
    r"^[ \t]*(?:async +)?(?:def +\w+ ?\(|class +\w+ ?[(:]|for +.{1,200} in .{1,200}:"
    r"|while .{1,200}:|if .{1,200}:\s*$|with .{1,200}:\s*$|try:|return |@\w)",
    re.MULTILINE,
)
_CALLED = re.compile(r"^(?:[\w.]{1,100}+ ?= ?)?(?:await +)?([\w.]{1,100}+)\(", re.MULTILINE)
_HARMLESS = frozenset({"print", "pprint", "str", "repr", "json.dumps"})
_DEEPEST = 8
_MOST_CALLS = 100


class Read(NamedTuple):
    """Calls that were read, and the place behind them."""

    calls: list[Written]
    end: int


def program_lines(text: str) -> Iterator[int]:
    """Where lines begin that only a program has, such as `def` and `for`."""
    return (found.start() for found in _PROGRAM.finditer(text))


def other_calls(text: str, tools: Tools) -> Iterator[int]:
    """Where lines begin that call anything but a tool."""
    for found in _CALLED.finditer(text):
        if found[1] not in _HARMLESS and _tool_of(found[1], tools) is None:
            yield found.start()


def line_of_calls(text: str, at: int, tools: Tools) -> Read:
    """The calls of the line whose first call begins at a place; none if there is more to it.

    Of a call whose argument is a call, the inner one alone is found: the outer one waits for it.
    """
    calls: list[Written] = []
    while len(calls) < _MOST_CALLS:
        call, at, inner = _call(text, at, tools)
        if call is None:
            return Read([], at)
        calls.append(call)
        if inner:
            return Read(calls, at)
        more = _NEXT.match(text, at)
        if more is None:
            break
        at = more.end()
    rest = _REST.match(text, at)
    return Read([], at) if rest is None else Read(calls, rest.end())


def _call(text: str, at: int, tools: Tools) -> tuple[Written | None, int, bool]:
    """The call at a place, the place behind it, and whether it is an argument of another."""
    in_doubt = False  # what follows a text that broke off may still be inside of it
    for depth in range(_DEEPEST):
        found = _NAME.match(text, at)
        name = None if found is None else _tool_of(found[1], tools)
        if found is None or name is None:
            break
        reader = Reader(text, found.end() - 1)
        try:
            positional, by_name = reader.arguments()
        except Unreadable as error:
            at, in_doubt = error.at, error.earnest
            continue
        args = _by_name(tools[name], positional, by_name, method=_METHOD.search(found[1]))
        said = found[1] if matched(found[1], tools) == name else _METHOD.sub("", found[1])
        call = None if args is None else Written(said, args)
        return call, reader.at, depth > 0
    return None, len(text) if in_doubt else at, False


def _tool_of(name: str, tools: Tools) -> str | None:
    """The tool that a name in code means; `re.search` is no `research`."""
    for spelled in (name, _METHOD.sub("", name)):
        meant = matched(spelled, tools)
        tail = spelled.rpartition(".")[2]
        if meant is not None and ("." in meant or matched(tail, tools) == meant):
            return meant
    return None


def _by_name(
    tool: Tool, positional: list[Any], by_name: dict[str, Any], method: object
) -> dict[str, Any] | None:
    """The arguments by name; None where it is not certain that this is a call."""
    if not positional and not by_name:
        return {} if may_be_empty(tool) else None
    first = positional[0] if len(positional) == 1 and not by_name else None
    if isinstance(first, dict) and (method or takes(tool, first)):
        return first
    names = list(tool.schema.get("properties") or {})
    names += [f"argument {n + 1}" for n in range(len(names), len(positional))]
    placed = dict(zip(names, positional, strict=False))
    return None if placed.keys() & by_name.keys() else placed | by_name
