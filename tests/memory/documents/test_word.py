"""DOCX files: structure, and what is wrong with them."""

import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st

from memory.documents import Block, DocumentError, load
from memory.documents.word import UNPACKED
from tests.memory.documents.conftest import File, read_or_refused

__all__: list[str] = []

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def made() -> bytes:
    document = docx.Document()
    document.add_heading("茶經", 0)
    document.add_paragraph("Opening.")
    document.add_heading("One", 1)
    document.add_heading("A", 2)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Name", "Age", "小美", "3"], strict=True):
        cell.text = text
    document.add_paragraph("First", style="List Bullet")
    own = document.styles.add_style("Chapter", 1)
    own.base_style = document.styles["Heading 1"]
    document.add_paragraph("Two", style="Chapter")
    body = document.element.body
    for inner in (
        f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt>",
        f"<w:p {W}><w:ins><w:r><w:t>Put in.</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>Taken out.</w:delText></w:r></w:del></w:p>",
    ):
        body.insert(len(body) - 1, parse_xml(inner))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


VALID = made()


def test_headings_paragraphs_and_tables_in_reading_order(file: File) -> None:
    document = load(file("a.docx", VALID))
    top = ("茶經",)
    a, two = (*top, "One", "A"), (*top, "Two")
    assert (document.title, document.format) == ("茶經", "docx")
    assert document.blocks == (
        Block("茶經", top, kind="heading"),
        Block("Opening.", top),
        Block("One", (*top, "One"), kind="heading"),
        Block("A", a, kind="heading"),
        Block("Name | Age", a, kind="table"),
        Block("小美 | 3", a, kind="table"),
        Block("First", a),
        Block("Two", two, kind="heading"),
        Block("In a control.", two),
        Block("Put in.", two),
    )


def test_an_empty_document_says_so(file: File) -> None:
    out = BytesIO()
    docx.Document().save(out)
    with pytest.raises(DocumentError, match=r"a\.docx holds no text"):
        load(file("a.docx", out.getvalue()))


def test_the_format_before_says_what_to_do(file: File) -> None:
    old = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100
    with pytest.raises(DocumentError, match=r"a\.docx is encrypted, or .*save it as \.docx"):
        load(file("a.docx", old))


def test_what_unpacks_to_too_much_is_refused(file: File) -> None:
    out = BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(UNPACKED // 2**20 + 1):
            part.write(bytes(2**20))
    assert len(out.getvalue()) < 2**20
    with pytest.raises(DocumentError, match=r"a\.docx unpacks to 201 MB.*split"):
        load(file("a.docx", out.getvalue()))


@pytest.mark.parametrize("data", [b"text", VALID[:1000], VALID[500:]])
def test_damaged_says_so(file: File, data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a\.docx is damaged, or not a DOCX"):
        load(file("a.docx", data))


def test_another_zip_says_so(file: File) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(DocumentError, match=r"a\.docx is damaged, or not a DOCX"):
        load(file("a.docx", out.getvalue()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docx")


@given(st.integers(0, len(VALID) - 1), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused(folder: Path, at: int, new: bytes) -> None:
    path = folder / "a.docx"
    path.write_bytes(VALID[:at] + new + VALID[at + len(new) :])
    assert all(block.text.encode() for block in read_or_refused(path))


XML = st.lists(
    st.sampled_from(
        [
            "<w:p>",
            "</w:p>",
            "<w:r>",
            "</w:r>",
            "<w:t>字</w:t>",
            "<w:tbl>",
            "</w:tbl>",
            "<w:tr>",
            "</w:tr>",
            "<w:tc>",
            "</w:tc>",
            "<!-- c -->",
            "<w:tab/>",
            "<w:sdt/>",
        ]
    ),
    max_size=12,
).map("".join)


@given(XML)
def test_any_body_is_read_or_refused(folder: Path, xml: str) -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(VALID)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = f"<w:document {W}><w:body>{xml}</w:body></w:document>".encode()
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    path = folder / "b.docx"
    path.write_bytes(out.getvalue())
    if blocks := read_or_refused(path):
        text = "".join(block.text for block in blocks)
        assert 0 < text.count("字") <= xml.count("字")
