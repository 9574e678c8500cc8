"""The SQLite file under the ledger: opened, checked, shared by threads, its errors explained."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memory.errors import StoreBusy, StoreError, StoreUnreadable
from memory.lock import ProcessLock

__all__ = ["ERASES", "VERSION", "Database"]

VERSION = 2
"""Version of the schema, kept in the file's `user_version`."""

ERASES = sqlite3.sqlite_version_info >= (3, 42)
"""Whether FTS5 can erase the words of a deleted row at once; before, it takes an `optimize`."""
ERASING = "INSERT INTO words (words, rank) VALUES ('secure-delete', 1);"

CACHE = "PRAGMA cache_size = -32768"
"""KiB of pages that a connection keeps at most. SQLite's own 2 MB hold too little of a memory of
100,000 records."""

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
"""Version 1; what came later is added by `STEPS`, so that new and old files are made alike."""

STEPS = {
    2: """
ALTER TABLE records ADD COLUMN importance REAL NOT NULL DEFAULT 0.5;
ALTER TABLE records ADD COLUMN gist TEXT;     -- its telling words, in order; NULL outside the gate
ALTER TABLE records ADD COLUMN subject TEXT;  -- what it states something of, if it is a statement
ALTER TABLE records ADD COLUMN document INTEGER REFERENCES documents ON DELETE CASCADE;
CREATE INDEX records_gist ON records (gist) WHERE gist IS NOT NULL;
CREATE INDEX records_subject ON records (subject) WHERE subject IS NOT NULL;
CREATE INDEX records_document ON records (document) WHERE document IS NOT NULL;
CREATE INDEX records_source ON records (source) WHERE source IS NOT NULL;
CREATE INDEX records_created ON records (created);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,              -- of the file's bytes and of the way it was cut
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    ingested TEXT NOT NULL
);
CREATE TABLE tags (                    -- what metadata a record can be filtered by
    key TEXT NOT NULL,
    value NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (key, value, seq)
) WITHOUT ROWID;
CREATE INDEX tags_seq ON tags (seq);
CREATE TABLE sources (                 -- where else a record came from
    source TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    PRIMARY KEY (source, seq)
) WITHOUT ROWID;
CREATE INDEX sources_seq ON sources (seq);
CREATE TABLE uses (                    -- when a record was made use of, and by what
    seq INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    at TEXT NOT NULL,
    by TEXT NOT NULL
);
CREATE INDEX uses_seq ON uses (seq, at);
CREATE TABLE past (                    -- records that were held once, without their words
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    metadata TEXT NOT NULL,
    created TEXT NOT NULL,
    importance REAL NOT NULL,
    ended TEXT NOT NULL,
    because TEXT NOT NULL,             -- superseded, faded
    by TEXT                            -- id of the record in its place
) WITHOUT ROWID;
CREATE INDEX past_by ON past (by);
CREATE TABLE history (                 -- what happened to a record after it was added
    id TEXT NOT NULL,
    at TEXT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX history_id ON history (id);
""",
}
"""What each version added."""


class Database:
    """A connection, used by one thread at a time; other processes have their own.

    A second one beside it only reads: searches need not wait for what the first is at.

    The file is made at once if it is not there.

    Raises:
        StoreError: the folder or file can't be made or written; StoreUnreadable, StoreBusy.
    """

    def __init__(self, path: Path, lock: ProcessLock, timeout: float) -> None:
        self.path = path
        self._timeout = timeout
        self._threads = threading.RLock()
        self._searching = threading.Lock()
        self._second: sqlite3.Connection | None = None
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
    def aside(self) -> Iterator[sqlite3.Connection]:
        """The second connection, which sees what was committed."""
        with self._searching, self._explained():
            if self._second is None:
                self._second = sqlite3.connect(
                    self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False
                )
                self._second.execute("PRAGMA query_only = ON")
                self._second.execute(CACHE)
            yield self._second

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

    def truncate_log(self) -> None:
        """Write the log (WAL) into the file and empty it, unless another process is reading."""
        with self._threads, self._searching, self._explained():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def vacuum(self) -> None:
        """Write the whole file anew, without what was deleted."""
        with self._threads, self._searching, self._explained():
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._connection.execute("VACUUM")
        self.truncate_log()

    def close(self) -> None:
        """Close the connections."""
        with self._threads, self._searching:
            if self._second is not None:
                self._second.close()
            self._connection.close()

    def _prepare(self, lock: ProcessLock) -> None:
        db = self._connection
        if self._version() < VERSION:
            with lock.hold():
                self._bring_up_to_date()
        if self._version() > VERSION:
            raise StoreUnreadable(
                f"The memory at {self.path} was written by a newer version (its schema is "
                f"{self._version()}, ours {VERSION}). Upgrade, or name another folder."
            )
        db.execute("PRAGMA foreign_keys = ON")
        # what is forgotten is overwritten, not only unlinked
        db.execute("PRAGMA secure_delete = ON")
        db.execute(CACHE)

    def _bring_up_to_date(self) -> None:
        db = self._connection
        if self._version() == 0:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(f"BEGIN;{SCHEMA}PRAGMA user_version = 1;COMMIT;")
        while (version := self._version() + 1) <= VERSION:
            step = STEPS[version] + (ERASING if ERASES else "")
            db.executescript(f"BEGIN;{step}PRAGMA user_version = {version};COMMIT;")

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
