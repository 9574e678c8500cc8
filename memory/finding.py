"""A search from query to hits: words and vectors asked, fused, chosen."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from memory.embedding import Vectors
from memory.errors import FilterError
from memory.fading import days_since
from memory.filters import Filter
from memory.kinds import KINDS, policy
from memory.ledger import Found
from memory.records import Hit, Part, Record
from memory.retrieval import Candidate, choose, closeness, fuse
from memory.words import match_expression, terms

if TYPE_CHECKING:
    from memory.opened import Opened

__all__ = ["CANDIDATES", "check_kinds", "find"]

CANDIDATES = 50
"""Records that each way of searching brings into the fusion; more for a page further behind."""
FEW = 2500
"""Records let through by a filter that are compared with the query one and all."""
COUNTED = 10_000
"""Most records let through by a filter that are counted, to know which share passes."""
OF_WORDS, OF_VECTORS = 8, 4
"""How many times as many records each way is asked for where a filter is wide: no slower than to
ask for fewer."""
ENOUGH, SURE = 4, 1.5
"""A quarter of the candidates is enough of those that pass a filter, if that many are wanted; half
as many again are asked for as should have them among them."""
MOST_ASKED = 2000
"""Records beyond which it is quicker to compare all that pass."""
POSTINGS = 4000
"""Records that the terms looked up may be in, taken together; each takes about 2 microseconds. On
the development sets in one memory of 2,194 records, 100 instead gave the same fused figures."""
Ranked = list[tuple[str, float]]
"""Ids and scores, best first."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """Takes what passes a filter out of rankings that were made without it."""

    store: "Opened"
    wanted: Filter
    most: int
    """Most records that are taken."""
    enough: int
    """Records below which more is asked for."""
    share: float
    """Which share of the records passes at the most; 0 for so few that all can be compared."""

    @staticmethod
    def of(store: "Opened", wanted: Filter, most: int, limit: int) -> "Sieve":
        """A sieve for a filter, which must give enough for the limit."""
        enough = min(most, max(limit, most // ENOUGH))
        bound = store.ledger.bound(wanted, COUNTED)
        share = 0.0 if bound <= FEW else bound / max(store.ledger.total(), 1)
        return Sieve(store, wanted, most, enough, share)

    def sift(self, ranked: Callable[[int], Ranked], times: int) -> Ranked | None:
        """What passes; None where that is too little, or so little that all can be compared.

        Args:
            ranked: Gives the best of the records, as many as it is asked for.
            times: How many times as many as are taken it is asked for at the least.
        """
        share = self.share
        for _ in range(2):
            if not share or (asked := math.ceil(SURE * self.enough / share)) > MOST_ASKED:
                break
            asked = max(asked, times * self.most)
            ranking = ranked(asked)
            passing = self.store.ledger.among([id for id, _ in ranking], self.wanted)
            found = [pair for pair in ranking if pair[0] in passing]
            if len(found) >= self.enough or len(ranking) < asked:
                return found[: self.most]
            share = len(found) / asked
        return None


def find(
    store: "Opened", query: str, vector: Vectors, wanted: Filter, limit: int, offset: int = 0
) -> list[Hit]:
    """The records that fit a query best, best first.

    Args:
        store: The memory.
        query: Not blank.
        vector: The query's.
        wanted: What may be found.
        limit: Most hits.
        offset: Hits to leave out at the beginning: those of the pages before.
    """
    import numpy as np

    pages = -(-(offset + limit) // CANDIDATES)
    most = min(CANDIDATES * pages, max(CANDIDATES, store.ledger.total()))
    sieve = Sieve.of(store, wanted, most, offset + limit)
    asked = store.beside.submit(_with_words, sieve, terms(query))
    near = _nearest(sieve, vector)
    words, weights = asked.result()
    found = store.ledger.found(dict.fromkeys(id for ranking in (words, near) for id, _ in ranking))
    vectors = {
        id: np.frombuffer(each.vector, dtype="<f4")
        for id, each in found.items()
        if each.vector is not None
    }
    fused = fuse(
        words,
        near,
        cosines={id: float(each @ vector) for id, each in vectors.items()},
        close=lambda id: closeness(found[id].tokens, weights) if id in found else 0.0,
        embedder=store.embedder.name,
    )
    candidates = [
        _candidate(found[id], score, why, weights, vectors.get(id))
        for id, score, why in fused
        if id in found  # one may have been forgotten meanwhile
    ]
    best_first = sorted(candidates, key=lambda each: -each.score)
    chosen = choose(best_first, weights, offset + limit)
    return [Hit(found[c.id].record, c.score, c.why) for c in chosen[offset : offset + limit]]


def check_kinds(store: "Opened", kinds: Sequence[str] | None) -> None:
    """Make sure that there can be records of each kind.

    Raises:
        FilterError: nobody knows of a kind, and no record has it.
    """
    for kind in kinds if kinds is not None else ():
        if kind not in KINDS and not store.ledger.has_kind(kind):
            there = ", ".join(dict.fromkeys([*KINDS, *store.ledger.count()]))
            raise FilterError(f"No memory is of the kind {kind!r}; there are: {there}.")


def _candidate(
    found: Found,
    score: float,
    why: Mapping[str, Part],
    weights: Mapping[str, float],
    vector: "Vectors | None",
) -> Candidate:
    record = found.record
    how = policy(record.kind)
    if how.recency or how.importance:
        gain = _gain(record)
        score, why = score + gain, {**why, "kind": Part(None, gain)}
    had = frozenset(weights).intersection(found.tokens)
    return Candidate(record.id, score, why, had, vector, how.diverse)


def _gain(record: Record) -> float:
    """What a record gains by being new and by being important, as its kind asks for."""
    how = policy(record.kind)
    age = days_since(record.created)
    fresh = math.pow(2, -age / how.half_life) if how.half_life else 0.0
    return how.recency * fresh + how.importance * record.importance


def _weights(known: Mapping[str, int], terms: Sequence[str], size: int) -> dict[str, float]:
    """Inverse document frequency of each term, as in BM25 (Robertson and Zaragoza 2009)."""
    return {
        term: math.log(1 + (max(size - known.get(term, 0), 0) + 0.5) / (known.get(term, 0) + 0.5))
        for term in terms
    }


def _expression(known: Mapping[str, int], terms: Sequence[str]) -> str:
    """The FTS5 expression for any of the terms; with many records, for any of the rarer ones.

    The commoner ones then count in records that have a rarer one too. The rarer one counts twice
    in these, which leaves them in front of records without a commoner one, where they belong.
    """
    ordered = sorted(terms, key=lambda term: known.get(term, 0))
    counts = accumulate(known.get(term, 0) for term in ordered)
    few = max(sum(count <= POSTINGS for count in counts), 1)
    rarer, commoner = match_expression(ordered[:few]), match_expression(ordered[few:])
    return f"{rarer} OR (({rarer}) AND ({commoner}))" if commoner else match_expression(terms)


def _with_words(sieve: Sieve, terms: Sequence[str]) -> tuple[Ranked, dict[str, float]]:
    """Ids and BM25 of the records that a filter lets through, best first; weights of the terms."""
    ledger, wanted = sieve.store.ledger, sieve.wanted
    known = ledger.frequencies(terms)
    weights = _weights(known, terms, ledger.total())
    expression = _expression(known, terms)
    if wanted == Filter():
        return ledger.match(expression, sieve.most), weights
    found = sieve.sift(lambda asked: ledger.match(expression, asked), OF_WORDS)
    if found is None:
        found = ledger.match_among(expression, wanted, sieve.most)
    return found, weights


def _nearest(sieve: Sieve, vector: Vectors) -> Ranked:
    """Ids and cosines of the nearest records that a filter lets through, best first.

    The index knows of kinds alone.
    """
    store, wanted = sieve.store, sieve.wanted
    if not wanted.narrow:
        return store.index.nearest(vector, wanted.kinds, sieve.most)
    found = sieve.sift(lambda asked: store.index.nearest(vector, wanted.kinds, asked), OF_VECTORS)
    if found is None:
        found = store.backlog.nearest(vector, wanted.condition(), sieve.most)
    return found
