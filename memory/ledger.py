"""The ledger: every record and its words. What is in it is remembered; all else is made from it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from memory.database import Database
from memory.records import Record
from memory.words import tokens

__all__ = ["Ledger"]

COLUMNS = "id, text, kind, source, metadata, created"
PAGE = 200
"""Records read from disk at a time by `newest`."""


class Ledger:
    """Records in SQLite, their words in FTS5."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, records: Sequence[Record]) -> list[Record]:
        """Store records for good, all or none.

        Returns:
            For each, itself, or the record of the same text and kind that was already there.
        """
        bodies = [" ".join(tokens(record.text)) for record in records]
        with self._db.writing(durable=True) as db:
            return [self._insert(db, *pair) for pair in zip(records, bodies, strict=True)]

    def get(self, ids: Iterable[str]) -> dict[str, Record]:
        """The records there are of those ids."""
        with self._db.reading() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM records WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(ids))],
            ).fetchall()
        return {row[0]: _record(*row) for row in rows}

    def newest(self, kinds: Sequence[str] | None, limit: int | None) -> Iterator[Record]:
        """Records, the newest first, read as they are taken."""
        before, left = 2**63 - 1, 2**63 - 1 if limit is None else max(limit, 0)
        clause, given = _of(kinds)
        while left > 0:
            with self._db.reading() as db:
                rows = db.execute(
                    f"SELECT seq, {COLUMNS} FROM records WHERE seq < ?{clause} "
                    "ORDER BY seq DESC LIMIT ?",
                    [before, *given, min(left, PAGE)],
                ).fetchall()
            if not rows:
                return
            before, left = rows[-1][0], left - len(rows)
            yield from (_record(*row[1:]) for row in rows)

    def match(
        self, expression: str, kinds: Sequence[str] | None, limit: int
    ) -> list[tuple[str, float]]:
        """Ids that match an FTS5 expression and their BM25 (higher is better), best first."""
        if not expression:
            return []
        clause, given = _of(kinds)
        with self._db.reading() as db:
            return db.execute(
                "SELECT id, -bm25(words) AS score FROM words JOIN records ON seq = words.rowid "
                f"WHERE words MATCH ?{clause} ORDER BY score DESC, seq DESC LIMIT ?",
                [expression, *given, limit],
            ).fetchall()

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many records have each term; a single CJK character is not a term, and gives 0."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))",
                [json.dumps(list(terms))],
            )
            return dict(rows.fetchall())

    def forget(self, ids: Iterable[str]) -> int:
        """Delete records for good. How many there were."""
        wanted = json.dumps(list(ids))
        found = "SELECT {} FROM records WHERE id IN (SELECT value FROM json_each(?))"
        with self._db.writing(durable=True) as db:
            db.execute("INSERT OR IGNORE INTO dropped " + found.format("id, kind"), [wanted])
            db.execute(f"DELETE FROM words WHERE rowid IN ({found.format('seq')})", [wanted])
            return db.execute(
                "DELETE FROM records WHERE id IN (SELECT value FROM json_each(?))", [wanted]
            ).rowcount

    def count(self) -> Mapping[str, int]:
        """How many records there are of each kind."""
        with self._db.reading() as db:
            return dict(
                db.execute("SELECT kind, count(*) FROM records GROUP BY kind ORDER BY kind")
            )

    def empty(self) -> bool:
        """Whether there is no record at all."""
        with self._db.reading() as db:
            return db.execute("SELECT 1 FROM records LIMIT 1").fetchone() is None

    def _insert(self, db: sqlite3.Connection, record: Record, body: str) -> Record:
        digest = hashlib.sha256(record.text.encode()).digest()
        metadata = json.dumps(record.metadata)
        row = db.execute(
            f"INSERT INTO records ({COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (kind, digest) DO NOTHING RETURNING seq",
            [
                *(record.id, record.text, record.kind, record.source),
                *(metadata, record.created.isoformat(), digest),
            ],
        ).fetchone()
        if row is not None:
            db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (row[0], body))
            return record
        there = db.execute(
            f"SELECT {COLUMNS} FROM records WHERE kind = ? AND digest = ?", (record.kind, digest)
        ).fetchone()
        return _record(*there)


def _of(kinds: Sequence[str] | None) -> tuple[str, list[str]]:
    if kinds is None:
        return "", []
    return " AND kind IN (SELECT value FROM json_each(?))", [json.dumps(list(kinds))]


def _record(
    id: str, text: str, kind: str, source: str | None, metadata: str, created: str
) -> Record:
    return Record(id, text, kind, source, json.loads(metadata), datetime.fromisoformat(created))
