"""Where a text may be cut: after sentences, between lines, between words, and at last anywhere."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from memory.documents.document import Block, Lines

__all__ = ["Piece", "pieces"]

_CLOSING = r"[\"'”’»)\]」』）》】]*"
_SENTENCE = re.compile(
    rf"\S(?:.*?(?:(?<![.!?])[.!?]+{_CLOSING}(?=\s)|[。！？；…]+{_CLOSING})|.*\S|)", re.DOTALL
)
_LINE = re.compile(r"[^\n]+")
_CJK = "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PLACES = (
    re.compile(r"(?<=[。！？；…])|(?<=[.!?])(?=\s)"),
    re.compile(r"(?<=[，、：])|(?<=[,;:])(?=\s)"),
    re.compile(r"(?<=\S)(?=\s)"),
    re.compile(rf"(?<=[^\w\s])(?=\w)|(?<=[{_CJK}])(?=\w)|(?<=\w)(?=[{_CJK}])"),
)
"""Places to cut what has neither sentences nor lines, the best first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a block that is not cut any further.

    Attributes:
        before: What stands between it and the piece before.
        text: The piece, without blanks at its end.
        tokens: Of both.
        lines: Where it stands.
        page: Where it stands.
        sentence: Whether it is a whole sentence.
    """

    before: str
    text: str
    tokens: int
    lines: Lines | None
    page: int | None
    sentence: bool


def pieces(
    block: Block, before: str, count: Callable[[str], int], size: int, whole: int
) -> Iterator[Piece]:
    """Sentences of a text, lines of anything else; smaller parts of what is too long.

    Args:
        block: Gives all of its text but the blanks between pieces, which are kept in `before`.
        before: What stands between this block and the one before.
        count: Gives the tokens of a text.
        size: Most tokens of a sentence that is not cut.
        whole: Most tokens of a line of code that is not cut.
    """
    text, at = block.text, _Position(block)
    most = whole if block.kind == "code" else size
    after = 0
    for start, end in _natural(block):
        for first, last, tokens in _fitting(text, start, end, count, most):
            gap = text[after:first] if after else before + text[:first]
            sentence = block.kind == "text" and (first, last) == (start, end)
            tokens += count(gap) if gap else 0
            yield Piece(gap, text[first:last], tokens, at(first, last), block.page, sentence)
            after = last


class _Position:
    """Lines in the file of parts of a block, asked for in their order."""

    def __init__(self, block: Block) -> None:
        self._text, self._lines = block.text, block.lines
        self._after, self._line = 0, block.lines[0] if block.lines else 0
        rows = block.lines[1] - block.lines[0] if block.lines else -1
        self._exact = block.text.count("\n") == rows

    def __call__(self, first: int, last: int) -> Lines | None:
        """All lines of the block, if its text does not have them one by one."""
        if not self._exact:
            return self._lines
        above = self._line + self._text.count("\n", self._after, first)
        self._line = above + self._text.count("\n", first, last)
        self._after = last
        return above, self._line


def _natural(block: Block) -> Iterator[tuple[int, int]]:
    """Sentences or lines of a block, without the blanks between them."""
    if block.kind in ("text", "heading"):
        return (match.span() for match in _SENTENCE.finditer(block.text))
    return _rows(block.text, 0, len(block.text))


def _rows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _LINE.finditer(text, start, end):
        if row := match[0].rstrip():
            yield match.start(), match.start() + len(row)


def _fitting(
    text: str, start: int, end: int, count: Callable[[str], int], most: int
) -> Iterator[tuple[int, int, int]]:
    """Start, end and tokens of the parts of a text, which is cut if it is too long."""
    tokens = count(text[start:end])
    if tokens <= most or end - start < 2:
        yield start, end, tokens
    elif "\n" in text[start:end]:
        for first, last in _rows(text, start, end):
            yield from _fitting(text, first, last, count, most)
    else:
        cut = _place(text, start, end)
        left, right = len(text[start:cut].rstrip()), len(text[cut:end].lstrip())
        yield from _fitting(text, start, start + left, count, most)
        yield from _fitting(text, end - right, end, count, most)


def _place(text: str, start: int, end: int) -> int:
    """The place nearest the middle among the best that there are."""
    middle = (start + end) // 2
    for pattern in _PLACES:
        places = (match.start() for match in pattern.finditer(text, start + 1, end))
        nearest = min(places, key=lambda place: abs(place - middle), default=end)
        if nearest < end:
            return nearest
    return middle
