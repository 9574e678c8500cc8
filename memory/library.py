"""The documents that were ingested, and the passages each was cut into."""

import json
import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from memory.database import Database
from memory.gate import Entry
from memory.ledger import COLUMNS, insert, record_of, remove, tag
from memory.records import Record
from memory.words import tokens

__all__ = ["Library", "Shelved", "Volume", "register"]


@dataclass(frozen=True, slots=True)
class Volume:
    """A document that was ingested."""

    source: str
    """Path of the file."""
    digest: bytes
    """Of its bytes and of the way it was cut."""
    title: str
    format: str
    passages: int = 0
    ingested: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shelved:
    """What became of a document's passages."""

    added: int
    kept: int
    removed: int


class Library:
    """Documents by source. A document and its passages change in one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def digest(self, source: str) -> bytes | None:
        """The digest of a document as it was ingested; None if it was not."""
        with self._db.reading() as db:
            row = db.execute("SELECT digest FROM documents WHERE source = ?", [source]).fetchone()
        return None if row is None else bytes(row[0])

    def volumes(self, under: str | None = None) -> Iterator[Volume]:
        """Documents by source; with `under`, the one of that source and those in that folder."""
        condition, given = "1", []
        if under is not None:
            folder = under.rstrip("/") + "/"
            condition, given = (
                "source = ? OR source >= ? AND source < ?",
                [*(under, folder, folder[:-1] + chr(ord("/") + 1))],
            )
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT source, digest, title, format, "
                "(SELECT count(*) FROM records WHERE document = documents.id), ingested "
                f"FROM documents WHERE {condition} ORDER BY source",
                given,
            ).fetchall()
        for source, digest, title, form, passages, ingested in rows:
            when = datetime.fromisoformat(ingested)
            yield Volume(source, digest, title, form, passages, when)

    def shelve(self, volume: Volume, passages: Sequence[Record]) -> Shelved:
        """Put a document in, in place of what it was before.

        A passage whose text was there stays the same record, with its vector and its id.
        """
        bodies = [" ".join(tokens(passage.text)) for passage in passages]
        with self._db.writing(durable=False) as db:
            document = register(db, volume)
            there = _passages(db, document)
            added = 0
            for passage, body in zip(passages, bodies, strict=True):
                if same := there.get(passage.text):
                    _moved(db, same.popleft(), passage)
                else:
                    insert(db, Entry(passage), body, document=document)
                    added += 1
            gone = [seq for seqs in there.values() for seq in seqs]
            _drop(db, gone)
        return Shelved(added, len(passages) - added, len(gone))

    def remove(self, source: str) -> int:
        """Take a document out. How many passages it had."""
        with self._db.writing(durable=True) as db:
            found = "(SELECT seq FROM records JOIN documents ON documents.id = document "
            removed = remove(db, f"{found} WHERE documents.source = ?)", [source])
            db.execute("DELETE FROM documents WHERE source = ?", [source])
        return removed

    def sweep(self) -> None:
        """Drop documents that have no passage left, so that they are read again."""
        with self._db.writing(durable=True) as db:
            db.execute(
                "DELETE FROM documents WHERE NOT EXISTS "
                "(SELECT 1 FROM records WHERE document = documents.id)"
            )


def register(db: sqlite3.Connection, volume: Volume) -> int:
    """Note a document, in place of what was noted of it before. Its id."""
    row = db.execute(
        "INSERT INTO documents (source, digest, title, format, ingested) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (source) DO UPDATE SET digest = excluded.digest, title = excluded.title, "
        "format = excluded.format, ingested = excluded.ingested RETURNING id",
        [
            *(volume.source, volume.digest, volume.title, volume.format),
            datetime.now(UTC).isoformat(),
        ],
    ).fetchone()
    return int(row[0])


def _passages(db: sqlite3.Connection, document: int) -> dict[str, deque[int]]:
    """Passages of a document, by text."""
    found: dict[str, deque[int]] = defaultdict(deque)
    rows = db.execute("SELECT seq, text FROM records WHERE document = ? ORDER BY seq", [document])
    for seq, text in rows:
        found[text].append(seq)
    return found


def _moved(db: sqlite3.Connection, seq: int, passage: Record) -> None:
    """Note where in its document a passage stands now."""
    row = db.execute(f"SELECT {COLUMNS} FROM records WHERE seq = ?", [seq]).fetchone()
    if record_of(*row).metadata != passage.metadata:
        db.execute(
            "UPDATE records SET metadata = ? WHERE seq = ?", [json.dumps(passage.metadata), seq]
        )
        tag(db, seq, passage.metadata)


def _drop(db: sqlite3.Connection, seqs: Sequence[int]) -> None:
    if seqs:
        remove(db, "(SELECT value FROM json_each(?))", [json.dumps(list(seqs))])
