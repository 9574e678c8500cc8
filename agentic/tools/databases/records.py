"""What an engine gives: tables, rows, and why a query could not be answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from agentic.errors import ToolError

__all__ = ["COUNTED", "SAMPLE", "SHOWN", "Engine", "QueryError", "Selection", "Table", "selected"]

SHOWN = 100
"""Rows of a result that are kept."""
COUNTED = 10_000
"""Rows of a result that are counted; of more, the count says "at least"."""
SAMPLE = 3
"""Rows of each table that go with the schema."""


class QueryError(Exception):
    """The database did not run the query; its text is the engine's own."""


@dataclass(frozen=True)
class Selection:
    """Rows of a result, and how many there are beyond them."""

    columns: tuple[str, ...]
    """Names, in the query's order; two may be alike."""
    rows: tuple[tuple[Any, ...], ...]
    more: int = 0
    exact: bool = True
    """Whether `more` is all of the rest."""


@dataclass(frozen=True)
class Table:
    """A table or a view."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """Name and type of each."""
    count: int | None = None
    """Number of rows, where it is known at little cost."""
    about: bool = False
    """Whether `count` is an estimate."""
    sample: Selection | None = None
    schema: str = ""
    """The schema to name before it, where it is not the one that names are looked up in."""


_MOST_KEPT = 64_000_000
"""Bytes and characters of a result that are kept; what a model is shown is far less."""


class Engine(Protocol):
    """An open database."""

    def select(self, sql: str) -> Selection:
        """The answer to one reading statement.

        Raises:
            QueryError: if the database refuses or can't run it.
            ToolError: if the time is over, or the database is locked or damaged.
        """

    def tables(self, sample: int = 0) -> list[Table]:
        """The tables, with so many rows of each."""


class _Cursor(Protocol):
    @property
    def description(self) -> Sequence[Sequence[Any]] | None: ...
    def fetchone(self) -> Any: ...


def _bounded(rows: Iterator[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows, so long as they are not too much to hold."""
    size = 0
    for row in rows:
        size += sum(len(each) for each in row if isinstance(each, str | bytes | memoryview))
        if size > _MOST_KEPT:
            raise ToolError("The result is too large; use length(), substr() or LIMIT.")
        yield tuple(row)


def selected(cursor: _Cursor) -> Selection:
    """What a DB-API cursor holds, a row at a time, so that long rows are not all kept at once.

    Raises:
        QueryError: if the statement has no result.
    """
    if cursor.description is None:
        raise QueryError("this statement gives no rows")
    rows = iter(cursor.fetchone, None)
    kept = tuple(_bounded(islice(rows, SHOWN)))
    more = sum(1 for _ in islice(rows, COUNTED - SHOWN))
    return Selection(
        tuple(str(column[0]) for column in cursor.description),
        kept,
        more,
        exact=len(kept) + more < COUNTED or cursor.fetchone() is None,
    )
