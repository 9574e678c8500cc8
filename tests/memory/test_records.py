"""Records: what they are cited as, and shown as."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memory.marks import marked, shown, unmarked
from memory.records import Record

__all__: list[str] = []


def record(kind: str, source: str | None, **metadata: Any) -> Record:
    text = "Two\nlines."
    return Record("0123456789abcdef", text, kind, source, metadata, datetime.now(UTC))


@pytest.mark.parametrize(
    ("made", "citation"),
    [
        (record("passage", "/a/guide.md", lines=[12, 20], headings=["x"]), "/a/guide.md:12-20"),
        (record("passage", "/a/report.pdf", pages=[3, 3]), "/a/report.pdf p. 3"),
        (record("passage", "/a/信.docx", headings=["前言"]), "/a/信.docx § 前言"),
        (record("passage", "/a/x.txt", lines="12", headings=7), "/a/x.txt"),
        (record("passage", None), "[memory 0123456789abcdef]"),
        (record("fact", "run 7c1"), "run 7c1 [memory 0123456789abcdef]"),
        (record("fact", None), "[memory 0123456789abcdef]"),
        (record("fact", "a\ntalk", lines=[1, 2]), "a talk [memory 0123456789abcdef]"),
    ],
)
def test_a_record_says_where_it_is_from(made: Record, citation: str) -> None:
    assert made.citation == citation


def test_a_file_is_cited_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = record("passage", f"{tmp_path.as_posix()}/docs/塔.md", lines=[1, 4])
    assert made.citation == "docs/塔.md:1-4"


def test_what_is_shown_bears_its_mark_on_one_line() -> None:
    made = record("fact", "run 7c1")
    assert shown([made, made]) == "\n".join(["- Two lines. [memory 01234567]"] * 2)
    assert marked(shown([made]))
    assert marked(made.citation)
    assert unmarked(shown([made])) == "- Two lines."
