"""A memory as JSON lines, to be kept elsewhere or taken to another."""

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from memory.database import Database
from memory.errors import RecordError, StoreError
from memory.gate import reading
from memory.ledger import COLUMNS, insert, record_of
from memory.library import Volume, register
from memory.records import Record, checked
from memory.words import tokens

__all__ = ["Loaded", "dump", "load"]

T = TypeVar("T")
FORMAT = "agentic memory 1"
KEYS = ("id", "text", "kind", "source", "metadata", "created", "importance")
HISTORY = (
    "(SELECT json_group_array(json_array(at, event, json(detail))) FROM "
    "(SELECT * FROM history WHERE history.id = {}.id ORDER BY at, rowid))"
)
USES = (
    "(SELECT json_group_array(json_array(at, by)) FROM "
    "(SELECT * FROM uses WHERE uses.seq = records.seq ORDER BY at, rowid))"
)
SOURCES = "(SELECT json_group_array(source) FROM sources WHERE sources.seq = records.seq)"
PAGE = 500
"""Rows read and written at a time."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading lines."""

    stored: int
    known: int
    """Records that were there already."""
    errors: dict[int, str] = field(default_factory=dict, hash=False)
    """Lines that could not be stored, by number from 1, and why."""


def dump(database: Database) -> Iterator[str]:
    """Everything that the ledger knows, a JSON object a line: no vectors, they are made again."""
    yield json.dumps({"format": FORMAT, "at": datetime.now(UTC).isoformat()})
    yield from _documents(database)
    yield from _records(database)
    with database.reading() as db:
        rows = db.execute(
            f"SELECT {COLUMNS}, ended, because, by, {HISTORY.format('past')} FROM past"
        ).fetchall()
    for *row, because, by, history in rows:
        plain = _plain(record_of(*row)) | {"because": because, "by": by}
        yield _line(plain | _listed(history=history))


def load(database: Database, lines: Iterable[str]) -> Loaded:
    """Store what `dump` gave, or lines with at least a `text` each.

    Ids and dates are kept. Nothing passes the write gate: it did when it was stored first.

    Raises:
        StoreError: it was exported by a newer version.
    """
    counts = {True: 0, False: 0}
    errors: dict[int, str] = {}
    for page in batched(_rows(lines, errors), PAGE):
        with database.writing(durable=True) as db:
            for number, row in page:
                try:
                    new = _restore(db, row)
                except RecordError as error:
                    errors[number] = str(error)
                else:
                    if new is not None:
                        counts[new] += 1
    return Loaded(counts[True], counts[False], dict(sorted(errors.items())))


def _rows(lines: Iterable[str], errors: dict[int, str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Numbers and objects of the lines; those that have none are noted as errors."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            errors[number] = f"no line of an exported memory ({error})"
            continue
        if not isinstance(row, dict):
            errors[number] = "no line of an exported memory (it is no JSON object)"
        elif "text" not in row and "document" not in row and "format" in row:
            _check(row["format"])
        else:
            yield number, row


def _check(form: object) -> None:
    if form != FORMAT:
        raise StoreError(
            f"This was exported as {form!r}, and {FORMAT!r} is what can be read. Upgrade."
        )


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Rows in lists of at most that size."""
    waiting = iter(rows)
    while page := list(islice(waiting, size)):
        yield page


def _documents(database: Database) -> Iterator[str]:
    with database.reading() as db:
        rows = db.execute("SELECT source, hex(digest), title, format FROM documents").fetchall()
    for source, digest, title, form in rows:
        yield _line({"document": source, "digest": digest, "title": title, "format": form})


def _records(database: Database) -> Iterator[str]:
    after = 0
    while True:
        with database.reading() as db:
            rows = db.execute(
                f"SELECT seq, document IS NOT NULL, {SOURCES}, {USES}, "
                f"{HISTORY.format('records')}, {COLUMNS} FROM records WHERE seq > ? "
                "ORDER BY seq LIMIT ?",
                [after, PAGE],
            ).fetchall()
        if not rows:
            return
        after = rows[-1][0]
        for _, of_document, sources, uses, history, *row in rows:
            more = _listed(sources=sources, uses=uses, history=history)
            more |= {"of_document": True} if of_document else {}
            yield _line(_plain(record_of(*row)) | more)


def _listed(**lists: str) -> dict[str, Any]:
    """Lists that came as JSON, but for the empty ones."""
    return {name: json.loads(given) for name, given in lists.items() if given != "[]"}


def _plain(record: Record) -> dict[str, Any]:
    plain = {
        "id": record.id,
        "text": record.text,
        "kind": record.kind,
        "source": record.source,
        "metadata": dict(record.metadata),
        "created": record.created.isoformat(),
        "importance": record.importance,
    }
    return plain | ({} if record.ended is None else {"ended": record.ended.isoformat()})


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _restore(db: sqlite3.Connection, row: dict[str, Any]) -> bool | None:
    """Store one row. Whether it is new; None for a document, which is no record.

    Raises:
        RecordError: it is no row of an exported memory.
    """
    try:
        if "text" not in row:
            register(db, _volume(row))
            return None
        record = _record(row)
        more = _beside(row)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RecordError(f"no record of an exported memory ({error})") from error
    for table in ("records", "past"):
        if db.execute(f"SELECT 1 FROM {table} WHERE id = ?", [record.id]).fetchone():
            return False
    if record.ended is not None:
        return _restore_past(db, record, row, more)
    document = None
    if row.get("of_document"):
        found = db.execute("SELECT id FROM documents WHERE source = ?", [record.source]).fetchone()
        document = None if found is None else int(found[0])
    body = " ".join(tokens(record.text))
    there = insert(db, reading(record), body, document=document)
    seq = db.execute("SELECT seq FROM records WHERE id = ?", [there.id]).fetchone()[0]
    sources = [(source, seq) for source in more.sources if source != there.source]
    db.executemany("INSERT OR IGNORE INTO sources VALUES (?, ?)", sources)
    if there.id != record.id:
        return False
    db.executemany("INSERT INTO uses VALUES (?, ?, ?)", [(seq, *use) for use in more.uses])
    _restore_history(db, record.id, more)
    return True


def _restore_history(db: sqlite3.Connection, id: str, more: "Beside") -> None:
    db.executemany(
        "INSERT INTO history VALUES (?, ?, ?, ?)", [(id, *each) for each in more.history]
    )


def _restore_past(
    db: sqlite3.Connection, record: Record, row: dict[str, Any], more: "Beside"
) -> bool:
    plain = _plain(record)
    by = None if row.get("by") is None else str(row["by"])
    db.execute(
        f"INSERT INTO past ({COLUMNS}, ended, because, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(json.dumps(plain[key]) if key == "metadata" else plain[key] for key in KEYS),
            *(plain["ended"], str(row.get("because") or "superseded"), by),
        ],
    )
    _restore_history(db, record.id, more)
    return True


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to a record beside its own columns, as rows of the ledger."""

    sources: list[str]
    uses: list[tuple[str, str]]
    history: list[tuple[str, str, str]]


def _beside(row: dict[str, Any]) -> Beside:
    sources, uses, history = (_list(row.get(name)) for name in ("sources", "uses", "history"))
    return Beside(
        [_text(source) for source in sources],
        [(_moment(at).isoformat(), _text(by)) for at, by in uses],
        [
            (_moment(at).isoformat(), _text(event), json.dumps(dict(detail)))
            for at, event, detail in history
        ],
    )


def _list(given: Any) -> list[Any]:
    if given is not None and not isinstance(given, list):
        raise TypeError(f"{given!r} is no list")
    return given or []


def _volume(row: dict[str, Any]) -> Volume:
    source, title, form = (_text(row[key]) for key in ("document", "title", "format"))
    return Volume(source, bytes.fromhex(row["digest"]), title, form)


def _record(row: dict[str, Any]) -> Record:
    created, ended = row.get("created"), row.get("ended")
    plain = Record(
        id=_text(row.get("id") or uuid.uuid4().hex[:16]),
        text=row["text"],
        kind=row.get("kind", "fact"),
        source=row.get("source"),
        metadata=dict(row.get("metadata") or {}),
        created=datetime.now(UTC) if created is None else _moment(created),
        importance=float(row.get("importance", 0.5)),
        ended=None if ended is None else _moment(ended),
    )
    # a memory that faded has left its text behind
    return plain if plain.ended is not None and plain.text == "" else checked(plain)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    value.encode()  # SQLite keeps UTF-8
    return value
