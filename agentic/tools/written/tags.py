"""Calls in tags and special tokens: a tool's name, then its arguments in an object or in tags."""

import re
from typing import Any

from agentic.naming import matched
from agentic.tools.arguments.coercion import named
from agentic.tools.written.objects import Tools, Written, may_be_empty, takes
from agentic.tools.written.python import Read
from agentic.tools.written.values import Reader, Unreadable

__all__ = ["element", "head", "name_element"]

_GLUE = re.compile(
    r"(?:\s|<\|[^|<>\n]{0,40}\|>|<｜[^｜<>\n]{0,40}｜>|\[ARGS\]|\[CALL_ID\]\w{0,40}|:\d{1,4}\b"
    r"|```(?:json)?|json\b|<(?:arguments|parameters|args|input|tool_input)>)*+",
    re.IGNORECASE,
)
"""What stands between a tool's name and its arguments."""
_PARAMETER = re.compile(
    r"<(?:\w{1,20}:)?(?:parameter|param|arg)(?:\s+name)?\s*=\s*[\"'“]?([^\s\"'“”<>]{1,100})[\"'“”]?[^<>]{0,100}>"
    r"|<arg_key>\s*([^<>]{1,100}?)\s*</arg_key>\s*<arg_value>",
    re.IGNORECASE,
)
_PARAMETER_END = re.compile(
    r"</(?:\w{1,20}:)?(?:parameter|param|arg|arg_value)>|(?=<(?:\w{1,20}:)?parameter(?:\s+name)?\s*=)"
    r"|(?=</(?:\w{1,20}:)?(?:function|invoke|tool_call)>)",
    re.IGNORECASE,
)
_BROKEN_TAG = re.compile(
    r"\s*<(?:(?:\w{1,20}:)?param|arg_key|(?![/|｜]|[\w:]{1,40}[\s=>]))", re.IGNORECASE
)
"""A tag that breaks off: another argument was to come."""
_NAME_ELEMENT = re.compile(
    r"\s*<(name|tool_name|tool|function|function_name)>\s*(?P<name>[^<>]{1,100}?)\s*</\1>",
    re.IGNORECASE,
)
_CHILD = re.compile(r"\s*<([\w.-]{1,64})>")
_MOST_PARAMETERS = 100


def head(text: str, at: int, name: str, tools: Tools, *, closed: bool = False) -> Read:
    """The call whose tool's name was read, and whose arguments come next.

    Args:
        text: What the model wrote.
        at: The place behind the name.
        name: The name.
        tools: The tools there are, by name.
        closed: Whether the name stood in a tag, which may close without arguments.
    """
    meant = matched(name, tools)
    glue = _GLUE.match(text, at)
    assert glue is not None
    start = glue.end()
    if text[start : start + 1] in ("{", "｛"):
        return _with_object(text, start, name, tools)
    parameters, end = _parameters(text, start)
    if parameters is None or meant is None or _BROKEN_TAG.match(text, end):
        return Read([], end)
    empty = closed and text.startswith("</", start) and may_be_empty(tools[meant])
    return Read([Written(name, parameters)] if parameters or empty else [], end)


def element(text: str, at: int, name: str, tools: Tools) -> Read:
    """The call that an element is: named after a tool, its children are the arguments.

    Args:
        text: What the model wrote.
        at: The place behind the element's opening tag.
        name: The element's name.
        tools: The tools there are, by name.
    """
    if name not in tools:
        return Read([], at)
    if re.match(r"\s*[{｛]", text[at : at + 20]):
        return head(text, at, name, tools)
    args: dict[str, Any] = {}
    end = at
    while (child := _CHILD.match(text, end)) and len(args) < _MOST_PARAMETERS:
        close = text.find(f"</{child[1]}>", child.end())
        if close < 0:
            return Read([], len(text))
        args[child[1]] = _inner(text[child.end() : close])
        end = close + len(child[1]) + 3
    right = (args or text[end:].lstrip()[:2] == "</") and takes(tools[name], args)
    return Read([Written(name, args)] if right else [], end)


def name_element(text: str, at: int) -> re.Match[str] | None:
    """The element that names a tool, as in `<tool_use><name>add</name>`."""
    return _NAME_ELEMENT.match(text, at)


def _with_object(text: str, at: int, name: str, tools: Tools) -> Read:
    reader = Reader(text, at)
    try:
        args = reader.value()
    except Unreadable:
        return Read([], len(text))
    meant = matched(name, tools)
    if meant is None or not isinstance(args, dict):
        return Read([], reader.at)
    return Read([Written(name, named(tools[meant].schema, args))], reader.at)


def _parameters(text: str, at: int) -> tuple[dict[str, Any] | None, int]:
    """Arguments that each stand in a tag, and the place behind; None if one never ends."""
    found: dict[str, Any] = {}
    while len(found) < _MOST_PARAMETERS:
        gap = re.compile(r"\s*+").match(text, at)
        begin = _PARAMETER.match(text, gap.end() if gap else at)
        if begin is None:
            break
        end = _PARAMETER_END.search(text, begin.end())
        if end is None:
            return None, len(text)
        found[(begin[1] or begin[2]).strip()] = _inner(text[begin.end() : end.start()])
        at = end.end()
    return found, at


def _inner(text: str) -> str:
    """The text of a tag without the line's end at each side of it."""
    return text.removeprefix("\n").removesuffix("\n")
