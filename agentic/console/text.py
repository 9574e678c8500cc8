"""Text of models, tools and memory made safe for a terminal, and fitted to its columns."""

import json
import re
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len, chop_cells, set_cell_size

from agentic import cleaning

__all__ = ["clean", "cut", "escaped", "one_line", "printable_json", "wrap"]

_NEW_LINE = re.compile(r"\r\n?|[\u2028\u2029]")
_ESCAPED = re.compile(
    rf"{cleaning.CONTROL.pattern}|{cleaning.SURROGATE.pattern}|{cleaning.UNSEEN.pattern}"
    r"|[\u2028\u2029]"
)
_OPENING = "（「『【《〈［｛“‘"
_CLOSING = "，。、；：！？）」』】》〉］｝”’…％～"
_SMALLEST = 6
"""Columns below which text is no longer fitted."""


def clean(text: str) -> str:
    """The text without anything that moves the cursor, colours, hides or reverses; lines stay."""
    return cleaning.clean(cleaning.UNSEEN.sub("", _NEW_LINE.sub("\n", text)))


def one_line(text: str) -> str:
    """The text, cleaned, on one line."""
    return " ".join(clean(text).split())


def cut(text: str, width: int, more: str = "…") -> str:
    """The text, or as much of it as fits into `width` columns, the cut marked by `more`."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - cell_len(more), 0)).rstrip() + more


def wrap(text: str, width: int, used: int = 0) -> list[str]:
    """The text in rows of at most `width` columns, of which the first has `used` taken already.

    Breaks at spaces and beside wide characters; no row begins with a closing mark. Leading
    spaces stay.
    """
    room = max(width, _SMALLEST)
    first, *lines = text.expandtabs(4).split("\n")
    rows = _fold(first.rstrip(), room, min(used, room))
    return rows + [row for line in lines for row in _fold(line.rstrip(), room, 0)]


def printable_json(value: Any, *, ascii_only: bool = False) -> str:
    """JSON on one line that is safe to print: control characters only as escapes."""
    return escaped(json.dumps(value, ensure_ascii=ascii_only))


def escaped(line: str) -> str:
    """A line of JSON with what acts on a terminal written as escapes; it says the same."""
    return _ESCAPED.sub(lambda found: json.dumps(found[0])[1:-1], line)


def _fold(line: str, width: int, used: int) -> list[str]:
    rows = [""]
    for gap, piece in _pieces(line):
        if used + cell_len(rows[-1] + gap + piece) <= width:
            rows[-1] += gap + piece
            continue
        first, *others = chop_cells(piece, width)
        if rows[-1] or used:
            rows.append(first)
        else:
            rows[-1] = first
        rows += others
        used = 0
    return rows


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """What must stay in one row, each with the spaces before it."""
    for gap, word in re.findall(r"(\s*)(\S+)", line):
        piece = ""
        for character in word:
            if piece and _may_break(piece[-1], character):
                yield gap, piece
                gap, piece = "", ""
            piece += character
        yield gap, piece


def _may_break(before: str, after: str) -> bool:
    if after in _CLOSING or before in _OPENING:
        return False
    if cell_len(after) == 0 or before == "\u200d":
        return False
    return cell_len(before) == 2 or cell_len(after) == 2
