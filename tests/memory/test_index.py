"""The vector index: always what the ledger says, whatever became of its files."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from memory import EmbedderError, Memory
from memory.chroma import HNSW
from memory.embedding import LexicalHash, Vectors

__all__: list[str] = []

ROOT = Path(__file__).parents[2]
WORDS = [f"word{n}" for n in range(45)]
FIND_ALL = """
import sys
from memory import Memory
from memory.embedding import LexicalHash

with Memory(sys.argv[1], embedder=LexicalHash()) as memory:
    for record in list(memory.list()):
        hit = next(hit for hit in memory.search(record.text) if hit.record == record)
        assert hit.why["vectors"].rank is not None, record
    assert memory.stats().health == "ok"
"""
Harm = Callable[[Path], None]


class Counting(LexicalHash):
    """Counts the texts that it was given."""

    embedded = 0

    def query(self, text: str) -> Vectors:
        return LexicalHash().query(text)

    def passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.embedded += len(texts)
        return super().passages(texts)


def by_vector(memory: Memory, text: str) -> bool:
    hit = next(hit for hit in memory.search(text) if hit.record.text == text)
    # a vector that comes from the ledger, and not from the index, has no rank
    return hit.why["vectors"].rank is not None


@pytest.fixture
def filled(path: Path) -> Path:
    with Memory(path, embedder=LexicalHash()) as memory:
        memory.add_many([*WORDS, {"text": "a lesson", "kind": "lesson"}])
    return path


def index(path: Path) -> Path:
    [folder] = path.glob("chroma-*[0-9]")
    return folder


def test_rebuild_embeds_nothing_again(filled: Path) -> None:
    embedder, told = Counting(), []
    with Memory(filled, embedder=embedder) as memory:
        assert memory.rebuild(lambda done, total: told.append((done, total))) == 46
        assert embedder.embedded == 0
        assert told == [(20, 46), (40, 46), (46, 46)]
        assert by_vector(memory, "word7")


def test_a_deleted_index_is_made_anew(filled: Path) -> None:
    shutil.rmtree(index(filled))
    embedder = Counting()
    with Memory(filled, embedder=embedder) as memory:
        assert all(by_vector(memory, word) for word in WORDS[::7])
        assert memory.stats().health == "ok"
        assert embedder.embedded == 0
        shutil.rmtree(index(filled))
        assert all(by_vector(memory, word) for word in WORDS[::7])


@pytest.mark.parametrize("what", ["garbage", "empty", "cut"])
def test_a_corrupted_index_is_set_aside_and_made_anew(filled: Path, what: str) -> None:
    rng = random.Random(what)
    for file in index(filled).rglob("*"):
        if file.is_file():
            size = file.stat().st_size
            whole = file.read_bytes()
            new = {"garbage": rng.randbytes(size), "empty": b"", "cut": whole[: size // 2]}
            file.write_bytes(new[what])
    with Memory(filled, embedder=LexicalHash()) as memory:
        assert all(by_vector(memory, word) for word in WORDS[::7])
        assert memory.search("lesson", kinds="lesson")[0].record.text == "a lesson"
    assert len(list(filled.glob("chroma-*.broken"))) == 1


def test_an_index_that_lost_vectors_is_made_anew(filled: Path) -> None:
    import chromadb
    from chromadb.api.client import Client

    with cast("Client", chromadb.PersistentClient(index(filled))) as client:
        collection = client.get_collection("kind-fact", embedding_function=None)
        collection.delete(ids=collection.get(limit=3)["ids"])
    with Memory(filled, embedder=LexicalHash()) as memory:
        assert all(by_vector(memory, word) for word in WORDS)


def test_what_a_killed_process_left_is_indexed_by_the_next(path: Path) -> None:
    class Dying(LexicalHash):
        def passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
            raise KeyboardInterrupt

    with Memory(path, embedder=Dying()) as dying, pytest.raises(KeyboardInterrupt):
        dying.add("pears")
    with Memory(path, embedder=LexicalHash()) as memory:
        assert (memory.stats().pending, memory.stats().health) == (1, "lagging")
        assert by_vector(memory, "pears")
        assert memory.stats().pending == 0


def test_a_rebuild_that_was_cut_off_is_finished_by_the_next(filled: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with Memory(filled, embedder=LexicalHash()) as memory:
        with pytest.raises(KeyboardInterrupt):
            memory.rebuild(interrupt)
        assert memory.stats().pending == 26
        assert all(by_vector(memory, word) for word in WORDS)
        assert memory.stats().pending == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory whose index has files of every sort; Chroma writes graphs after 1,000 vectors."""
    path = tmp_path_factory.mktemp("whole") / "memory"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("memory.chroma.HNSW", {**HNSW, "batch_size": 20, "sync_threshold": 30})
        with Memory(path, embedder=LexicalHash()) as memory:
            memory.add_many([*WORDS, *(f"芒果{n}" for n in range(45))])
    return path


def delete(file: Path) -> None:
    file.unlink()


def empty(file: Path) -> None:
    file.write_bytes(b"")


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def garbage(file: Path) -> None:
    file.write_bytes(random.Random(7).randbytes(file.stat().st_size))


def rot(file: Path) -> None:
    rng, rotten = random.Random(8), bytearray(file.read_bytes())
    for _ in range(len(rotten) // 100 + 1):
        rotten[rng.randrange(len(rotten))] ^= rng.randrange(1, 256)
    file.write_bytes(rotten)


@pytest.mark.parametrize("harm", [delete, empty, cut, garbage, rot], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "name", ["chroma.sqlite3", "data_level0.bin", "header.bin", "index_metadata.pickle"]
)
def test_whatever_became_of_a_file_three_starts_mend_it(
    whole: Path, path: Path, name: str, harm: Harm
) -> None:
    shutil.copytree(whole, path)
    [file] = index(path).rglob(name)
    harm(file)
    # On some files Chroma crashes the process, twice; the third knows better than to open them.
    for _ in range(3):
        command = [sys.executable, "-c", FIND_ALL, str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode >= 0:
            break
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["length.bin", "link_lists.bin"])
@pytest.mark.parametrize("harm", [delete, empty, garbage], ids=lambda f: f.__name__)
def test_harm_to_a_lesser_file_goes_unnoticed_or_is_mended(
    whole: Path, path: Path, name: str, harm: Harm
) -> None:
    shutil.copytree(whole, path)
    [file] = index(path).rglob(name)
    harm(file)
    with Memory(path, embedder=LexicalHash()) as memory:
        assert all(by_vector(memory, word) for word in WORDS)


def file_for_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder")


def dangling_link(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder.with_name("nowhere"))


def folder_for_file(folder: Path) -> None:
    (folder / "chroma.sqlite3").unlink()
    (folder / "chroma.sqlite3").mkdir()


def no_permission(folder: Path) -> None:
    for file in sorted([folder, *folder.rglob("*")], reverse=True):
        file.chmod(0)


def newer_chroma(folder: Path) -> None:
    with sqlite3.connect(folder / "chroma.sqlite3") as db:
        db.execute("INSERT INTO migrations VALUES ('sysdb', 99, '00099-new.sqlite.sql', '', '')")
        db.execute('UPDATE collections SET config_json_str = \'{"graph": {"new": 1}}\'')
    db.close()


def older_table(folder: Path) -> None:
    with sqlite3.connect(folder / "chroma.sqlite3") as db:
        db.execute("DROP TABLE embeddings_queue")
    db.close()


@pytest.mark.parametrize(
    "harm",
    [file_for_folder, dangling_link, folder_for_file, no_permission, newer_chroma, older_table],
    ids=lambda f: f.__name__,
)
def test_whatever_became_of_the_folder_is_mended(filled: Path, harm: Harm) -> None:
    harm(index(filled))
    with Memory(filled, embedder=LexicalHash()) as memory:
        assert all(by_vector(memory, word) for word in WORDS)
        memory.add("後來加的芒果")
        assert by_vector(memory, "後來加的芒果")
        assert memory.stats().health == "ok"


def test_one_broken_index_is_kept_at_most(filled: Path) -> None:
    for harm in (file_for_folder, no_permission, older_table, folder_for_file):
        harm(index(filled))
        with Memory(filled, embedder=LexicalHash()) as memory:
            assert by_vector(memory, "word7")
        assert len(list(filled.glob("chroma-*.broken"))) <= 1
        assert len(list(filled.glob("chroma-*"))) <= 2


def test_what_a_killed_process_left_of_older_indexes_is_removed(filled: Path) -> None:
    shutil.copytree(index(filled), filled / "chroma-0")
    with Memory(filled, embedder=LexicalHash()) as memory:
        assert by_vector(memory, "word7")
    assert [folder.name for folder in filled.glob("chroma-*")] == ["chroma-1"]


def test_a_process_killed_while_it_opened_the_index_costs_nothing(filled: Path) -> None:
    (filled / "chroma-1.opening").write_bytes(b".")
    with Memory(filled, embedder=LexicalHash()) as memory:
        assert by_vector(memory, "word7")
    assert [folder.name for folder in filled.glob("chroma-*")] == ["chroma-1"]


def test_a_kind_may_have_any_name(memory: Memory) -> None:
    for kind in ("fact", "Fact", "水果" * 32, "🦊" * 64, "a..b", "-"):
        memory.add(f"pears of {kind}", kind=kind)
        hit = memory.search("pears", kinds=kind)[0]
        assert hit.record.kind == kind
        assert hit.why["vectors"].rank == 1


def test_vectors_of_a_third_size_never_enter(filled: Path) -> None:
    class Changed(LexicalHash):
        def passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
            return super().passages(texts)[:, :256] + 1

    with Memory(filled, embedder=Changed()) as memory:
        with pytest.raises(EmbedderError, match="512 numbers a vector, and made 256"):
            memory.add("pears")
        with pytest.raises(EmbedderError, match="512 numbers a vector, and made 256"):
            memory.search("pears")
    with Memory(filled, embedder=LexicalHash()) as memory:
        assert by_vector(memory, "pears")
