"""Documents in step with their files: changed, vanished, no longer readable, forgotten."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory import Memory
from memory.embedding import LexicalHash
from tests.memory.test_ingestion import anew, fill, outcomes, passages

__all__: list[str] = []

SECTIONS = "# One\n\nThe lighthouse stands.\n\n# Two\n\n{}\n\n# Three\n\n圖書館晚上九點關門。\n"
PARAGRAPHS = st.lists(
    st.sampled_from(["Tea.", "# Tea", "茶。", "## 茶", "- One\n- Two", "```\nx = 1\n```"]),
    min_size=1,
    max_size=6,
)
FOLDERS = st.dictionaries(st.sampled_from(["a.md", "b.txt", "x/c.md"]), PARAGRAPHS, min_size=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


def test_a_changed_file_keeps_what_stayed_and_leaves_nothing_of_the_rest(
    memory: Memory, path: Path, folder: Path
) -> None:
    old = "Zanzibarian qwertish 魑魅魍魎夔饕餮。"
    fill(folder, {"a.md": SECTIONS.format(old), "b.md": "Zebra."})
    memory.ingest(folder)
    before = {record.text: record for record in memory.list()}
    fill(folder, {"a.md": "\n\n" + SECTIONS.format("New words. 新的文字。")})
    done = memory.ingest(folder)
    after = {record.text: record for record in memory.list()}
    assert outcomes(done) == {"a.md": "changed", "b.md": "unchanged"}
    assert (done.added, done.removed) == (1, 1)
    kept = before.keys() & after.keys()
    assert len(kept) == 3
    assert all(after[text].id == before[text].id for text in kept)
    library = after["# Three\n\n圖書館晚上九點關門。"]
    assert library.metadata["lines"] == [11, 13]
    assert memory.search("圖書館")[0].record == library
    assert not any(old in hit.record.text for hit in memory.search("Zanzibarian 魑魅魍魎"))
    left = {file: file.read_bytes().lower() for file in path.rglob("*") if file.is_file()}
    for trace in ("zanzibarian", "qwertish", "魑魅", "饕餮"):
        assert [file.name for file, data in left.items() if trace.encode() in data] == []
    assert any(b"lighthouse" in data for data in left.values())


def test_text_that_stands_twice_is_kept_twice(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.md": "# A\n\n同。\n\n# B\n\n# A\n\n同。\n", "b.md": "# A\n\n同。\n"})
    memory.ingest(folder, vectors=False)
    assert [text for _, text in passages(memory).elements()].count("# A\n\n同。") == 3
    fill(folder, {"a.md": "# A\n\n同。\n\n# B\n"})
    assert memory.ingest(folder, vectors=False).removed == 1
    assert passages(memory) == anew(folder)


def test_what_vanished_is_taken_out_on_request_and_only_there(
    memory: Memory, folder: Path, tmp_path: Path
) -> None:
    names = ("docs/a.txt", "docs/b.txt", "docs/x/c.txt", "docs2/d.txt", "other/e.txt")
    fill(tmp_path, {name: f"Text of {name} 文字" for name in names})
    memory.ingest([folder, tmp_path / "docs2", tmp_path / "other"])
    for name in ("docs/b.txt", "docs2/d.txt", "other/e.txt"):
        (tmp_path / name).unlink()
    shutil.rmtree(folder / "x")
    assert outcomes(memory.ingest(folder)) == {"a.txt": "unchanged"}
    assert len(list(memory.documents())) == 5
    done = memory.ingest(folder, remove_missing=True)
    assert outcomes(done) == {"a.txt": "unchanged", "b.txt": "removed", "c.txt": "removed"}
    assert done.removed == 2
    sources = {Path(volume.source).name for volume in memory.documents()}
    assert sources == {"a.txt", "d.txt", "e.txt"} == {Path(s).name for s, _ in passages(memory)}


def test_a_path_that_vanished_itself(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.txt": "甲", "x/b.txt": "乙"})
    memory.ingest(folder)
    shutil.rmtree(folder)
    gone = [folder / "a.txt", folder / "x"]
    kept = memory.ingest(gone)
    assert [file.outcome for file in kept.failed] == ["failed", "failed"]
    assert "There is no file" in kept.failed[0].reason
    assert len(list(memory.documents())) == 2
    done = memory.ingest(gone, remove_missing=True)
    assert outcomes(done) == {"a.txt": "removed", "b.txt": "removed"}
    assert list(memory.documents()) == []
    assert list(memory.list()) == []
    assert outcomes(memory.ingest(gone, remove_missing=True)) == {"a.txt": "failed", "x": "failed"}


@contextmanager
def another_user() -> Iterator[None]:
    """Nobody in place of root, who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_what_may_not_be_read_is_named_and_not_taken_for_gone(memory: Memory) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, {"a.txt": "甲", "b.txt": "乙", "x/c.txt": "丙"})
        folder.chmod(0o755)
        memory.ingest(folder, vectors=False)
        (folder / "b.txt").chmod(0)
        (folder / "x").chmod(0)
        with another_user():
            done = memory.ingest(folder, vectors=False, remove_missing=True)
        (folder / "x").chmod(0o755)
    assert outcomes(done) == {"a.txt": "unchanged", "b.txt": "failed", "x": "failed"}
    reasons = {Path(file.path).name: file.reason for file in done.failed}
    assert "b.txt may not be read by this user. Allow it (chmod +r)" in reasons["b.txt"]
    assert f"The folder {folder / 'x'} can't be read: Permission denied. Allow it" in reasons["x"]
    assert {text for _, text in passages(memory)} == {"甲", "乙", "丙"}


def test_a_file_that_can_no_longer_be_read_keeps_what_it_had(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.txt": "Oolong 烏龍茶"})
    memory.ingest(folder)
    fill(folder, {"a.txt": b"\0\1\2"})
    assert outcomes(memory.ingest(folder, remove_missing=True)) == {"a.txt": "failed"}
    assert [hit.record.text for hit in memory.search("烏龍茶")] == ["Oolong 烏龍茶"]
    fill(folder, {"a.txt": "Sencha 煎茶"})
    assert outcomes(memory.ingest(folder)) == {"a.txt": "changed"}
    assert [hit.record.text for hit in memory.search("茶")] == ["Sencha 煎茶"]


def test_what_is_forgotten_by_source_is_read_again(memory: Memory, folder: Path) -> None:
    fill(folder, {"a.md": "甲", "b.md": "乙"})
    memory.ingest(folder)
    assert memory.forget(source="*/a.md") == 1
    assert [Path(volume.source).name for volume in memory.documents()] == ["b.md"]
    assert outcomes(memory.ingest(folder)) == {"a.md": "added", "b.md": "unchanged"}


@settings(max_examples=15, deadline=None)
@given(st.lists(FOLDERS, min_size=2, max_size=4))
def test_whatever_a_folder_went_through_its_passages_are_those_of_today(
    states: list[dict[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "docs")
        with Memory(Path(name, "memory"), embedder=LexicalHash()) as memory:
            for state in states:
                shutil.rmtree(folder, ignore_errors=True)
                fill(folder, {file: "\n\n".join(texts) for file, texts in state.items()})
                memory.ingest(folder, vectors=False, remove_missing=True)
                assert passages(memory) == anew(folder)
