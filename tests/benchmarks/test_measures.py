"""What the benchmarks measure with: figures, made texts and vectors, the journal."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hashed import HashedWords, Known
from benchmarks.journal import Journal, compared, unfound
from benchmarks.made import languages
from benchmarks.reporting import Took, at_least, at_most, finish, spread, timed
from benchmarks.retrieval import scored
from benchmarks.vectors import Cached
from memory import Memory
from memory.embedding import LexicalHash, Vectors
from memory.words import is_cjk

__all__: list[str] = []


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "memory", embedder=LexicalHash())


class Counting(LexicalHash):
    """Counts the texts that it is given."""

    def __init__(self) -> None:
        self.given = 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.given += len(texts)
        return super().passages(texts)


@given(st.lists(st.floats(0, 10), min_size=1, max_size=50))
def test_a_spread_lies_between_the_least_and_the_most(seconds: list[float]) -> None:
    found = spread([Took(each, each / 2) for each in seconds])
    assert found["min"] <= found["p50"] <= found["p95"] <= found["max"]
    assert found["p50"] == pytest.approx(1000 * float(np.median(seconds)), abs=0.01)
    assert found["p95"] == pytest.approx(1000 * float(np.percentile(seconds, 95)), abs=0.01)
    assert found["n"] == len(seconds)


def test_a_check_is_met_by_its_target_itself() -> None:
    assert [at_most("a", n, 5).met for n in (4, 5, 6)] == [True, True, False]
    assert [at_least("a", n, 5).met for n in (4, 5, 6)] == [False, True, True]


def test_one_object_is_printed_with_machine_and_checks(capsys: pytest.CaptureFixture[str]) -> None:
    given, took = timed(lambda: 7)
    finish("sevens", {"sevens": given}, [at_most("seconds 秒", took.wall, 60)], quick=True)
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["sevens"] == 7
    assert told["quick"] is True
    assert told["machine"]["cores"] > 0
    assert [check["met"] for check in told["checks"]] == [True]
    assert "seconds 秒" in err
    assert "yes" in err


def test_made_texts_are_the_same_in_every_run_and_of_two_languages() -> None:
    for at, chinese in enumerate((False, True)):
        one, two = (languages(1)[at].text(random.Random(2), 50) for _ in range(2))
        assert one == two
        assert is_cjk(one) is chinese
        assert len(one) > 90


def test_made_vectors_are_units_and_near_where_words_are_shared() -> None:
    english, _ = languages(1)
    text, other = (english.text(random.Random(seed), 60) for seed in (1, 2))
    vectors = HashedWords().passages([text, " ".join(text.split()[:40]), other])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    assert np.array_equal(Known(HashedWords(), [text]).query(text), vectors[0])


def test_vectors_are_kept_on_disk(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    kept = Cached(tmp_path, first)
    vectors = kept.passages(["boat", "船", "boat"])
    assert first.given == 2
    kept.save()
    assert np.array_equal(Cached(tmp_path, second).passages(["船", "boat"]), vectors[[1, 0]])
    assert second.given == 0


def test_recall_is_the_share_and_all_is_everything() -> None:
    found = scored([["a", "b", "x"], ["x", "y", "z"]], [{"a", "b"}, {"z"}])
    assert found["recall@1"] == 0.25
    assert found["all@1"] == 0
    assert found["recall@5"] == found["all@5"] == 1


def test_the_journal_shows_what_is_lost_came_back_or_is_doubled(
    tmp_path: Path, memory: Memory
) -> None:
    journal = Journal(tmp_path / "journal")
    with memory:
        kept = memory.add("the key lies under the stone 鑰匙", kind="note")
        journal.tell("added", [[kept.id, kept.text], ["0" * 16, "never there 從來沒有"]])
        journal.tell("ingested", "a.md", 2)
        journal.tell("added", [["f" * 16, "a boat"]])
        journal.tell("dooms", "f" * 16)
        journal.tell("does", "forget")
        journal.tell("killed", 0)
        found = Journal.read(journal.path)
        assert compared(memory, found) == {"lost": 3, "back": 0, "doubled": 0}
        assert unfound(memory, found) == 1
        assert found.killed_in == {"forget": 1}
        journal.tell("dooms", kept.id)
        journal.tell("forgot", kept.id)
        memory.add(kept.text, kind="other")
        assert compared(memory, Journal.read(journal.path))["back"] == 1
