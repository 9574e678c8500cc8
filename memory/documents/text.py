"""Plain text: a block for each paragraph."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from memory.documents.document import Block, Document, Kind
from memory.documents.files import read_text

__all__ = ["load_text", "paragraphs", "unwrap"]

_CJK = "\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U000323af"
_WRAPPED = re.compile(rf"(?<=[{_CJK}])[ \t]*\n\s*(?=[{_CJK}])")
_HYPHEN = re.compile(r"(?<=[^\W\d_])(?:-|\N{HYPHEN}|\N{SOFT HYPHEN})\n(?=[a-zß-ÿ])")


def load_text(path: Path, data: bytes) -> Document:
    """A text file, with its paragraphs as blocks."""
    text, encoding = read_text(path, data)
    return Document(path.name, "text", encoding, tuple(paragraphs(text.split("\n"))))


def paragraphs(
    lines: Sequence[str], first: int = 1, headings: tuple[str, ...] = (), kind: Kind = "text"
) -> Iterator[Block]:
    """Runs of lines that are not blank.

    Args:
        lines: Lines of a file that follow each other.
        first: Number of the first of them in the file.
        headings: What they stand under.
        kind: What they are.
    """
    start: int | None = None
    for i, line in enumerate([*lines, ""]):
        if line.strip():
            start = i if start is None else start
        elif start is not None:
            text = "\n".join(lines[start:i])
            yield Block(text, headings, (first + start, first + i - 1), kind=kind)
            start = None


def unwrap(text: str, *, hyphens: bool = False) -> str:
    """Text as one line: Chinese is joined without a blank, and if asked, divided words are too."""
    if hyphens:
        text = _HYPHEN.sub("", text)
    return " ".join(_WRAPPED.sub("", text).split())
