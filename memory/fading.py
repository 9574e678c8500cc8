"""How memories fade: what is unused and unimportant goes first, and never unsaid."""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from memory.database import Database
from memory.kinds import policy
from memory.ledger import COLUMNS, note, record_of, retire
from memory.records import Record

__all__ = ["BUDGETS", "Faded", "days_since", "prune", "strength"]

BUDGETS: Mapping[str, int] = MappingProxyType({"episode": 2000, "lesson": 500})
"""Most records of each kind that `prune` leaves, where nothing else is said."""
DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Faded:
    """A record that was pruned."""

    record: Record
    strength: float


def strength(record: Record, uses: int, last: datetime, now: datetime | None = None) -> float:
    """How present a memory is: importance * 2 ** (-age / (half-life * (1 + log2(1 + uses)))).

    The forgetting curve (Ebbinghaus 1885; its exponential form as in Park et al. 2023, "Generative
    Agents"): age is the time since it was last used, or added, and every doubling of its uses
    lengthens its half-life by one more. What does not fade has its importance for its strength.

    Args:
        record: The record.
        uses: How often it was used.
        last: When it was last used, or added.
        now: The time it is asked for; None for the present.
    """
    half_life = policy(record.kind).half_life
    if half_life is None:
        return record.importance
    age = days_since(last, now)
    return record.importance * math.pow(2, -age / (half_life * (1 + math.log2(1 + uses))))


def days_since(then: datetime, now: datetime | None = None) -> float:
    """Days from a time until now, or until another; 0 from one that is yet to come."""
    return max(((now or datetime.now(UTC)) - then).total_seconds() / DAY, 0.0)


def prune(database: Database, budgets: Mapping[str, int], *, dry_run: bool = False) -> list[Faded]:
    """Let the weakest records of each kind go until no more than its budget are left.

    Passages of documents stay, and are not counted: they go with their document. What goes leaves
    its id, source, metadata and dates behind, with a note in its history; its text is gone.

    Returns:
        Those that went, the weakest first.
    """
    gone: list[Faded] = []
    for kind, most in budgets.items():
        with database.writing(durable=True) as db:
            rows = db.execute(
                f"SELECT {COLUMNS}, count(at), coalesce(max(at), created) FROM records "
                "LEFT JOIN uses USING (seq) WHERE kind = ? AND document IS NULL "
                "GROUP BY records.seq",
                [kind],
            ).fetchall()
            over = len(rows) - max(most, 0)
            if over <= 0:
                continue
            records = [record_of(*row[:-2]) for row in rows]
            weighed = [
                Faded(record, strength(record, uses, datetime.fromisoformat(last)))
                for record, (*_, uses, last) in zip(records, rows, strict=True)
            ]
            weakest = heapq.nsmallest(over, weighed, key=lambda each: each.strength)
            gone += weakest
            for each in weakest if not dry_run else ():
                note(db, each.record.id, "weighed", {"strength": each.strength, "budget": most})
                retire(db, each.record.id, "faded", keep=False)
    return gone
