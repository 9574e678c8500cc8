"""The journal of a run's calls: what was begun, what came of it, and what was said about it.

A row is on disk before its call has an effect, and completed after it. So after a kill each call is
known to be one of three: not begun, done (its outcome stands here), or begun with no outcome: in
doubt.
"""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentic.cleaning import whole
from agentic.errors import StorageError
from agentic.filing import private_database
from agentic.state import Answer, Observation, Question, ToolCall

__all__ = ["NAME", "Entry", "Journal", "fingerprint"]

NAME = "journal.sqlite"
"""The journal's name in the folder of a run's files."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    run TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    begun REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    ended REAL,
    outcome TEXT,
    PRIMARY KEY (run, id)
);
CREATE TABLE IF NOT EXISTS answers (
    run TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (run, id, kind)
);
CREATE TABLE IF NOT EXISTS start (run TEXT PRIMARY KEY, told TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Entry:
    """What the journal has of a call."""

    id: str
    name: str
    hash: str
    attempts: int
    """Times that it was begun."""
    outcome: Observation | None
    """None: it is under way, or was cut off."""


def fingerprint(call: ToolCall) -> str:
    """The SHA-256 of a call's name and arguments, whatever the order of their keys."""
    told = json.dumps([call.name, call.args], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


class Journal:
    """The journal of one run; any number of processes may read it, one works on the run.

    Args:
        folder: Folder of the run's files; made when needed.
        run_id: The run's id.

    Raises:
        StorageError: in every method, if the disk or the folder doesn't let it be written. A call
            that can't be noted must not be made.
    """

    def __init__(self, folder: Path, run_id: str) -> None:
        self.run_id = run_id
        self._place = folder / NAME
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def begin(self, call: ToolCall) -> None:
        """Note that a call is about to be made, once more where it was cut off before.

        What was said about its earlier doubt is used up by that.
        """
        with self._writing() as db:
            db.execute(
                "INSERT INTO calls (run, id, name, hash, begun) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET attempts = attempts + 1, begun = excluded.begun",
                (self.run_id, call.id, call.name, fingerprint(call), time.time()),
            )
            db.execute(
                "DELETE FROM answers WHERE run = ? AND id = ? AND kind = 'doubt'",
                (self.run_id, call.id),
            )

    def end(self, seen: Observation) -> None:
        """Note what came of a call, without the secrets in it."""
        from agentic.safety.secrets import redacted

        outcome = whole(json.dumps(redacted(seen.model_dump(mode="json")), ensure_ascii=False))
        with self._writing() as db:
            db.execute(
                "UPDATE calls SET ended = ?, outcome = ? WHERE run = ? AND id = ?",
                (time.time(), outcome, self.run_id, seen.id),
            )

    def entry(self, call: ToolCall) -> Entry | None:
        """What is known of a call; None if it was never begun.

        Raises:
            StorageError: if another call was begun under its id.
        """
        row = self._row(
            "SELECT name, hash, attempts, outcome FROM calls WHERE run = ? AND id = ?",
            (self.run_id, call.id),
        )
        if row is None:
            return None
        name, known, attempts, outcome = row
        if known != fingerprint(call):
            raise StorageError(
                f"The journal of run {self.run_id} has another call as {call.id}; its files were "
                "changed or mixed up. Start the task anew."
            )
        seen = None if outcome is None else Observation.model_validate_json(outcome)
        return Entry(call.id, name, known, attempts, seen)

    def note_answer(self, question: Question, answer: Answer) -> None:
        """Keep what was said to a question, until the run asks it."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO answers (run, id, kind, answer) VALUES (?, ?, ?, ?)",
                (self.run_id, question.id, question.kind, answer.model_dump_json()),
            )

    def answer(self, question: Question) -> Answer | None:
        """What was said to a question; None so far."""
        row = self._row(
            "SELECT answer FROM answers WHERE run = ? AND id = ? AND kind = ?",
            (self.run_id, question.id, question.kind),
        )
        return None if row is None else Answer.model_validate_json(row[0])

    def note_start(self, told: dict[str, Any]) -> None:
        """Keep what the run starts from, for one that is killed before its first checkpoint."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO start (run, told) VALUES (?, ?)",
                (self.run_id, json.dumps(told, ensure_ascii=False)),
            )

    def start(self) -> dict[str, Any] | None:
        """What the run starts from; None where it was never kept."""
        row = self._row("SELECT told FROM start WHERE run = ?", (self.run_id,))
        return None if row is None else dict(json.loads(row[0]))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _row(self, query: str, values: tuple[str, ...]) -> Any:
        with self._reading() as db:
            return db.execute(query, values).fetchone()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, on disk when the block is left."""
        with self._reading() as db, db:
            yield db

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._open()
            except (sqlite3.Error, OSError) as error:
                raise StorageError(
                    f"What the run does can't be kept in {self._place.parent}: {error}. Make room, "
                    "or name another home folder by AGENTIC_HOME."
                ) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = private_database(self._place)
            # full: a row is on the disk itself, not on its way to it, when a call begins
            connection.executescript(
                f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_SCHEMA}"
            )
            self._connection = connection
        return self._connection
