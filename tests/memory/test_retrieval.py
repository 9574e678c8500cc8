"""Rank fusion."""

from hypothesis import given
from hypothesis import strategies as st

from memory.records import Part
from memory.retrieval import fuse

__all__: list[str] = []

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)
RANKINGS = st.dictionaries(st.sampled_from(["words", "vectors", "recency"]), IDS).map(
    lambda given: {
        name: [(id, -float(i)) for i, id in enumerate(ids)] for name, ids in given.items()
    }
)


def test_the_formula() -> None:
    found = fuse({"words": [("a", 9.0), ("b", 1.0)], "vectors": [("b", 0.8)]})
    assert found == [
        ("b", 1 / 62 + 1 / 61, {"words": Part(2, 1.0), "vectors": Part(1, 0.8)}),
        ("a", 1 / 61, {"words": Part(1, 9.0)}),
    ]


@given(RANKINGS)
def test_everything_found_comes_once_best_first(
    rankings: dict[str, list[tuple[str, float]]],
) -> None:
    found = fuse(rankings)
    scores = [score for _, score, _ in found]
    assert scores == sorted(scores, reverse=True)
    assert sorted(id for id, _, _ in found) == sorted({i for r in rankings.values() for i, _ in r})


@given(RANKINGS)
def test_why_gives_each_rank(rankings: dict[str, list[tuple[str, float]]]) -> None:
    for id, _, why in fuse(rankings):
        for name, ranking in rankings.items():
            ids = [found for found, _ in ranking]
            assert (why[name].rank if name in why else None) == (
                ids.index(id) + 1 if id in ids else None
            )


@given(IDS)
def test_one_ranking_keeps_its_order(ids: list[str]) -> None:
    assert [id for id, _, _ in fuse({"words": [(id, 0.0) for id in ids]})] == ids


@given(IDS, IDS)
def test_a_better_rank_never_hurts(words: list[str], vectors: list[str]) -> None:
    for id in set(words) & set(vectors):
        raised = [id, *(other for other in vectors if other != id)]
        before, after = (
            {found: place for place, (found, _, _) in enumerate(fuse(rankings))}
            for rankings in (
                {"words": [(w, 0.0) for w in words], "vectors": [(v, 0.0) for v in vectors]},
                {"words": [(w, 0.0) for w in words], "vectors": [(v, 0.0) for v in raised]},
            )
        )
        assert after[id] <= before[id]
