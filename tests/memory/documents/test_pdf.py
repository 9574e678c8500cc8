"""PDF files: whole, encrypted, scanned, damaged."""

import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.documents import Block, DocumentError, load
from tests.memory.documents.conftest import File, encrypted, pdf, read_or_refused

__all__: list[str] = []

PAGES = [
    ["Tea comes from the leaves of a plant that is ever-", "green in warm and rainy countries."],
    [],
    ["今天天氣很好，我們決定去公園散步，因為那裡的", "花開了。", "第二段在這裡。"],
]
VALID = pdf(PAGES, title="茶")


def test_paragraphs_of_pages_with_words_and_lines_joined(file: File) -> None:
    document = load(file("a.pdf", VALID))
    assert (document.title, document.format, document.encoding) == ("茶", "pdf", None)
    assert document.blocks == (
        Block(
            "Tea comes from the leaves of a plant that is evergreen in warm and rainy countries.",
            page=1,
        ),
        Block("今天天氣很好，我們決定去公園散步，因為那裡的花開了。", page=3),
        Block("第二段在這裡。", page=3),
    )


def test_without_a_title_the_file_names_it(file: File) -> None:
    assert load(file("a.pdf", pdf([["x"]]))).title == "a.pdf"


def test_encrypted_without_a_password_is_read(file: File) -> None:
    assert load(file("a.pdf", encrypted(VALID, ""))).blocks[0].page == 1


def test_encrypted_with_a_password_says_so(file: File) -> None:
    with pytest.raises(DocumentError, match=r"a\.pdf is encrypted.*password"):
        load(file("a.pdf", encrypted(VALID, "secret")))


def test_pages_without_text_say_that_they_are_pictures(file: File) -> None:
    with pytest.raises(DocumentError, match=r"a\.pdf has no text.*OCR"):
        load(file("a.pdf", pdf([[], []])))


@pytest.mark.parametrize("data", [b"not a pdf", VALID[:200], b"%PDF-1.7\n%%EOF", VALID[300:]])
def test_damaged_says_so_and_nothing_else(
    file: File, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(DocumentError, match=r"a\.pdf is damaged"):
        load(file("a.pdf", data))
    assert [record for record in caplog.records if record.name.startswith("pypdf")] == []


CHANGES = st.lists(
    st.tuples(st.integers(0, len(VALID) - 1), st.binary(max_size=4), st.integers(0, 30)),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pdf")


@settings(max_examples=200)
@given(CHANGES)
def test_a_damaged_file_is_read_or_refused(
    folder: Path, changes: list[tuple[int, bytes, int]]
) -> None:
    data = VALID
    for at, new, removed in changes:
        data = data[:at] + new + data[at + removed :]
    path = folder / "a.pdf"
    path.write_bytes(data or b" ")
    assert all(block.text.encode() for block in read_or_refused(path))
