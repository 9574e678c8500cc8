"""Query databases and files of data with SQL that can only read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from agentic.errors import ToolError, UsageError
from agentic.naming import did_you_mean, nearest
from agentic.tools.base import Effect, Tool, tool
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.databases.addresses import server_url
from agentic.tools.databases.duckdb import open_duckdb
from agentic.tools.databases.holding import held
from agentic.tools.databases.kinds import ALLOWED, ENDINGS, kind_of
from agentic.tools.databases.printed import explained, printed_rows, printed_schema
from agentic.tools.databases.records import SAMPLE, Engine, QueryError, Table
from agentic.tools.databases.server import open_server
from agentic.tools.databases.sqlite import open_sqlite
from agentic.tools.workspace import Workspace, displayed

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["database_tool", "query_database"]

_LABELS = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}
_SLACK = 20
"""Seconds that a call may take beyond the query: to connect, to load a file, to show the schema."""
_MOST_LOOKED_AT = 2_000
"""Entries of a workspace among which a file that can be queried is looked for."""
_NAMED = 8
"""Files of data that an error names."""
_DOC = """Ask a database or a CSV, Parquet or JSONL file with SQL; without sql it shows the tables.

Args:
    database: {names}File in the workspace.
    sql: One SELECT; empty to see tables and columns first.
"""


@dataclass(frozen=True)
class _Source:
    """Where a database lies."""

    name: str
    """What errors and sources call it."""
    place: "Path | URL"
    root: Path | None = None
    """The workspace, for a file that the model named."""


def database_tool(
    databases: Mapping[str, str | Path] | None = None,
    *,
    trusted: bool = False,
    seconds: float = 20.0,
    name: str = "query_database",
) -> Tool:
    """A tool that queries files of the workspace, and databases that you name.

    It can only read. For files the connection and the system see to that; for PostgreSQL and MySQL
    the server is told to, which is no full protection: functions that the role may call may do
    anything. **The real protection is a role that has SELECT and nothing else.**

    Args:
        databases: For each name that the model may use, a path or an SQLAlchemy URL such as
            "postgresql://reader:secret@host/shop". The model never sees the URL.
        trusted: Whether you vouch that the roles in the URLs may only read; then every kind of
            database is taken, and superusers too.
        seconds: Time that a query may take.
        name: The tool's name.

    Raises:
        UsageError: if a URL can't be used, or nothing would keep its queries from writing.
    """
    if not seconds > 0:
        raise UsageError("The time limit of a query must be over 0 seconds.")
    named = {
        key: _Source(key, _placed(key, place, trusted)) for key, place in (databases or {}).items()
    }
    if databases:
        from agentic.safety.secrets import known_address

        for key, place in databases.items():
            known_address(key, str(place))
    effects: list[Effect] = ["reads"]
    if any(not isinstance(source.place, Path) for source in named.values()):
        effects.append("network")

    def query(
        context: ToolContext, database: Annotated[str, Field(min_length=1)], sql: str = ""
    ) -> ToolOutput:
        source = _found(context, database, named)
        with _opened(source, seconds, trusted) as (engine, title, note):
            text = _answer(engine, _bare(sql), title)
        return ToolOutput(text + note, (source.name,))

    query.__doc__ = _DOC.format(names=f"{', '.join(named)}, or a file. " if named else "")
    make = tool(
        name=name,
        effects=effects,
        untrusted=True,  # what stands in rows, others may have written
        private=True,
        repeatable=True,
        timeout=seconds + _SLACK,
        when=None if named else _has_data,
    )
    return make(query)


def _has_data(context: ToolContext) -> bool:
    return next(_data(context), None) is not None


def _data(context: ToolContext) -> Iterator[Path]:
    """The files of the workspace that can be queried, as far as their names tell."""
    workspace = Workspace(context.workspace)
    places = islice(workspace.walk(workspace.folder, "**/*"), _MOST_LOOKED_AT)
    return (place for place in places if place.suffix.lower() in ENDINGS)


query_database = database_tool()


def _answer(engine: Engine, sql: str, title: str) -> str:
    if not sql:
        try:
            return printed_schema(title, engine.tables(SAMPLE))
        except QueryError as error:
            raise ToolError(f"The tables can't be listed: {error}") from error
    try:
        return printed_rows(engine.select(sql))
    except QueryError as error:
        failure = error
    tables: list[Table] = []
    with suppress(QueryError):  # what failed is worth more than why the tables can't be listed
        tables = engine.tables()
    raise ToolError(explained(failure, tables)) from failure


def _bare(sql: str) -> str:
    """The statement without the fence of Markdown and the semicolon that models put around it."""
    text = sql.strip()
    if text.startswith("```") and text.endswith("```") and len(text) > 6:
        text = text[3:-3].removeprefix("sqlite").removeprefix("sql").strip()
    return text.rstrip("; \n\t；")


def _found(context: ToolContext, database: str, named: Mapping[str, _Source]) -> _Source:
    """The database of that name, or the file in the workspace."""
    if database.strip() in named:
        return named[database.strip()]
    if "://" in database:
        there = f"; there are: {', '.join(named)}" if named else ""
        raise ToolError(f"Give a file or a name, not an address{there}.")
    workspace = Workspace(context.workspace)
    try:
        place = workspace.find(database)
    except ToolError as error:
        near = did_you_mean(nearest(database, named))
        there = f" Databases: {', '.join(named)}.{near}" if named else ""
        files = [displayed(workspace.relative(each)) for each in islice(_data(context), _NAMED)]
        listed = f" Files of data: {', '.join(files)}." if files else ""
        raise ToolError(f"{error}{there}{listed}") from error
    if place.is_dir():
        raise ToolError(f"{displayed(database)!r} is a folder; give {ALLOWED}.")
    return _Source(displayed(workspace.relative(place)), place, workspace.folder)


def _placed(name: str, address: str | Path, trusted: bool) -> "Path | URL":
    """Where a configured database lies: SQLite and DuckDB URLs are files."""
    if isinstance(address, Path) or "://" not in address:
        return Path(address).expanduser().resolve()
    backend, _, rest = address.partition("://")
    if backend.partition("+")[0] not in {"sqlite", "duckdb"}:
        return server_url(name, address, trusted)
    path = rest.partition("?")[0].removeprefix("/")
    if not path or path == ":memory:":
        raise UsageError(f"Database {name!r} names no file; write 'sqlite:///folder/shop.db'.")
    return Path(path).expanduser().resolve()


@contextmanager
def _opened(source: _Source, seconds: float, trusted: bool) -> Iterator[tuple[Engine, str, str]]:
    """The engine, a title for its schema, and a note to add to what it gives."""
    place, name = source.place, source.name
    if not isinstance(place, Path):
        with open_server(place, name, seconds, trusted) as server:
            yield server, f"{name} ({_LABELS.get(place.get_backend_name(), 'SQL')})", ""
        return
    if not place.exists():
        raise ToolError(f"The file of database {name!r} is not there; the user has to mend that.")
    with held(source.root or place.parent, place, name) as file:
        kind = kind_of(file, name)
        if kind in {"sqlite", "sqlite-wal"}:
            with open_sqlite(file, name, seconds, in_wal_mode=kind == "sqlite-wal") as sqlite:
                yield sqlite, f"{name} (SQLite)", ""
            return
        with open_duckdb(file, kind, name, seconds) as (duckdb, guess):
            note = f"\n(read as {guess}, which is a guess)" if guess else ""
            yield duckdb, f"{name} (DuckDB)", note
