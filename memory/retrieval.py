"""Fusing what several ways of searching found."""

from collections.abc import Mapping, Sequence

from memory.records import Part

__all__ = ["K", "Ranking", "fuse"]

Ranking = Sequence[tuple[str, float]]
"""Ids and scores, best first."""
K = 60
"""Softens the first ranks; 60 as in the paper."""


def fuse(rankings: Mapping[str, Ranking], k: int = K) -> list[tuple[str, float, dict[str, Part]]]:
    """Reciprocal rank fusion: a record scores the sum of 1 / (k + rank) over the rankings.

    Cormack, Clarke and Buettcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and
    individual Rank Learning Methods" (SIGIR).

    Args:
        rankings: By name of the part, ids and scores, best first, no id twice.
        k: As in the formula.

    Returns:
        Id, fused score, and rank and score in each part that found it; best first, equal ones in
        the order in which they were first seen.
    """
    why: dict[str, dict[str, Part]] = {}
    for name, ranking in rankings.items():
        for rank, (id, score) in enumerate(ranking, 1):
            why.setdefault(id, {})[name] = Part(rank, score)
    scored = [
        (id, sum(1 / (k + part.rank) for part in parts.values() if part.rank is not None), parts)
        for id, parts in why.items()
    ]
    return sorted(scored, key=lambda item: -item[1])
