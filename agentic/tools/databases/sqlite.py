"""SQLite files, read through a connection that can't write.

`mode=ro` keeps the file, the authorizer lets nothing but reading be prepared (so no ATTACH and no
VACUUM INTO, which would write other files), and the progress handler ends what takes too long.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from threading import Lock

from agentic.errors import ToolError, TransientToolError
from agentic.tools.databases.formatting import hold_formats
from agentic.tools.databases.holding import Held, descriptors
from agentic.tools.databases.records import QueryError, Selection, Table, selected

__all__ = ["SQLite", "open_sqlite"]

_ALLOWED = frozenset(
    {
        *(sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ),
        *(sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE),
    }
)
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})
_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}
)
_OWN_PRAGMAS = frozenset({"data_version", "page_size"})
"""What full-text tables ask for themselves."""
_LONGEST_VALUE = 16_000_000
_LEAST_VALUE = 100_000
_MEMORY = 512_000_000
"""Bytes for the values of a query; SQLite's own limit would be one of the whole program."""
_HOLDING = frozenset({"Function", "PureFunc", "Concat", "Column", "VColumn", "AggFinal", "Cast"})
"""Instructions that leave a value of any length behind."""
_SLOW = {
    **dict.fromkeys(("trim(2)", "ltrim(2)", "rtrim(2)"), _LEAST_VALUE),
    **dict.fromkeys(("instr(2)", "replace(3)", "like(2)", "like(3)", "glob(2)"), 2_000_000),
}
"""How long a value may be for functions that take the square of it, and can't be stopped."""
_LONGEST_PATTERN = 500
_MOST_STEPS = 100_000
"""Instructions of a query that are looked at."""
_STEPS = 1000
"""Instructions of the virtual machine between two looks at the clock."""
_WAIT = 0.2
"""Seconds to wait for a lock."""
_COUNTED_BYTES = 50_000_000
"""Size of a file up to which rows are counted, which reads all of it."""
_SAMPLED_SECONDS = 1.0
_OPENING = Lock()
"""Held while a file is opened, so that it can be told which one was."""


class SQLite:
    """An open SQLite file.

    Args:
        connection: A connection that `open_sqlite` made.
        name: What errors call the file.
        seconds: Time that a query may take.
        small: Whether the file is small enough to count rows.
    """

    def __init__(
        self, connection: sqlite3.Connection, name: str, seconds: float, small: bool = True
    ) -> None:
        self.connection = connection
        self._name, self._seconds, self._small = name, seconds, small
        self._end = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > self._end, _STEPS)

    def select(self, sql: str) -> Selection:
        try:
            self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._longest(sql))
            return selected(self.connection.execute(sql))
        except sqlite3.Error as error:
            raise self._told(error) from error
        except ValueError as error:  # a NUL byte
            raise QueryError(str(error)) from error

    def _longest(self, sql: str) -> int:
        """How long a value may be, so that the query stays within memory and can be stopped."""
        try:
            program = list(islice(self.connection.execute(f"EXPLAIN {sql}"), _MOST_STEPS))
        except sqlite3.Error:  # what is wrong with the query shows when it is run
            return _LEAST_VALUE
        holding = sum(step[1] in _HOLDING for step in program)
        limits = [_SLOW[step[5]] for step in program if step[5] in _SLOW]
        return min([max(_LEAST_VALUE, _MEMORY // (holding or 1)), _LONGEST_VALUE, *limits])

    def tables(self, sample: int = 0) -> list[Table]:
        try:
            found = self.connection.execute("SELECT name, type FROM pragma_table_list "
                "WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name").fetchall()  # fmt: skip
            return [self._table(name, kind, sample) for name, kind in found]
        except sqlite3.Error as error:
            raise self._told(error) from error

    def _table(self, name: str, kind: str, sample: int) -> Table:
        columns: list[tuple[str, str]] = []
        place = '"' + name.replace('"', '""') + '"'
        count, rows = None, None
        whole, self._end = self._end, min(self._end, time.monotonic() + _SAMPLED_SECONDS)
        with suppress(sqlite3.Error):  # a view that is slow or broken is shown without them
            columns = self.connection.execute(
                "SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", [name]
            ).fetchall()
            if sample:
                rows = selected(self.connection.execute(f"SELECT * FROM {place} LIMIT ?", [sample]))
            if sample and self._small and kind == "table":
                count = self.connection.execute(f"SELECT count(*) FROM {place}").fetchone()[0]
        self._end = whole
        return Table(name, tuple(columns), count, sample=rows)

    def _told(self, error: sqlite3.Error) -> Exception:
        """The error sorted by who can do something about it."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of the bits says more
        match code:
            case sqlite3.SQLITE_INTERRUPT:
                return ToolError(
                    f"The query took longer than {self._seconds:g} seconds; narrow it with WHERE, "
                    "or join fewer tables."
                )
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return TransientToolError(f"{self._name!r} is locked by another program for now.")
            case sqlite3.SQLITE_NOTADB:
                return ToolError(f"{self._name!r} is no SQLite database, or an encrypted one.")
            case sqlite3.SQLITE_CORRUPT:
                return ToolError(f"{self._name!r} is damaged: {error}.")
            case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
                return ToolError(f"{self._name!r} can't be opened: {error}.")
            case sqlite3.SQLITE_TOOBIG:
                return ToolError("A value is too large to be read; use length() or substr().")
            case sqlite3.SQLITE_AUTH | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
                return QueryError("the database is read-only, this is not allowed")
        return QueryError(str(error))


@contextmanager
def open_sqlite(file: Held, name: str, seconds: float, *, in_wal_mode: bool) -> Iterator[SQLite]:
    """Open a SQLite file for reading only.

    A file in WAL mode that nobody has open is taken as immutable: else SQLite would leave its
    "-shm" and "-wal" files beside it.

    Args:
        file: The file.
        name: What errors call it.
        seconds: Time that a query may take.
        in_wal_mode: Whether the file's header says so.
    """
    place = file.place
    idle = in_wal_mode and not place.with_name(f"{place.name}-wal").exists()
    address = f"{place.as_uri()}?mode=ro{'&immutable=1' if idle else ''}"
    connection = _connected(address, file, name)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, _LONGEST_PATTERN)
        engine = SQLite(connection, name, seconds, file.stat().st_size <= _COUNTED_BYTES)
        _guard(connection)
        yield engine
    finally:
        connection.close()


def _connected(address: str, file: Held, name: str) -> sqlite3.Connection:
    with _OPENING:
        before = descriptors()
        try:
            connection = sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None)
        except sqlite3.Error as error:
            raise ToolError(f"{name!r} can't be opened: {error}.") from error
        try:
            file.check_opened(before, name)
        except BaseException:
            connection.close()
            raise
    return connection


def _guard(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):  # what is wrong with the file shows again at the first query
        connection.execute("PRAGMA trusted_schema = OFF")
        hold_formats(connection)
        virtual = connection.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
        ).fetchall()
        for (name,) in virtual:
            _prepare_virtual(connection, name)
    connection.set_authorizer(_authorize)


def _prepare_virtual(connection: sqlite3.Connection, name: str) -> None:
    """Let a virtual table prepare its own statements: R-trees prepare writing ones, to be read."""
    with suppress(sqlite3.Error):
        connection.execute(f'SELECT 1 FROM "{name.replace(chr(34), chr(34) * 2)}" LIMIT 0')


def _authorize(
    action: int, first: str | None, second: str | None, base: str | None, trigger: str | None
) -> int:
    """Allow what only reads; everything not named is denied, whatever it may be called."""
    allowed = action in _ALLOWED
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in _FORBIDDEN_FUNCTIONS
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = first in _PRAGMAS or (first in _OWN_PRAGMAS and second is None)
    elif action == sqlite3.SQLITE_UPDATE:
        # Declaring a virtual table passes for this; a true one SQLite itself refuses.
        allowed = first == "sqlite_master" and base == "main"
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
