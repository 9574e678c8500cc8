"""Databases behind a SQLAlchemy URL, kept to reading; every transaction is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentic.errors import ToolError, TransientToolError
from agentic.tools.databases import dialects
from agentic.tools.databases.addresses import redacted
from agentic.tools.databases.records import QueryError, Selection, Table

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

__all__ = ["Server", "open_server"]

_SAMPLED_TABLES = 30


@dataclass(frozen=True)
class Server:
    """An open connection to a database server."""

    connection: "Connection"
    url: "URL"
    name: str

    def select(self, sql: str) -> Selection:
        if "\0" in sql:  # drivers would drop the rest of the text
            raise QueryError("the query has a NUL character")
        with self._telling():
            return dialects.select(self.connection, sql)

    def tables(self, sample: int = 0) -> list[Table]:
        from sqlalchemy import inspect
        from sqlalchemy.engine.reflection import ObjectKind

        with self._telling():
            inspector = inspect(self.connection)
            found = inspector.get_multi_columns(kind=ObjectKind.ANY)
            counts = dialects.estimates(self.connection)
        tables: list[Table] = []
        for (_, name), columns in sorted(found.items(), key=lambda item: item[0][1]):
            kinds = tuple((each["name"], _kind(each["type"])) for each in columns)
            rows = self._sample(name, sample) if len(tables) < _SAMPLED_TABLES else None
            tables.append(Table(name, kinds, counts.get(name), about=True, sample=rows))
        return tables

    def _sample(self, table: str, count: int) -> Selection | None:
        import sqlalchemy

        if not count:
            return None
        every: Any = sqlalchemy.literal_column("*")
        query: Any = sqlalchemy.select(every).select_from(sqlalchemy.table(table)).limit(count)
        sql = query.compile(self.connection.engine, compile_kwargs={"literal_binds": True})
        with suppress(QueryError, ToolError):  # no right to read it, or a view that is broken
            return self.select(str(sql))
        return None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the driver's errors into ours, without the password."""
        from sqlalchemy.exc import DBAPIError

        driver = self.connection.dialect.dbapi
        assert driver is not None
        try:
            yield
        except (DBAPIError, driver.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            text = redacted(_message(cause), self.url)
            with suppress(Exception):  # the connection may be gone
                self.connection.connection.rollback()
            if _is_timeout(text):
                raise ToolError(
                    "The query took too long; narrow it with WHERE, or join fewer tables."
                ) from None
            raise QueryError(text) from None


@contextmanager
def open_server(url: "URL", name: str, seconds: float, trusted: bool) -> Iterator[Server]:
    """Connect for reading only; what is done is rolled back.

    Args:
        url: What `server_url` gave.
        name: The name that the user gave the database.
        seconds: Time that a query may take.
        trusted: Whether the user vouches for the role.

    Raises:
        TransientToolError: if there is no connection.
        UsageError: if the role may do too much.
    """
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args=dialects.arguments(url, seconds)
    )
    try:
        connection = engine.connect()
    except DBAPIError as error:
        text = redacted(_message(error.orig), url)
        raise TransientToolError(f"Database {name!r} can't be reached: {text}") from None
    try:
        dialects.confine(connection, name, seconds, trusted)
        yield Server(connection, url, name)
    finally:
        with suppress(Exception):  # the connection may be gone, and nothing was written
            connection.connection.rollback()
        connection.close()
        engine.dispose()


def _kind(kind: Any) -> str:
    try:
        return str(kind)
    except Exception:  # a type that can't be compiled without its dialect
        return type(kind).__name__


def _message(error: BaseException | None) -> str:
    """The first line of what the driver said; of MySQL's pair of number and text the text."""
    parts: tuple[Any, ...] = getattr(error, "args", ())
    text = str(parts[1] if len(parts) == 2 else error)
    return text.strip().partition("\n")[0]


def _is_timeout(text: str) -> bool:
    said = (
        "statement timeout",
        "maximum statement execution time exceeded",
        "max_statement_time exceeded",
    )
    return any(each in text for each in said)
