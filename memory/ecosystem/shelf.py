"""Where the items of a LangGraph store lie: written, refreshed and swept in the ledger's file."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from memory.database import Database
from memory.ecosystem.items import FIELD, New, Place
from memory.filters import Condition, Filter
from memory.kinds import ITEM
from memory.ledger import COLUMNS, remove, tag
from memory.records import Record

__all__ = ["LONGEST_TAG", "Live", "namespaces", "sweep", "touch", "write"]

LONGEST_TAG = 200
"""Characters of a field that can be looked up; longer ones would be kept on disk twice."""
_ITEMS = f"SELECT seq FROM tags JOIN records USING (seq) WHERE kind = '{ITEM}' AND key = "
AT = f"({_ITEMS}'item' AND value = ?)"
"""Whatever lies at a place."""
OVER = f"({_ITEMS}'expires' AND value <= ?)"
"""Whatever has expired."""


@dataclass(frozen=True, slots=True)
class Live(Filter):
    """The items of a store that have not expired."""

    now: float = 0.0
    """Seconds since 1970."""
    ids: tuple[str, ...] | None = None
    """Only these."""

    @staticmethod
    def at(now: datetime, where: Mapping[str, Any], prefix: Sequence[str] = ()) -> "Live":
        """Items under a namespace whose metadata is so."""
        under = {"item": {"$prefix": Place.beginning(prefix)}}  # others of the kind have no place
        return Live(kinds=(ITEM,), where={**under, **where}, now=now.timestamp())

    @property
    def narrow(self) -> bool:
        """Whether it asks for more than kinds: always."""
        return True

    def condition(self, *, each: bool = False) -> Condition:
        """The condition as SQL."""
        sql, given = Filter.condition(self, each=each)
        sql += " AND seq NOT IN (SELECT seq FROM tags WHERE key = 'expires' AND value <= ?)"
        if self.ids is None:
            return sql, [*given, self.now]
        among = " AND id IN (SELECT value FROM json_each(?))"
        return sql + among, [*given, self.now, json.dumps(self.ids)]


def write(database: Database, news: Iterable[New], now: datetime) -> list[Record]:
    """Put and delete, all or nothing, and delete what has expired. The records that were put.

    Whatever is at a place is replaced within the transaction: no two writers leave two items there.
    """
    with database.writing(durable=True) as db:
        remove(db, OVER, [now.timestamp()])
        return [record for each in news if (record := _replace(db, each)) is not None]


def _replace(db: sqlite3.Connection, each: New) -> Record | None:
    at = [each.place.tag]
    row = db.execute(f"SELECT min(created) FROM records WHERE seq IN {AT}", at).fetchone()
    remove(db, AT, at)
    if each.record is None:
        return None
    created = each.record.created if row[0] is None else datetime.fromisoformat(row[0])
    record = replace(each.record, created=created)
    seq = db.execute(
        f"INSERT INTO records ({COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
        [
            *(record.id, record.text, record.kind, record.source, json.dumps(record.metadata)),
            *(record.created.isoformat(), record.importance),
            # of the place, not of the text: two items may say the same
            sha256(f"item\0{each.place.tag}".encode()).digest(),
        ],
    ).fetchone()[0]
    db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (seq, each.body))
    tag(db, seq, {name: value for name, value in record.metadata.items() if _findable(name, value)})
    return record


def _findable(name: str, value: Any) -> bool:
    if not name.startswith(FIELD):
        return True
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_TAG)


def sweep(database: Database, now: datetime) -> int:
    """Delete what has expired. How many items there were."""
    with database.writing(durable=True) as db:
        return remove(db, OVER, [now.timestamp()])


def touch(database: Database, records: Iterable[Record], now: datetime) -> None:
    """Begin the time to live anew, of those that have one and are still there."""
    rows = [
        ((now + timedelta(minutes=record.metadata["ttl"])).timestamp(), record.id)
        for record in records
        if "ttl" in record.metadata
    ]
    if not rows:
        return
    with database.writing(durable=False) as db:
        db.executemany(
            "UPDATE records SET metadata = json_set(metadata, '$.expires', ?) WHERE id = ?", rows
        )
        db.executemany(
            "UPDATE tags SET value = ? "
            "WHERE key = 'expires' AND seq = (SELECT seq FROM records WHERE id = ?)",
            rows,
        )


def namespaces(database: Database, wanted: Live) -> list[tuple[str, ...]]:
    """The namespaces that have items, in no order."""
    condition, given = wanted.condition()
    with database.reading() as db:
        rows = db.execute(
            "SELECT DISTINCT json_remove(value, '$[#-1]') FROM tags JOIN records USING (seq) "
            f"WHERE tags.key = 'item' AND json_valid(value) AND {condition}",
            given,
        ).fetchall()
    return [tuple(json.loads(text)) for (text,) in rows]
