"""The ledger: every record and its words. What is in it is remembered; all else is made from it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from memory.database import ERASES, Database
from memory.filters import Condition, Filter, comparable
from memory.gate import Entry, quotes, reading, verdict
from memory.kinds import ITEM
from memory.records import Record
from memory.words import FORM, tokens

__all__ = ["COLUMNS", "Found", "Ledger", "insert", "note", "record_of", "remove", "retire", "tag"]

COLUMNS = "id, text, kind, source, metadata, created, importance"
PAGE = 200
"""Records read from disk at a time by `newest`."""
QUOTED = 20
"""Records that are compared with a sentence, to see whether it is quoted from one."""

FOREBEARS = (
    "WITH RECURSIVE gone (id) AS "
    "(SELECT id FROM doomed UNION SELECT past.id FROM past JOIN gone ON past.by = gone.id)"
)
"""Records that are forgotten, and those whose place they took."""
PAST = """
WITH records AS (SELECT id AS seq, * FROM past),
sources AS (
    SELECT id AS seq, json_extract(detail, '$.source') AS source FROM history
    WHERE event = 'merged'
),
tags AS (
    SELECT member.key AS key, member.value AS value, past.id AS seq
    FROM past, json_each(metadata) AS member
    WHERE member.type IN ('text', 'integer', 'real', 'true', 'false')
    UNION ALL SELECT member.key, each.value, past.id
    FROM past, json_each(metadata) AS member, json_each(member.value) AS each
    WHERE member.type = 'array' AND each.type = 'text'
)
"""
"""Puts records that are held no more in the place of those that are, so that a condition on these
is one on them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record with what a search compares."""

    record: Record
    tokens: list[str]
    """As `memory.words.tokens` gave them."""
    vector: bytes | None
    """Float32; None while it waits to be made."""


class Ledger:
    """Records in SQLite, their words in FTS5."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._word_anew()

    def add(self, entries: Sequence[Entry]) -> list[Record]:
        """Store records for good, all or none, as the gate decides.

        Returns:
            For each, itself, or the record that was already there and is the same.
        """
        bodies = [_body(entry) for entry in entries]
        with self._db.writing(durable=True) as db:
            return [self._admit(db, *pair) for pair in zip(entries, bodies, strict=True)]

    def get(self, ids: Iterable[str]) -> dict[str, Record]:
        """The records there are of those ids."""
        with self._db.reading() as db:
            rows = db.execute(
                f"SELECT {COLUMNS} FROM records WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(ids))],
            ).fetchall()
        return {row[0]: record_of(*row) for row in rows}

    def newest(self, wanted: Filter, limit: int | None) -> Iterator[Record]:
        """Records, the newest first, read as they are taken."""
        before, left = 2**63 - 1, 2**63 - 1 if limit is None else max(limit, 0)
        condition, given = wanted.condition()
        while left > 0:
            with self._db.reading() as db:
                rows = db.execute(
                    f"SELECT seq, {COLUMNS} FROM records WHERE seq < ? AND {condition} "
                    "ORDER BY seq DESC LIMIT ?",
                    [before, *given, min(left, PAGE)],
                ).fetchall()
            if not rows:
                return
            before, left = rows[-1][0], left - len(rows)
            yield from (record_of(*row[1:]) for row in rows)

    def match(self, expression: str, limit: int) -> list[tuple[str, float]]:
        """Ids that match an FTS5 expression and their BM25 (higher is better), best first."""
        if not expression:
            return []
        with self._db.aside() as db:
            return db.execute(
                "SELECT id, score FROM (SELECT rowid AS seq, -bm25(words) AS score FROM words "
                "WHERE words MATCH ? ORDER BY score DESC, seq DESC LIMIT ?) "
                "CROSS JOIN records USING (seq)",
                [expression, limit],
            ).fetchall()

    def match_among(self, expression: str, wanted: Filter, limit: int) -> list[tuple[str, float]]:
        """As `match`, of the records that a filter lets through; slow where that is many."""
        if not expression:
            return []
        condition, given = wanted.condition()
        # the condition only afterwards: SQLite would else walk through all that meets it
        with self._db.aside() as db:
            return db.execute(
                "SELECT id, -bm25(words) AS score FROM words "
                "CROSS JOIN records ON seq = words.rowid "
                f"WHERE words MATCH ? AND {condition} ORDER BY score DESC, seq DESC LIMIT ?",
                [expression, *given, limit],
            ).fetchall()

    def found(self, ids: Iterable[str]) -> dict[str, Found]:
        """Records of those ids with what a search compares; one may have been forgotten."""
        with self._db.aside() as db:
            rows = db.execute(
                f"SELECT {COLUMNS}, "
                "(SELECT c0 FROM words_content WHERE words_content.id = records.seq), "
                "(SELECT vector FROM vectors WHERE vectors.seq = records.seq) "
                "FROM (SELECT value AS named FROM json_each(?)) CROSS JOIN records ON id = named",
                [json.dumps(list(ids))],
            ).fetchall()
        return {
            row[0]: Found(record_of(*row), body.split(" "), vector) for *row, body, vector in rows
        }

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """How many records have each term; a single CJK character is not a term, and gives 0."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))",
                [json.dumps(list(terms))],
            )
            return dict(rows.fetchall())

    def forget(self, wanted: Condition, ids: Sequence[str] | None = None) -> int:
        """Delete for good what meets a condition: text, words, history, the versions before it.

        Args:
            wanted: The condition, on records that are held and on those that are no more.
            ids: Only of these; None for all.

        Returns:
            How many there were; versions that went with the one that took their place not counted.
        """
        condition, given = wanted
        if ids is not None:
            condition = f"({condition}) AND id IN (SELECT value FROM json_each(?))"
            given = [*given, json.dumps(list(ids))]
        with self._db.writing(durable=True) as db:
            db.execute("CREATE TEMP TABLE IF NOT EXISTS doomed (seq INTEGER, id TEXT)")
            db.execute("DELETE FROM doomed")
            db.execute(f"INSERT INTO doomed SELECT seq, id FROM records WHERE {condition}", given)
            gone = f"{FOREBEARS} SELECT id FROM gone"
            db.execute(
                f"{PAST} INSERT INTO doomed SELECT NULL, id FROM records "
                f"WHERE ({condition}) AND id NOT IN ({gone})",
                given,
            )
            count = int(db.execute("SELECT count(*) FROM doomed").fetchone()[0])
            remove(db, "(SELECT seq FROM doomed)")
            for table in ("history", "past"):
                db.execute(f"DELETE FROM {table} WHERE id IN ({gone})")
            db.execute("DELETE FROM doomed")
        return count

    def erase(self) -> None:
        """Overwrite what the words and the log of the file still have of deleted records."""
        if not ERASES:
            with self._db.writing(durable=True) as db:
                db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.truncate_log()

    def count(self) -> Mapping[str, int]:
        """How many records there are of each kind."""
        with self._db.reading() as db:
            return dict(
                db.execute("SELECT kind, count(*) FROM records GROUP BY kind ORDER BY kind")
            )

    def kinds(self) -> list[str]:
        """The kinds of which there are records; a step in an index for each."""
        with self._db.reading() as db:
            rows = db.execute(
                "WITH RECURSIVE one (kind) AS (SELECT min(kind) FROM records UNION ALL "
                "SELECT (SELECT min(kind) FROM records WHERE kind > one.kind) FROM one "
                "WHERE kind IS NOT NULL) SELECT kind FROM one WHERE kind IS NOT NULL"
            )
            return [kind for (kind,) in rows]

    def bound(self, wanted: Filter, most: int) -> int:
        """How many records a filter lets through at the very most, counted up to `most`."""
        with self._db.aside() as db:
            counts = [
                db.execute(f"SELECT count(*) FROM ({query} LIMIT ?)", [*given, most]).fetchone()[0]
                for query, given in wanted.bounds()
            ]
        return min(counts, default=most)

    def among(self, ids: Iterable[str], wanted: Filter) -> set[str]:
        """Which of the ids a filter lets through."""
        condition, given = wanted.condition(each=True)
        with self._db.aside() as db:
            rows = db.execute(
                "SELECT id FROM (SELECT value AS named FROM json_each(?)) "
                f"CROSS JOIN records ON id = named WHERE {condition}",
                [json.dumps(list(ids)), *given],
            )
            return {id for (id,) in rows}

    def total(self) -> int:
        """How many records there are; quick, for it counts an index."""
        with self._db.reading() as db:
            return int(db.execute("SELECT count(*) FROM words_docsize").fetchone()[0])

    def has_kind(self, kind: str) -> bool:
        """Whether there is a record of a kind."""
        with self._db.reading() as db:
            row = db.execute("SELECT 1 FROM records WHERE kind = ? LIMIT 1", [kind]).fetchone()
        return row is not None

    def empty(self) -> bool:
        """Whether there is no record at all."""
        with self._db.reading() as db:
            return db.execute("SELECT 1 FROM records LIMIT 1").fetchone() is None

    def with_gist(self, gist: str, kinds: Sequence[str]) -> str | None:
        """Id of a record of one of the kinds that says the same."""
        with self._db.reading() as db:
            row = db.execute(
                "SELECT id FROM records WHERE gist = ? "
                "AND kind IN (SELECT value FROM json_each(?)) ORDER BY seq",
                [gist, json.dumps(list(kinds))],
            ).fetchone()
        return None if row is None else str(row[0])

    def with_subject(self, subject: str) -> list[tuple[str, str]]:
        """Ids and texts of the records that state something of a subject."""
        with self._db.reading() as db:
            return db.execute(
                "SELECT id, text FROM records WHERE subject = ?", [subject]
            ).fetchall()

    def quoting(self, sentence: str, expression: str, kinds: Sequence[str]) -> str | None:
        """Id of a record that has a sentence's gist word for word.

        Args:
            sentence: The gist.
            expression: FTS5 expression that finds the records that may have it.
            kinds: What it may be.
        """
        if not expression:
            return None
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT id, text FROM words "
                "CROSS JOIN records ON seq = words.rowid WHERE words MATCH ? "
                "AND kind IN (SELECT value FROM json_each(?)) LIMIT ?",
                [expression, json.dumps(list(kinds)), QUOTED],
            ).fetchall()
        return next((id for id, text in rows if quotes(text, sentence)), None)

    def _admit(self, db: sqlite3.Connection, entry: Entry, body: str) -> Record:
        decided = verdict(self, entry)
        record = entry.record
        match decided.does:
            case "merge":
                return merge(db, decided.ids[0], record)
            case "supersede":
                for id in decided.ids:
                    retire(db, id, "superseded", by=record.id)
                    note(db, record.id, "supersedes", {"id": id})
        return insert(db, entry, body)

    def _word_anew(self) -> None:
        """Give the words and tags of all records, and what the gate reads, the form of today."""
        with self._db.reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'form'").fetchone()
        if row is not None and row[0] == FORM:
            return
        with self._db.writing(durable=True) as db:
            for seq, *row in db.execute(f"SELECT seq, {COLUMNS} FROM records").fetchall():
                read = reading(record_of(*row))
                db.execute("DELETE FROM words WHERE rowid = ?", [seq])
                db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", [seq, _body(read)])
                db.execute(
                    "UPDATE records SET gist = ?, subject = ? WHERE seq = ?",
                    [read.gist, _subject(read), seq],
                )
                tag(db, seq, read.record.metadata)
            db.execute("INSERT OR REPLACE INTO meta VALUES ('form', ?)", [FORM])


def _body(entry: Entry) -> str:
    return " ".join(tokens(entry.record.text))


def _subject(entry: Entry) -> str | None:
    return None if entry.states is None else entry.states.subject


def insert(
    db: sqlite3.Connection, entry: Entry, body: str, *, document: int | None = None
) -> Record:
    """Insert a record, or find the one of the same text and kind.

    Args:
        db: Within a transaction.
        entry: The record.
        body: Its tokens, joined by blanks.
        document: Id of the document it is a passage of.
    """
    record = entry.record
    # passages are told apart even if two files, or one, have the same text twice
    salt = "" if document is None else f"\0{record.id}"
    # items of a store go by their place, not by what they say
    place = record.metadata.get("item") if record.kind == ITEM else None
    identity = f"{record.text}{salt}" if place is None else f"item\0{place}"
    digest = hashlib.sha256(identity.encode()).digest()
    row = db.execute(
        f"INSERT INTO records ({COLUMNS}, digest, gist, subject, document) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (kind, digest) DO NOTHING RETURNING seq",
        [
            *(record.id, record.text, record.kind, record.source, json.dumps(record.metadata)),
            *(record.created.isoformat(), record.importance, digest, entry.gist),
            *(_subject(entry), document),
        ],
    ).fetchone()
    if row is None:
        there = db.execute(
            "SELECT id FROM records WHERE kind = ? AND digest = ?", (record.kind, digest)
        ).fetchone()
        return merge(db, there[0], record)
    db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (row[0], body))
    tag(db, row[0], record.metadata)
    return record


def tag(db: sqlite3.Connection, seq: int, metadata: Mapping[str, Any]) -> None:
    """Note what of its metadata a record can be filtered by: texts, numbers, lists of texts."""
    db.execute("DELETE FROM tags WHERE seq = ?", [seq])
    rows = [
        (comparable(key), comparable(value), seq)
        for key, given in metadata.items()
        for value in (
            [each for each in given if isinstance(each, str)]
            if isinstance(given, list)
            else [given]
        )
        if isinstance(value, str | int | float)
    ]
    db.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?, ?)", rows)


def merge(db: sqlite3.Connection, id: str, record: Record) -> Record:
    """Note that a record was told again, by another source perhaps. The record that is there."""
    seq, *row = db.execute(f"SELECT seq, {COLUMNS} FROM records WHERE id = ?", [id]).fetchone()
    there = record_of(*row)
    if record.source is not None and record.source != there.source:
        added = db.execute(
            "INSERT OR IGNORE INTO sources VALUES (?, ?)", [record.source, seq]
        ).rowcount
        if added:
            note(db, id, "merged", {"source": record.source, "text": record.text})
    return there


def retire(
    db: sqlite3.Connection, id: str, because: str, *, by: str | None = None, keep: bool = True
) -> None:
    """Move a record to the past: no search finds it, and its text is kept only if `keep`."""
    now = datetime.now(UTC).isoformat()
    db.execute(
        f"INSERT OR REPLACE INTO past ({COLUMNS}, ended, because, by) SELECT id, "
        "CASE WHEN ? THEN text ELSE '' END, kind, source, metadata, created, importance, ?, ?, ? "
        "FROM records WHERE id = ?",
        [keep, now, because, by, id],
    )
    uses = db.execute(
        "SELECT count(*) FROM uses JOIN records USING (seq) WHERE id = ?", [id]
    ).fetchone()[0]
    note(db, id, because, {"uses": uses} | ({} if by is None else {"by": by}))
    if not keep:  # nor what it was told as
        db.execute("UPDATE history SET detail = json_remove(detail, '$.text') WHERE id = ?", [id])
    remove(db, "(SELECT seq FROM records WHERE id = ?)", [id])


def remove(db: sqlite3.Connection, seqs: str, given: Sequence[Any] = ()) -> int:
    """Delete records and their words; the index is told later. How many there were.

    Args:
        seqs: A SELECT of their `seq`, in parentheses.
        given: Its parameters.
    """
    db.execute(
        f"INSERT OR IGNORE INTO dropped SELECT id, kind FROM records WHERE seq IN {seqs}", given
    )
    db.execute(f"DELETE FROM words WHERE rowid IN {seqs}", given)
    return db.execute(f"DELETE FROM records WHERE seq IN {seqs}", given).rowcount


def note(db: sqlite3.Connection, id: str, event: str, detail: Mapping[str, Any]) -> None:
    """Add to a record's history."""
    db.execute(
        "INSERT INTO history VALUES (?, ?, ?, ?)",
        [id, datetime.now(UTC).isoformat(), event, json.dumps(detail)],
    )


def record_of(
    id: str,
    text: str,
    kind: str,
    source: str | None,
    metadata: str,
    created: str,
    importance: float,
    ended: str | None = None,
) -> Record:
    """A record from a row with the columns `COLUMNS`."""
    return Record(
        *(id, text, kind, source, json.loads(metadata), datetime.fromisoformat(created)),
        importance,
        None if ended is None else datetime.fromisoformat(ended),
    )
