"""List, read and search real files."""

import asyncio
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from agentic.state import Observation, ToolCall
from agentic.tools import BUILTIN, ToolContext
from agentic.tools.runner import run_call
from tests.memory.documents.conftest import encrypted, pdf


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    (work / "docs").mkdir(parents=True)
    (work / "README.md").write_text("# Title\n\nThe Eiffel Tower is 330 m high.\n")
    (work / "docs" / "塔.md").write_text(
        "巴黎鐵塔高330公尺。\n艾菲爾鐵塔 = Eiffel tower\n", encoding="utf-8"
    )
    (work / "long.txt").write_text("".join(f"line {n}\n" for n in range(1, 1001)))
    (work / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    (work / "empty").write_text("")
    (work / "__pycache__").mkdir()
    (work / "__pycache__" / "x.pyc").write_bytes(b"tower")
    (tmp_path / "secret.txt").write_text("the tower secret")
    (work / "out.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(work / "pipe")
    return work


def call(work: Path, name: str, **args: Any) -> Observation:
    return asyncio.run(run_call(BUILTIN[name], ToolCall(name=name, args=args), ToolContext(work)))


def test_list_files(work: Path) -> None:
    seen = call(work, "list_files")
    assert seen.result.splitlines() == [
        "7 entries in '.':",
        "docs/ (folder)",
        "README.md (41 bytes)",
        "empty (0 bytes)",
        "logo.png (2.01 kB)",
        "long.txt (8.89 kB)",
        "out.txt (link out of the workspace)",
        "pipe (no file)",
    ]
    assert seen.sources == (".",)
    assert (
        call(work, "list_files", folder="docs").result
        == "1 entry in 'docs':\ndocs/塔.md (59 bytes)"
    )
    assert "docs/塔.md" in call(work, "list_files", pattern="**/*.md").result
    assert call(work, "list_files", pattern="*.rs").result == "Nothing in '.' matches '*.rs'."


def test_list_files_is_capped(work: Path) -> None:
    for number in range(150):
        (work / "docs" / f"{number:03}").write_text("")
    lines = call(work, "list_files", folder="docs").result.splitlines()
    assert lines[0] == "151 entries in 'docs':"
    assert lines[-1] == "… 51 more; narrow the pattern."


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        (
            "list_files",
            {"folder": "README.md"},
            "'README.md' is a file, not a folder; use read_file.",
        ),
        ("list_files", {"folder": "doc"}, "There is no 'doc' here. Did you mean 'docs'?"),
        ("list_files", {"folder": ".."}, "lies outside the workspace"),
        ("list_files", {"pattern": "../*"}, "can't be a pattern"),
        ("read_file", {"path": "docs"}, "'docs' is a folder, not a file; use list_files."),
        ("read_file", {"path": "logo.png"}, "'logo.png' is not text (2,008 bytes of binary data)."),
        ("read_file", {"path": "out.txt"}, "lies outside the workspace"),
        ("read_file", {"path": "pipe"}, "'pipe' is no regular file."),
        ("read_file", {"path": "README.md", "start_line": 0}, "greater than or equal to 1"),
        ("read_file", {"path": "README.md", "start_line": 9}, "'README.md' has 3 lines"),
        ("read_file", {"path": "README.md", "start_page": 2}, "'README.md' has no pages"),
        ("read_file", {}, "'path' is missing"),
        ("search_files", {"text": " "}, "There is nothing to search for"),
        ("search_files", {"text": "x", "pattern": "../**"}, "can't be a pattern"),
    ],
)
def test_errors_say_what_to_do(work: Path, name: str, args: dict[str, Any], message: str) -> None:
    seen = call(work, name, **args)
    assert not seen.ok
    assert message in seen.result
    assert "secret" not in seen.result


def test_read_file(work: Path) -> None:
    seen = call(work, "read_file", path="README.md")
    assert seen.result == "# Title\n\nThe Eiffel Tower is 330 m high."
    assert seen.sources == ("README.md:1-3",)
    seen = call(work, "read_file", path="docs\\塔.md", start_line=2)
    assert seen.result == "艾菲爾鐵塔 = Eiffel tower\n(lines 2-2 of 2)"
    assert seen.sources == ("docs/塔.md:2",)
    assert call(work, "read_file", path="empty").result == "(empty is empty)"


def test_a_long_file_is_read_page_by_page(work: Path) -> None:
    start, lines = 1, []
    while True:
        result = call(work, "read_file", path="long.txt", start_line=start).result
        assert "left out" not in result
        *page, footer = result.splitlines()
        lines += page
        if "read on" not in footer:
            break
        assert (
            footer
            == f"(lines {start}-{len(lines)} of 1000; read on with start_line={len(lines) + 1})"
        )
        start = len(lines) + 1
    assert lines == [f"line {n}" for n in range(1, 1001)]


def test_an_endless_line_is_cut_and_says_so(work: Path) -> None:
    (work / "min.js").write_text("塔" * 10_000 + "\nsecond")
    seen = call(work, "read_file", path="min.js")
    assert seen.result.endswith(
        "… (a line of 10,000 characters, cut)\n(lines 1-1 of 2; read on with start_line=2)"
    )


def test_a_file_too_large_is_refused(work: Path) -> None:
    with (work / "huge").open("wb") as file:
        file.truncate(3_000_000_000)
    assert call(work, "read_file", path="huge").result == "'huge' is too large to read (3 GB)."
    assert "(1 file too large or not readable)" in call(work, "search_files", text="tower").result


def test_an_encoding_is_guessed_and_said(work: Path) -> None:
    (work / "old.txt").write_bytes("巴黎鐵塔高三百三十公尺，是一座鐵塔。".encode("big5"))
    seen = call(work, "read_file", path="old.txt")
    assert seen.result == "巴黎鐵塔高三百三十公尺，是一座鐵塔。\n(read as Big5, which is a guess)"
    assert "old.txt:1: " in call(work, "search_files", text="鐵塔").result


def test_search_files(work: Path) -> None:
    seen = call(work, "search_files", text="eiffel TOWER")
    assert seen.result == (
        "2 lines with 'eiffel TOWER' in 2 files:\n"
        "README.md:3: The Eiffel Tower is 330 m high.\n"
        "docs/塔.md:2: 艾菲爾鐵塔 = Eiffel tower"
    )
    assert seen.sources == ("README.md:3", "docs/塔.md:2")
    assert call(work, "search_files", text="鐵塔", pattern="*.md").result.startswith("2 lines")
    assert call(work, "search_files", text="secret").result == "'secret' is in none of 5 files."


def test_search_hits_are_capped_counted_and_cut(work: Path) -> None:
    seen = call(work, "search_files", text="line")
    assert seen.result.startswith(
        "1,000 lines with 'line' in 1 file, the first 25:\nlong.txt:1: line 1\n"
    )
    assert len(seen.result.splitlines()) == 26
    (work / "min.js").write_text("x" * 5000 + "needle" + "y" * 5000)
    line = call(work, "search_files", text="needle").result.splitlines()[1]
    assert "needle" in line
    assert len(line) < 200


def test_a_workspace_too_large_to_look_through_is_said(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentic.tools.workspace._MOST_ENTRIES", 3)
    for name, args in (("list_files", {"pattern": "**"}), ("search_files", {"text": "title"})):
        assert "not all were looked at" in call(work, name, **args).result


def test_line_numbers_agree_between_search_and_read(work: Path) -> None:
    (work / "odd.txt").write_bytes("a\r\nb\rc\u2028d\x0ce\nneedle\n".encode())
    assert call(work, "search_files", text="needle").result.endswith("odd.txt:4: needle")
    assert call(work, "read_file", path="odd.txt", start_line=4).result.startswith("needle\n")


def test_names_that_are_not_utf8(work: Path) -> None:
    (work / os.fsdecode(b"caf\xe9\n.md")).write_text("needle")
    assert "caf\ufffd\ufffd.md (6 bytes)" in call(work, "list_files").result
    seen = call(work, "search_files", text="needle")
    assert seen.sources == ("caf\ufffd\ufffd.md:1",)
    Observation.model_validate_json(seen.model_dump_json())


REPORT = pdf([["The Eiffel Tower is tall."], [], ["巴黎鐵塔高330公尺。", "Eiffel built it."]])


def letter() -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("Before.")
    document.add_heading("前言", 1)
    document.add_paragraph("鐵塔很高。")
    document.add_heading("Height", 2)
    document.add_paragraph("The tower is 330 m high.")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_pdf_is_read_by_its_pages(work: Path) -> None:
    (work / "報告.pdf").write_bytes(REPORT)
    seen = call(work, "read_file", path="報告.pdf")
    assert seen.result == (
        "報告.pdf p. 1:\nThe Eiffel Tower is tall.\n"
        "報告.pdf p. 3:\n巴黎鐵塔高330公尺。\nEiffel built it."
    )
    assert seen.sources == ("報告.pdf p. 1", "報告.pdf p. 3")
    seen = call(work, "read_file", path="報告.pdf", start_page=2)
    assert seen.result.startswith("報告.pdf p. 3:")
    assert seen.result.endswith("(pages 3-3; the text goes up to page 3)")
    assert "has text up to page 3" in call(work, "read_file", path="報告.pdf", start_page=4).result
    assert "has 3 lines" in call(work, "read_file", path="報告.pdf", start_line=9).result


def test_a_pdf_is_known_by_what_it_holds(work: Path) -> None:
    (work / "download").write_bytes(REPORT)
    assert "download p. 1:" in call(work, "read_file", path="download").result


def test_a_long_pdf_is_read_to_its_end(work: Path) -> None:
    pages = [[f"Page {n} 第{n}頁：" + "字" * 30 for _ in range(70)] for n in range(1, 4)]
    (work / "long.pdf").write_bytes(pdf(pages))
    text, args = "", dict[str, int]()
    while True:
        result = call(work, "read_file", path="long.pdf", **args).result
        assert "left out" not in result
        body, _, footer = result.rpartition("\n")
        text += body
        if "read on with" not in footer:
            break
        told = footer.rstrip(")").rpartition("read on with ")[2].split(", ")
        args = {name: int(value) for name, value in (each.split("=") for each in told)}
    assert text.count("字") == 3 * 70 * 30


def test_a_docx_is_read_by_its_headings(work: Path) -> None:
    (work / "信.docx").write_bytes(letter())
    seen = call(work, "read_file", path="信.docx")
    assert seen.result == (
        "Before.\n信.docx § 前言:\n鐵塔很高。\n信.docx § 前言 > Height:\nThe tower is 330 m high."
    )
    assert seen.sources == ("信.docx", "信.docx § 前言", "信.docx § 前言 > Height")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.pdf", encrypted(REPORT, "secret"), "a.pdf is encrypted"),
        ("a.pdf", pdf([[], []]), "a.pdf has no text, only pictures of pages"),
        ("a.pdf", REPORT[:200], "a.pdf is damaged"),
        ("a.docx", b"PK nothing", "a.docx is damaged"),
    ],
)
def test_a_document_that_can_not_be_read_says_why(
    work: Path, name: str, data: bytes, message: str
) -> None:
    (work / name).write_bytes(data)
    seen = call(work, "read_file", path=name)
    assert not seen.ok
    assert message in seen.result
    assert str(work) not in seen.result
    assert "(1 file too large or not readable)" in call(work, "search_files", text="tower").result


def test_search_looks_into_documents(work: Path) -> None:
    (work / "報告.pdf").write_bytes(REPORT)
    (work / "信.docx").write_bytes(letter())
    seen = call(work, "search_files", text="鐵塔")
    assert "報告.pdf p. 3: 巴黎鐵塔高330公尺。" in seen.result
    assert "信.docx § 前言: 鐵塔很高。" in seen.result
    assert "報告.pdf p. 3" in seen.sources
    assert "信.docx § 前言 > Height: The tower" in call(work, "search_files", text="330 M").result


def test_a_search_does_not_open_documents_for_ever(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "報告.pdf").write_bytes(REPORT)
    monkeypatch.setattr("agentic.tools.files._DOCUMENT_SECONDS", 0.0)
    seen = call(work, "search_files", text="eiffel")
    assert "README.md:3" in seen.result
    assert "1 file too large or not readable" in seen.result


def test_a_document_that_changed_is_read_anew(work: Path) -> None:
    (work / "a.pdf").write_bytes(REPORT)
    assert "tall" in call(work, "read_file", path="a.pdf").result
    (work / "a.pdf").write_bytes(pdf([["Something else."]]))
    assert "Something else." in call(work, "read_file", path="a.pdf").result
