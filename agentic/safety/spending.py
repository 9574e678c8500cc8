"""What all runs have used today: an account on disk that they share, whatever the process."""

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Lock

from agentic.errors import StorageError
from agentic.filing import private_database
from agentic.safety.budget import Usage

__all__ = ["NAME", "Spending"]

NAME = "spending.sqlite"
KEPT = timedelta(days=40)
_AMOUNTS = ("model_calls", "tool_calls", "prompt_tokens", "cached_tokens", "completion_tokens")
_NAMES = (*_AMOUNTS, "cost")
_COLUMNS = ", ".join(f"{name} NUMERIC NOT NULL" for name in _NAMES)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS spent (
    run TEXT NOT NULL, day TEXT NOT NULL, {_COLUMNS}, PRIMARY KEY (run, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, {_COLUMNS}) WITHOUT ROWID;
"""
_SUMS = ", ".join(f"coalesce(sum({name}), 0)" for name in _NAMES)
_SPENT = f"SELECT {_SUMS} FROM spent WHERE run = ? AND day"
_KEEP = f"INSERT OR REPLACE INTO spent VALUES ({', '.join('?' * (len(_NAMES) + 2))})"
_ADD = f"""
INSERT INTO days VALUES ({", ".join("?" * (len(_NAMES) + 1))})
ON CONFLICT (day) DO UPDATE SET {", ".join(f"{name} = {name} + excluded.{name}" for name in _NAMES)}
RETURNING {", ".join(_NAMES)}
"""


class Spending:
    """The account of the days. Days are those of the local calendar.

    A run's usage is noted as a whole, again and again as it grows: a note that is lost is made up
    for by the next, and one that is made twice counts once.

    Args:
        home: The home folder; the file is made when something is noted.
        today: Tells the day.
    """

    def __init__(self, home: Path, today: Callable[[], date] = date.today) -> None:
        self._place = home / NAME
        self._today = today
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0

    def note(self, run_id: str, usage: Usage) -> Usage:
        """Take down what a run has used so far, on whatever days.

        Returns:
            What makes it, added to that usage, all that runs have used today. What a run used on
            another day is taken off, and runs whose cost is not known cost nothing.

        Raises:
            StorageError: if it can't be kept.
        """
        cost = 0.0 if usage.cost is None else usage.cost
        whole = [*(getattr(usage, name) for name in _AMOUNTS), cost]
        day = self._today().isoformat()
        with self._writing() as db:
            earlier = db.execute(f"{_SPENT} <> ?", (run_id, day)).fetchone()
            before = db.execute(f"{_SPENT} = ?", (run_id, day)).fetchone()
            now = _less(whole, earlier)
            db.execute(_KEEP, (run_id, day, *now))
            total = db.execute(_ADD, (day, *_less(now, before))).fetchone()
        return Usage(**dict(zip(_NAMES, _less(total, whole), strict=True)))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._open() as db:
                    yield db
            except (sqlite3.Error, OSError) as error:
                raise StorageError(
                    f"What is used a day can't be kept in {self._place}: {error}. Make room, name "
                    "another home folder by AGENTIC_HOME, or delete the file if it is damaged."
                ) from error

    def _open(self) -> sqlite3.Connection:
        """The connection; a new one after a fork, for SQLite must not carry one across."""
        if self._connection is None or self._process != os.getpid():
            connection = private_database(self._place)
            weakref.finalize(self, connection.close)
            # normal: after a power cut the last notes may be gone; the runs go on and note again
            pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            connection.executescript(pragmas + _SCHEMA)
            old = (self._today() - KEPT).isoformat()
            with connection:
                for table in ("spent", "days"):
                    connection.execute(f"DELETE FROM {table} WHERE day < ?", (old,))
            self._connection, self._process = connection, os.getpid()
        return self._connection


def _less(amounts: Sequence[float], others: Sequence[float]) -> list[float]:
    return [amount - other for amount, other in zip(amounts, others, strict=True)]
