"""Ingestion: folders of any files put in, kept up with, interrupted, shared by processes."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import docx
import numpy as np
import pytest

from memory import Memory
from memory.embedding import LexicalHash, Vectors
from memory.ingestion import Cut, Ingested, Stage
from tests.memory.documents.conftest import encrypted, pdf

__all__: list[str] = []

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from memory import Memory
from memory.embedding import LexicalHash
with Memory(sys.argv[1], embedder=LexicalHash(), lock_timeout=60) as memory:
    memory.ingest(sys.argv[2], progress=lambda *done: print(*done, flush=True))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


def fill(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def passages(memory: Memory) -> Counter[tuple[str, str]]:
    return Counter((record.source or "", record.text) for record in memory.list(kinds="passage"))


def anew(folder: Path, cut: Cut | None = None) -> Counter[tuple[str, str]]:
    """The passages of a folder in a memory that has nothing else."""
    with (
        tempfile.TemporaryDirectory() as path,
        Memory(path, embedder=LexicalHash()) as memory,
    ):
        memory.ingest(folder, vectors=False, cut=cut)
        return passages(memory)


def outcomes(ingested: Ingested) -> dict[str, str]:
    return {Path(file.path).name: file.outcome for file in ingested.files}


def word_document() -> bytes:
    document = docx.Document()
    document.add_heading("Ferries 渡輪", 1)
    document.add_paragraph("The harbour ferry leaves at noon. 渡輪中午離開港口。")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


FORMATS: dict[str, tuple[str | bytes, str, str, str]] = {
    "a.txt": ("Otters live here.\n\n水獺住在這裡。\n", "otters", "水獺", ":1-3"),
    "b.md": ("# Birds 鳥\n\n## Owls\n\nAn owl hunts. 貓頭鷹獵食。\n", "hunts", "貓頭鷹", ":1-5"),
    "c.html": ("<h1>Ships</h1><p>A schooner sails. 帆船啟航。", "schooner", "帆船", ":1"),
    "d.pdf": (pdf([[], ["Glaciers melt. 冰河融化。"]]), "glaciers", "冰河", " p. 2"),
    "e.docx": (word_document(), "harbour", "渡輪中午", " § Ferries 渡輪"),
    "f.csv": ("name,水果\nAnn,mangosteen 山竹\n", "mangosteen", "山竹", ":2"),
    "g.py": ("def brew():\n    'Oolong.'  # 烏龍茶\n", "oolong", "烏龍茶", ":1-2"),
    "h.c": ("int quux; /* 計數器 */\n", "quux", "計數器", ":1"),
    "i.json": (r'{"city": "Tainan \u53f0\u5357"}', "tainan", "台南", ":1"),
    "j.txt": ("我們的倉庫存放茶葉和陶瓷，也賣咖啡。".encode("cp950"), "", "倉庫存放", ":1"),
    "k.txt": ("这台打印机坏了，请送去维修，我们明天要用。".encode("gb18030"), "", "打印机", ":1"),
    "NOTES": ("A platypus swims. 鴨嘴獸游泳。", "platypus", "鴨嘴獸", ":1"),
}


def test_every_format_is_found_by_words_and_says_where_it_stands(
    memory: Memory, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, {name: content for name, (content, *_) in FORMATS.items()})
    monkeypatch.chdir(folder)
    done = memory.ingest(".", vectors=False)
    assert outcomes(done) == dict.fromkeys(sorted(FORMATS), "added")
    for name, (_, english, chinese, place) in FORMATS.items():
        for query in filter(None, (english, chinese)):
            hit = memory.search(query)[0]
            assert hit.why["words"].rank == 1, query
            assert hit.record.citation == name + place


def test_what_was_not_changed_is_skipped(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.md": "# Tea\n\nGreen tea.", "x/b.txt": "綠茶"})
    first = memory.ingest(folder)
    before = [record.id for record in memory.list()]
    os.utime(folder / "a.md", (0, 0))
    again = memory.ingest(folder)
    assert outcomes(first) == {"a.md": "added", "b.txt": "added"}
    assert outcomes(again) == {"a.md": "unchanged", "b.txt": "unchanged"}
    assert (first.added, again.added, again.removed, again.pending) == (2, 0, 0, 0)
    assert [record.id for record in memory.list()] == before


def test_another_cut_cuts_all_files_anew(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.md": "A sentence of tea. 一句關於茶的話。" * 30})
    assert memory.ingest(folder).added == 2
    small = Cut(size=32, overlap=0)
    assert outcomes(memory.ingest(folder, cut=small)) == {"a.md": "changed"}
    assert passages(memory) == anew(folder, small)
    assert outcomes(memory.ingest(folder, cut=small)) == {"a.md": "unchanged"}


def test_a_cut_that_makes_no_sense_is_refused(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.md": "Tea. 茶。"})
    with pytest.raises(ValueError, match="overlap must be at least 0 and less than size"):
        memory.ingest(folder, cut=Cut(size=10, overlap=10))
    assert list(memory.list()) == []


def test_vectors_may_follow_later(memory: Memory, folder: Path) -> None:
    fill(folder, {f"{n}.md": f"# Note {n}\n\nTea 茶 {n}" for n in range(50)})
    done = memory.ingest(folder, vectors=False)
    assert done.added == done.pending == memory.stats().pending == 50
    assert "Tea 茶 7" in memory.search("note 7 茶")[0].record.text
    again = memory.ingest(folder)
    assert outcomes(again) == {f"{n}.md": "unchanged" for n in range(50)}
    assert again.pending == memory.stats().pending == 0
    assert memory.search("note 7 茶")[0].why["vectors"].rank == 1


class Counting(LexicalHash):
    """Notes what it embeds."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        made: Vectors = np.asarray(super().passages(texts))
        return made


@pytest.mark.parametrize("when", [("reading", 20), ("vectors", 32)])
def test_interrupted_it_goes_on_where_it_was(
    path: Path, folder: Path, when: tuple[Stage, int]
) -> None:
    fill(folder, {f"{n}.md": f"Tea 茶 {n}" for n in range(100)})

    def interrupt(stage: Stage, done: int, total: int) -> None:
        if stage == when[0] and done >= when[1]:
            raise KeyboardInterrupt

    embedder = Counting()
    with Memory(path, embedder=embedder) as memory:
        with pytest.raises(KeyboardInterrupt):
            memory.ingest(folder, progress=interrupt)
        assert memory.stats().pending > 0
    with Memory(path, embedder=embedder) as memory:
        done = memory.ingest(folder)
        assert done.count("unchanged") == (20 if when[0] == "reading" else 100)
        assert memory.stats().pending == 0
        assert Counter(embedder.embedded) == Counter(text for _, text in passages(memory))
        assert passages(memory) == anew(folder)


def test_progress_tells_of_files_then_of_vectors(memory: Memory, folder: Path) -> None:
    fill(folder, {f"{n}.md": f"Tea 茶 {n}" for n in range(99)} | {"x.bin": b"\0"})
    told: list[tuple[Stage, int, int]] = []
    memory.ingest(folder, progress=lambda *each: told.append(each))
    vectors = [each for each in told if each[0] == "vectors"]
    assert told == [("reading", n, 99) for n in range(1, 100)] + vectors
    assert [done for _, done, _ in vectors] == sorted({done for _, done, _ in vectors})
    assert {total for *_, total in vectors} == {99}
    assert len(vectors) > 1
    assert vectors[-1] == ("vectors", 99, 99)


def ingesting(path: Path, folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, path, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("lines", [1, 30, 61, 63])
def test_killed_it_goes_on_and_doubles_nothing(
    memory: Memory, path: Path, folder: Path, lines: int
) -> None:
    fill(folder, {f"{n}.md": f"# Tea {n}\n\n" + f"茶 {n}。 Tea {n}. " * 99 for n in range(60)})
    with ingesting(path, folder) as child:
        assert child.stdout is not None
        for _ in range(lines):
            assert child.stdout.readline()
        child.kill()
    done = memory.ingest(folder)
    assert done.count("unchanged") >= min(lines, 60)
    assert done.count("failed") == memory.stats().pending == 0
    assert passages(memory) == anew(folder)


def test_two_processes_that_ingest_the_same_double_nothing(
    memory: Memory, path: Path, folder: Path
) -> None:
    fill(folder, {f"{n}.md": f"# Tea {n}\n\n" + f"茶 {n}。 Tea {n}. " * 99 for n in range(60)})
    with ingesting(path, folder) as one, ingesting(path, folder) as other:
        for child in (one, other):
            told = child.communicate()[0]
            assert "reading 60 60" in told
            assert child.returncode == 0
    assert passages(memory) == anew(folder)
    assert memory.stats().pending == 0
    assert outcomes(memory.ingest(folder)) == {f"{n}.md": "unchanged" for n in range(60)}


BAD: dict[str, tuple[str | bytes, str]] = {
    "binary.bin": (bytes(range(256)), "is binary, not text: save it as text"),
    "empty.md": ("", "is empty. Put text in it, or leave it out"),
    "blank.md": (" \n\n", "holds no text. Put text in it"),
    "locked.pdf": (encrypted(pdf([["x"]]), "secret"), "is encrypted: print it to a new PDF"),
    "scan.pdf": (pdf([[], []]), "run it through a program for text recognition"),
    "broken.pdf": (b"%PDF-1.7 nothing", "is damaged, or not a PDF file"),
    "broken.docx": (b"PK\3\4 nothing", "is damaged, or not a DOCX file"),
    "old.docx": (bytes.fromhex("d0cf11e0a1b11ae1"), "save it as .docx"),
    "表格.xlsx": (b"PK\3\4\0\0", "is binary, not text: save its sheets as .csv"),
}


def test_a_bad_file_is_named_with_its_remedy_and_the_others_go_in(
    memory: Memory, folder: Path
) -> None:
    fill(folder, {name: content for name, (content, _) in BAD.items()})
    fill(folder, {"good.md": "Oolong.", "z/好.txt": "烏龍茶。", ".git/config": "Oolong."})
    with (folder / "huge.log").open("wb") as huge:
        huge.truncate(2**30)  # takes no room on disk
    (folder / "z/up").symlink_to(folder, target_is_directory=True)
    (folder / "z/self.txt").symlink_to("self.txt")
    (folder / "z/dangling.txt").symlink_to("nowhere.txt")
    (folder / "z" / os.fsdecode(b"\xff.txt")).write_text("x")
    os.mkfifo(folder / "pipe.txt")
    remedies = {name: remedy for name, (_, remedy) in BAD.items()} | {
        "huge.log": "has 1,024 MB, and 64 MB is the most. Split it",
        "self.txt": "can't be read: Too many levels",
        "dangling.txt": "There is no file",
        "pipe.txt": "is a pipe or a device. Save what it gives in a file first",
        "\N{REPLACEMENT CHARACTER}.txt": "has a name that is not UTF-8. Rename it",
    }
    done = memory.ingest(folder)
    assert {Path(file.path).name for file in done.failed} == remedies.keys()
    for file in done.failed:
        assert file.path in file.reason
        assert remedies[Path(file.path).name] in file.reason
    assert [Path(file.path).name for file in done.files if file.outcome == "added"] == [
        "good.md",
        "好.txt",
    ]
    assert {text for _, text in passages(memory)} == {"Oolong.", "烏龍茶。"}


def test_a_glob_chooses(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.md": "甲", "b.txt": "乙", "x/c.md": "丙"})
    assert outcomes(memory.ingest(folder, glob="**/*.md")) == {"a.md": "added", "c.md": "added"}
    assert outcomes(memory.ingest(str(folder / "b.txt"), glob="*.md")) == {"b.txt": "added"}
