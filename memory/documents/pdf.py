"""PDF: the paragraphs of each page."""

import logging
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from memory.documents.damage import damaged
from memory.documents.document import Block, Document
from memory.documents.text import unwrap
from memory.errors import DocumentError

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["load_pdf"]

FULL = 0.75
"""Share of the longest line of a page below which a line does not reach the margin. A sentence
that ends in such a line ends a paragraph."""

_END = re.compile(r"[.!?:。！？：…][\"'”’)\]」』）]*$")


def load_pdf(path: Path, data: bytes) -> Document:
    """A PDF file that has text; one encrypted without a password is read as any other."""
    from pypdf.errors import DependencyError, PyPdfError

    # It reports what it mends in a file, many lines of it; what it can't mend, it raises.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with damaged(path, "PDF", PyPdfError, DependencyError):
        locked, title, blocks = _read(data)
    if locked:
        raise DocumentError(
            f"{path} is encrypted: print it to a new PDF with its password, and name that."
        )
    if not blocks:
        raise DocumentError(
            f"{path} has no text, only pictures of pages, as scans do: run it through a program "
            "for text recognition (OCR), such as ocrmypdf, first."
        )
    return Document(title or path.name, "pdf", None, tuple(blocks))


def _read(data: bytes) -> tuple[bool, str, list[Block]]:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return True, "", []
    return False, _title(reader), list(_blocks(reader))


def _title(reader: "PdfReader") -> str:
    title = reader.metadata.title if reader.metadata is not None else None
    return unwrap(_clean(str(title))) if title else ""


def _blocks(reader: "PdfReader") -> Iterator[Block]:
    for number, page in enumerate(reader.pages, 1):
        for paragraph in _paragraphs(_clean(page.extract_text())):
            yield Block(paragraph, page=number)


def _clean(text: str) -> str:
    # fonts with a broken table of characters give half of a surrogate pair
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs as single lines, from lines as they were set."""
    lines = [line.strip() for line in text.splitlines()]
    full = FULL * max(map(len, lines), default=0)
    held: list[str] = []
    for line in [*lines, ""]:
        held.append(line)
        if not line or (len(line) < full and _END.search(line)):
            if paragraph := unwrap("\n".join(held), hyphens=True):
                yield paragraph
            held = []
