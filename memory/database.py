"""The SQLite file under the ledger: opened, checked, shared by threads, its errors explained."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memory.errors import StoreBusy, StoreError, StoreUnreadable
from memory.lock import ProcessLock

__all__ = ["VERSION", "Database"]

VERSION = 1
"""Version of the schema, kept in the file's `user_version`."""

SCHEMA = """
CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    digest BLOB NOT NULL,              -- of the text: the same text of the same kind is kept once
    text TEXT NOT NULL,
    source TEXT,
    metadata TEXT NOT NULL,            -- JSON
    created TEXT NOT NULL,             -- ISO 8601, UTC
    state INTEGER NOT NULL DEFAULT 0,  -- 0 no vector yet, 1 vector in the ledger, 2 indexed too
    UNIQUE (kind, digest)
);
CREATE INDEX pending ON records (state, seq) WHERE state < 2;
CREATE TABLE vectors (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL               -- float32, little-endian
);
CREATE TABLE dropped (id TEXT PRIMARY KEY, kind TEXT NOT NULL);  -- forgotten, still in the index
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 0), ('index', 1);
CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
"""


class Database:
    """One connection, used by one thread at a time; other processes have their own.

    The file is made at once if it is not there.

    Raises:
        StoreError: the folder or file can't be made or written; StoreUnreadable, StoreBusy.
    """

    def __init__(self, path: Path, lock: ProcessLock, timeout: float) -> None:
        self.path = path
        self._threads = threading.RLock()
        with self._explained():
            # SQLite gives its WAL the mode of the file, so the file is made first.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=timeout, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(lock)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for reading."""
        with self._threads, self._explained():
            yield self._connection

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """The connection within a transaction, rolled back if the block raises.

        Args:
            durable: Whether what is written survives a power cut as soon as the block ends.
        """
        with self._threads, self._explained():
            db = self._connection
            db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connection."""
        with self._threads:
            self._connection.close()

    def _prepare(self, lock: ProcessLock) -> None:
        db = self._connection
        if self._version() == 0:
            with lock.hold():
                if self._version() == 0:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(f"BEGIN;{SCHEMA}PRAGMA user_version = {VERSION};COMMIT;")
        if self._version() > VERSION:
            raise StoreUnreadable(
                f"The memory at {self.path} was written by a newer version (its schema is "
                f"{self._version()}, ours {VERSION}). Upgrade, or name another folder."
            )
        db.execute("PRAGMA foreign_keys = ON")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._told(error) from error
        except sqlite3.DatabaseError as error:
            if _code(error) not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise
            raise self._damaged(str(error)) from error
        except OSError as error:
            raise self._unwritable(str(error)) from error

    def _told(self, error: sqlite3.OperationalError) -> StoreError:
        match _code(error):
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return StoreBusy(
                    f"Another process is writing to the memory at {self.path}. Try again when it "
                    "is done."
                )
            case sqlite3.SQLITE_FULL:
                return StoreError(f"No room left for the memory at {self.path}. Free disk space.")
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                return self._unwritable(str(error))
            case sqlite3.SQLITE_IOERR:
                return StoreError(
                    f"Can't read or write {self.path} ({error}). Check the disk and its free space."
                )
        return self._damaged(str(error))

    def _damaged(self, reason: str) -> StoreUnreadable:
        return StoreUnreadable(
            f"{self.path} is damaged or not a memory ({reason}). Put a copy in its place, or move "
            "it away to begin an empty memory."
        )

    def _unwritable(self, reason: str) -> StoreError:
        return StoreError(
            f"Can't write the memory at {self.path} ({reason}). Make the folder writable, or name "
            "another."
        )


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
