"""Calls written as steps: a line `Action: …`, then one `Action Input: …`."""

import re
from typing import Any

from agentic.naming import matched
from agentic.tools.arguments.coercion import named
from agentic.tools.written.objects import Tools, Written, calls_in, may_be_empty
from agentic.tools.written.python import Read, line_of_calls
from agentic.tools.written.values import Reader, Unreadable

__all__ = ["ACTION", "OBSERVATION", "step"]

_MARKS = r"[ \t*_#>]{0,10}+"
_COLON = r"[ ]?\d{0,3}[ \t*_]{0,10}+[:：](?:[*_]{1,3}(?=\s))?[ \t]*+"
ACTION = rf"{_MARKS}(?:Action|Tool|動作|行動|行动|工具){_COLON}"
OBSERVATION = rf"{_MARKS}(?:Observation|觀察|观察|觀察結果|观察结果){_COLON}"
_INPUT = re.compile(
    rf"\s*+{_MARKS}(?:(?:Action|Tool)[ _]?Input|Input|Args|Arguments|Parameters"
    rf"|(?:動作|行動|行动|工具)?(?:輸入|输入|參數|参数)){_COLON}"
    r"(?:\s*+(?:```\w{0,10}\s*+)?(?=[{\[｛]))?",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]*+")
_BRACKETED = re.compile(r"([\w.-]{1,100}+)\[([^\n]{0,2000})\][ \t]*\Z")
_QUOTED = re.compile(r"([\"'`“])(.*)[\"'`”]", re.DOTALL)


def step(text: str, at: int, tools: Tools) -> Read:
    """The call of a step, from behind its `Action:` on."""
    line = _LINE.match(text, at)
    assert line is not None
    said = line[0].strip().rstrip("*")
    if said[:1] in ("{", "[", "｛"):
        return _object(text, text.index(said[0], at), tools)
    if found := _BRACKETED.fullmatch(said):
        meant = matched(found[1], tools)
        return Read([] if meant is None else [_call(found[1], found[2], tools)], line.end())
    if re.match(r"`?[\w.-]{1,100}[(（]", said):
        return line_of_calls(text, text.index(said.lstrip("`"), at), tools)
    given = _INPUT.match(text, line.end())
    name = said.strip("`*\"'“” ")
    meant = matched(name, tools)
    if given is None:
        empty = meant is not None and may_be_empty(tools[meant])
        return Read([Written(name, {})] if empty else [], line.end())
    value, end = _input(text, given.end())
    certain = meant is not None and value is not None
    return Read([_call(name, value, tools)] if certain else [], end)


def _call(name: str, value: Any, tools: Tools) -> Written:
    return Written(name, named(tools[matched(name, tools) or name].schema, value))


def _object(text: str, at: int, tools: Tools) -> Read:
    reader = Reader(text, at)
    try:
        return Read(calls_in(reader.value(), tools, marked=True), reader.at)
    except Unreadable:
        return Read([], len(text))


def _input(text: str, at: int) -> tuple[Any, int]:
    """What a step is given, and the place behind; None for an object that can't be read."""
    if text[at : at + 1] in ("{", "[", "｛"):
        reader = Reader(text, at)
        try:
            return reader.value(), reader.at
        except Unreadable as error:
            if text[at] != "[" or error.earnest:
                return None, len(text)
    line = _LINE.match(text, at)
    assert line is not None
    said = line[0].strip()
    quoted = _QUOTED.fullmatch(said)
    return (quoted[2] if quoted else said), line.end()
