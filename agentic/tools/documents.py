"""PDF and DOCX files as lines that can be shown, found and cited, as the memory cites them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from agentic.errors import ToolError
from agentic.tools.changing.anchored import open_file
from agentic.tools.context import ToolOutput
from agentic.tools.reading import counted, matching_lines, page, read_bytes

if TYPE_CHECKING:
    from memory.documents import Block

__all__ = ["document_lines", "is_document", "matching", "shown_document"]

_LINE_CHARS = 1000
"""Characters of a line; a longer paragraph is cut between its sentences."""


def is_document(root: Path, place: Path) -> bool:
    """Whether a file is read by its text: by its ending, or a PDF of any name."""
    if place.suffix.lower() in {".pdf", ".docx"}:
        return True
    try:
        with open_file(root, place) as file:
            return file.read(5) == b"%PDF-"
    except OSError:
        return False


def document_lines(root: Path, place: Path, name: str) -> Sequence["Block"]:
    """The text of a PDF or DOCX file, each line with its page or headings.

    Raises:
        ToolError: if it is encrypted, damaged, or has pictures of pages only.
    """
    try:
        seen = place.stat()
    except OSError as error:
        raise ToolError(f"{name!r} can't be read: {error.strerror}.") from error
    return _lines(root, place, name, (seen.st_ino, seen.st_mtime_ns, seen.st_size))


def shown_document(
    root: Path, place: Path, name: str, start_page: int, start_line: int
) -> ToolOutput:
    """The part of a document that fits in one result, led by where it stands.

    Raises:
        ToolError: if it can't be read, or has nothing there.
    """
    lines = document_lines(root, place, name)
    if not lines:
        return ToolOutput(f"({name} is empty)", (name,))
    first = _first(lines, name, start_page) + start_line - 1
    if first >= len(lines):
        raise ToolError(f"{name!r} has {counted(len(lines), 'line')}; start_line is past its end.")
    parts = page(_led(lines[first:], name))
    after = first + len(parts)
    sources = dict.fromkeys(_cited(line, name) for line in lines[first:after])
    return ToolOutput("\n".join([*parts, *_footer(lines, first, after)]), tuple(sources))


def matching(lines: Sequence["Block"], name: str, wanted: str) -> list[tuple[str, str]]:
    """Citation and text of the lines that hold the folded text, each cut around it."""
    found = matching_lines([line.text for line in lines], wanted)
    return [(_cited(lines[number - 1], name), text) for number, text in found]


@lru_cache(maxsize=16)
def _lines(root: Path, place: Path, name: str, state: tuple[int, ...]) -> tuple["Block", ...]:
    """The lines of a file in one state of it; reading on does not extract them again."""
    from memory.documents import LOADERS, DocumentError

    suffix = place.suffix.lower()
    try:
        loader = LOADERS[suffix if suffix == ".docx" else ".pdf"]
        document = loader(Path(name), read_bytes(root, place, name))
    except DocumentError as error:
        raise ToolError(str(error)) from error
    return tuple(line for block in document.blocks for line in _cut(block))


def _cut(block: "Block") -> Iterator["Block"]:
    from memory.documents import Document, chunk

    whole = Document("", "", None, (block,))
    for part in chunk(whole, len, size=_LINE_CHARS, overlap=0):
        for text in part.text.split("\n"):
            if text.strip():
                yield type(block)(text, block.headings, None, block.page, block.kind)


def _first(lines: Sequence["Block"], name: str, start_page: int) -> int:
    """The first line from a page on."""
    if start_page == 1:
        return 0
    last = lines[-1].page
    if last is None:
        raise ToolError(f"{name!r} has no pages; use start_line.")
    if start_page > last:
        raise ToolError(f"{name!r} has text up to page {last}; start_page is past it.")
    return next(at for at, line in enumerate(lines) if (line.page or 0) >= start_page)


def _cited(line: "Block", name: str) -> str:
    from memory.documents import cite

    return cite(name, line.headings, pages=(line.page, line.page) if line.page else None)


def _led(lines: Sequence["Block"], name: str) -> list[str]:
    """The lines, the first of a page or section with its citation above it."""
    led: list[str] = []
    above = name
    for line in lines:
        place = _cited(line, name)
        if place == above:
            led.append(line.text)
        elif line.kind == "heading" and place.endswith(line.text):  # it says so itself
            led.append(f"{place}:")
        else:
            led.append(f"{place}:\n{line.text}")
        above = place
    return led


def _footer(lines: Sequence["Block"], first: int, after: int) -> list[str]:
    """Which part was shown and how to read on; nothing where it was all."""
    if after - first == len(lines):
        return []
    told = f"lines {first + 1}-{after} of {len(lines)}"
    last = lines[-1].page
    if last is not None:
        told = f"pages {lines[first].page}-{lines[after - 1].page}; the text goes up to page {last}"
    return [f"({told}{_onward(lines, after)})"]


def _onward(lines: Sequence["Block"], after: int) -> str:
    if after >= len(lines):
        return ""
    start = lines[after].page
    if start is None:
        return f"; read on with start_line={after + 1}"
    line = after - next(at for at, each in enumerate(lines) if each.page == start)
    within = f", start_line={line + 1}" if line else ""
    return f"; read on with start_page={start}{within}"
