"""A file of any content, and PDF files made by hand."""

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from memory.documents import Block, DocumentError, load

__all__ = ["File", "encrypted", "file", "pdf", "read_or_refused", "tokens"]

File = Callable[[str, str | bytes], Path]


@pytest.fixture
def file(tmp_path: Path) -> File:
    """Writes a file of a name and a content."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def read_or_refused(path: Path) -> tuple[Block, ...]:
    """The blocks of a file that may be damaged; none if it was refused by its name."""
    try:
        return load(path).blocks
    except DocumentError as error:
        refused = str(error)
    assert str(path) in refused
    return ()


def tokens(text: str) -> int:
    """About as many as an embedder counts: one for four letters, one for a Chinese character."""
    parts = re.findall(r"[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+", text)
    return sum((len(part) + 3) // 4 for part in parts)


def pdf(pages: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A PDF file with the lines of each page, in a font that has Chinese."""
    from pypdf import PdfWriter
    from pypdf.generic import (
        ArrayObject,
        DecodedStreamObject,
        DictionaryObject,
        NameObject,
        TextStringObject,
    )

    def names(**entries: str) -> DictionaryObject:
        return DictionaryObject(
            {NameObject(f"/{k}"): NameObject(f"/{v}") for k, v in entries.items()}
        )

    writer = PdfWriter()
    system = DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("CNS1"),
        }
    )
    under = names(Type="Font", Subtype="CIDFontType0", BaseFont="MSung-Light")
    under[NameObject("/CIDSystemInfo")] = system
    font = names(Type="Font", Subtype="Type0", BaseFont="MSung-Light", Encoding="UniCNS-UTF16-H")
    font[NameObject("/DescendantFonts")] = ArrayObject([under])
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        shown = " ".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 14 TL 50 800 Td {shown} ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    if title:
        writer.add_metadata({"/Title": title})
    return _bytes(writer)


def encrypted(data: bytes, password: str) -> bytes:
    """The same PDF file for those who know the password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(password, "owner", algorithm="AES-256")
    return _bytes(writer)


def _bytes(writer: object) -> bytes:
    from pypdf import PdfWriter

    assert isinstance(writer, PdfWriter)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
