"""What the memory gives, in terms that JSON has; times in UTC."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memory import Account, Hit, Record, Stats
    from memory.fading import Faded
    from memory.ingestion import Ingested, Outcome
    from memory.library import Volume

__all__ = [
    "account_row",
    "faded_row",
    "hit_row",
    "ingested_row",
    "record_row",
    "stats_row",
    "volume_row",
]

Row = dict[str, Any]
OUTCOMES: "tuple[Outcome, ...]" = ("added", "changed", "unchanged", "removed", "failed")
"""What may become of a file, in the order in which it is told."""


def record_row(record: "Record") -> Row:
    """A record."""
    return {
        "id": record.id,
        "text": record.text,
        "kind": record.kind,
        "source": record.source,
        "citation": record.citation,
        "metadata": dict(record.metadata),
        "created": record.created.isoformat(),
        "importance": record.importance,
        "ended": None if record.ended is None else record.ended.isoformat(),
    }


def hit_row(hit: "Hit") -> Row:
    """A hit: its record, its score, and what each way of searching thought of it."""
    why = {name: {"rank": part.rank, "score": part.score} for name, part in hit.why.items()}
    return record_row(hit.record) | {"score": hit.score, "why": why}


def account_row(account: "Account") -> Row:
    """A record with all that is known about it."""
    return record_row(account.record) | {
        "sources": list(account.sources),
        "strength": account.strength,
        "used": account.used,
        "uses": [{"at": use.at.isoformat(), "by": use.by} for use in account.uses],
        "history": [
            {"at": event.at.isoformat(), "event": event.event, "detail": dict(event.detail)}
            for event in account.history
        ],
        "because": account.because,
        "instead": account.instead,
        "before": [record_row(record) for record in account.before],
    }


def faded_row(faded: "Faded") -> Row:
    """A record that was pruned."""
    return record_row(faded.record) | {"strength": faded.strength}


def stats_row(stats: "Stats", server: object | None) -> Row:
    """What a memory holds, and the server that its vectors are on, if any."""
    return {
        "path": str(stats.path),
        "server": None if server is None else str(server),
        "records": stats.records,
        "kinds": dict(stats.kinds),
        "pending": stats.pending,
        "bytes": stats.bytes,
        "embedder": stats.embedder,
        "health": stats.health,
    }


def volume_row(volume: "Volume") -> Row:
    """A document that was ingested."""
    return {
        "source": volume.source,
        "title": volume.title,
        "format": volume.format,
        "passages": volume.passages,
        "ingested": None if volume.ingested is None else volume.ingested.isoformat(),
    }


def ingested_row(done: "Ingested") -> Row:
    """What came of an ingestion: counts, passages, and each file."""
    return {
        **{outcome: done.count(outcome) for outcome in OUTCOMES},
        "passages": {"added": done.added, "removed": done.removed},
        "pending": done.pending,
        "files": [
            {
                "path": file.path,
                "outcome": file.outcome,
                "passages": file.passages,
                "reason": file.reason or None,
            }
            for file in done.files
        ],
    }
