"""DOCX: paragraphs, headings and rows of tables, in reading order."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memory.documents.damage import damaged
from memory.documents.document import Block, Document
from memory.documents.outline import Outline
from memory.errors import DocumentError

if TYPE_CHECKING:
    from docx.document import Document as Docx

__all__ = ["load_docx"]

UNPACKED = 200 * 1024 * 1024
"""Most bytes that the parts of a file may unpack to; a small zip can hold petabytes."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SECOND_FORM = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TAKEN_OUT = frozenset({"del", "moveFrom"})
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def load_docx(path: Path, data: bytes) -> Document:
    """A Word document, tracked insertions and text boxes included."""
    if data.startswith(_OLE):
        raise DocumentError(
            f"{path} is encrypted, or in the format before .docx: save it as .docx without a "
            "password."
        )
    from docx import Document as open_docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    with damaged(path, "DOCX", PythonDocxError, OpcError):
        size = _unpacked(data)
        if size <= UNPACKED:
            docx = open_docx(BytesIO(data))
            blocks = tuple(_blocks(docx))
            title = docx.core_properties.title.strip()
            headings = (block.text for block in blocks if block.kind == "heading")
            return Document(title or next(headings, path.name), "docx", None, blocks)
    raise DocumentError(
        f"{path} unpacks to {size / 2**20:,.0f} MB, and {UNPACKED / 2**20:,.0f} MB is the most. "
        "Take its pictures out, or split it."
    )


def _unpacked(data: bytes) -> int:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return sum(part.file_size for part in archive.infolist())


def _blocks(docx: "Docx") -> Iterator[Block]:
    levels = _levels(docx)
    outline = Outline()
    for element in _flow(docx.element.body):
        if _name(element) == "tbl":
            yield from _rows(element, outline.path)
            continue
        text = _text(element).strip()
        if not text:
            continue
        level = levels.get(_style(element))
        if level is not None:
            text = " ".join(text.split())
            outline.enter(level, text)
        yield Block(text, outline.path, kind="text" if level is None else "heading")


def _levels(docx: "Docx") -> dict[str | None, int]:
    """Levels of the styles that are headings, or are made from one. A title is above them."""
    levels: dict[str | None, int] = {}
    for style in docx.styles.element.style_lst:
        levels |= {style.styleId: level} if (level := _level(style)) is not None else {}
    return levels


def _level(style: Any) -> int | None:
    seen: set[str] = set()
    while style is not None and style.styleId not in seen:
        name = style.name_val or ""
        if found := _HEADING.fullmatch(name):
            return int(found[1])
        if name.lower() == "title":
            return 0
        seen.add(style.styleId)
        style = style.base_style
    return None


def _flow(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, also those in content controls and tracked insertions."""
    for element in parent:
        name = _name(element)
        if name in ("p", "tbl"):
            yield element
        elif name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _flow(element)


def _rows(table: Any, headings: tuple[str, ...]) -> Iterator[Block]:
    for row in table.iter(f"{_NAMESPACE}tr"):
        if next(row.iterancestors(f"{_NAMESPACE}tbl")) is table:
            cells = [
                " ".join(_text(cell).split())
                for cell in row.iter(f"{_NAMESPACE}tc")
                if next(cell.iterancestors(f"{_NAMESPACE}tr")) is row
            ]
            if any(cells):
                yield Block(" | ".join(cells), headings, kind="table")


def _style(paragraph: Any) -> str | None:
    style: str | None = paragraph.style
    return style


def _text(element: Any) -> str:
    """The words of an element, without those deleted, and in one form if it has two."""
    name = _name(element)
    if name in _TAKEN_OUT or element.tag == _SECOND_FORM:
        return ""
    if name == "t":
        return element.text or ""
    if name in _SIGNS:
        return _SIGNS[name]
    inner = "".join(_text(child) for child in element)
    return f"{inner}\n" if name == "p" else inner


def _name(element: Any) -> str:
    tag = element.tag  # a comment's is a function
    return tag.removeprefix(_NAMESPACE) if isinstance(tag, str) else ""
