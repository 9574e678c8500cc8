"""The vector index: always what the ledger says, whatever became of its files."""

import random
import shutil
from pathlib import Path

import pytest

from memory import Memory
from memory.embedding import LexicalHash, Vectors

__all__: list[str] = []

WORDS = [f"word{n}" for n in range(45)]


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
    return "vectors" in hit.why


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

    with chromadb.PersistentClient(index(filled)) as client:
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
