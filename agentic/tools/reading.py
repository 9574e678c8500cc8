"""What lies in a file, in pieces that fit into one result."""

import os
from pathlib import Path

from agentic.errors import ToolError
from agentic.sizes import human
from agentic.tools.changing.anchored import open_file
from agentic.tools.decoding import decode

__all__ = ["counted", "matching_lines", "page", "read_bytes", "read_lines", "searchable_lines"]

_READ_CHARS = 3600
"""Characters of a file that one call gives; with the footer it stays under the result limit."""
_LINE_CHARS = 160
_MOST_BYTES = 20_000_000


def counted(count: int, noun: str) -> str:
    """The count with its noun: "1 line", "1,200 lines"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def read_lines(root: Path, place: Path, name: str) -> tuple[list[str], str | None]:
    """The lines of a text file, and the encoding's name where it was guessed.

    Args:
        root: The workspace's folder.
        place: The file's resolved place in it.
        name: What an error calls it.

    Raises:
        ToolError: if it is not text, too large or not to be read.
    """
    data = read_bytes(root, place, name)
    decoded = decode(data)
    if decoded is None:
        raise ToolError(f"{name!r} is not text ({len(data):,} bytes of binary data).")
    return _lines(decoded[0]), decoded[1]


def read_bytes(root: Path, place: Path, name: str) -> bytes:
    """What a regular file holds.

    Args:
        root: The workspace's folder.
        place: The file's resolved place in it.
        name: What an error calls it.

    Raises:
        ToolError: if it is too large or not to be read.
    """
    if not place.is_file():
        raise ToolError(f"{name!r} is no regular file.")
    try:
        with open_file(root, place) as file:
            count = os.fstat(file.fileno()).st_size
            if count > _MOST_BYTES:
                raise ToolError(f"{name!r} is too large to read ({human(count)}).")
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise ToolError(f"{name!r} can't be read: {error.strerror}.") from error


def searchable_lines(root: Path, place: Path) -> list[str] | None:
    """The lines of a file, none for binary data; None where it is too large or not to be read."""
    try:
        with open_file(root, place) as file:
            if os.fstat(file.fileno()).st_size > _MOST_BYTES:
                return None
            decoded = decode(file.read(_MOST_BYTES))
    except OSError:
        return None
    return _lines(decoded[0]) if decoded else []


def page(lines: list[str]) -> list[str]:
    """The first lines that fit in one result; at least one, cut if need be."""
    room = _READ_CHARS
    fitting: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        fitting.append(line)
    if fitting:
        return fitting
    return [f"{lines[0][:_READ_CHARS]}… (a line of {len(lines[0]):,} characters, cut)"]


def matching_lines(lines: list[str], wanted: str) -> list[tuple[int, str]]:
    """Number, from 1, and text of the lines that hold the folded text, each cut around it."""
    found = []
    for number, line in enumerate(lines, start=1):
        at = line.casefold().find(wanted)
        if at >= 0:
            begin = max(0, at - _LINE_CHARS // 2) if len(line) > _LINE_CHARS else 0
            cut = line[begin : begin + _LINE_CHARS].strip()
            found.append((number, f"{'…' if begin else ''}{cut}"))
    return found


def _lines(text: str) -> list[str]:
    """Lines as an editor counts them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
