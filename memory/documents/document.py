"""What a file becomes: blocks in reading order, and the chunks that are cut from them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Block", "Chunk", "Document", "Kind", "Lines"]

Kind: TypeAlias = Literal["text", "code", "table", "heading"]
"""How a block may be cut: text between sentences, code and tables between lines. Code stays whole
for longer (`chunking.WHOLE`). A heading begins what stands beneath it."""
Lines: TypeAlias = tuple[int, int]
"""First and last line in the file, from 1."""


@dataclass(frozen=True, slots=True)
class Block:
    """A structural unit of a document.

    Attributes:
        text: As it stands in the file where the format is text; its wording in the others.
        headings: Path of headings above it, outermost first; a heading's own path ends in itself.
        lines: Where it stands; None where the format has no lines (docx, pdf).
        page: Where it stands, from 1; None where the format has no pages (all but pdf).
        kind: How it may be cut.
    """

    text: str
    headings: tuple[str, ...] = ()
    lines: Lines | None = None
    page: int | None = None
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read.

    Attributes:
        title: What it calls itself, or the name of the file.
        format: "markdown", "pdf", ...
        encoding: Of its text, as Python names it; None where the format settles it (docx, pdf).
        blocks: All of its text, in reading order.
    """

    title: str
    format: str
    encoding: str | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, of a size for an embedder, that can be cited.

    Attributes:
        text: The passage. It may begin with the last sentences of the chunk before it.
        headings: Path of headings that all of it stands under, outermost first.
        lines: First and last line of the text, what it shares with the chunk before included.
        pages: First and last page of it, likewise.
    """

    text: str
    headings: tuple[str, ...]
    lines: Lines | None
    pages: tuple[int, int] | None
