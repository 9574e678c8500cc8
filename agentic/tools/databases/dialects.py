"""What keeps each kind of server to reading, told to the server itself.

PostgreSQL: a read-only session and transaction, one statement by the extended protocol, as a
cursor's query, which can be nothing but a SELECT. MySQL and MariaDB: a read-only session and
transaction, one statement, which the server must be able to EXPLAIN. A role that may do more than
that on its server (a superuser, the FILE privilege) is refused.
All this is a second wall: the first is a role that has SELECT and nothing else.
"""

from typing import TYPE_CHECKING, Any

from agentic.errors import UsageError
from agentic.tools.databases.records import Selection, selected

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Dialect

__all__ = ["arguments", "confine", "estimates", "select"]

_CONNECT_SECONDS = 5
_BATCH = 50


def arguments(url: "URL", seconds: float) -> dict[str, Any]:
    """What the driver is told at connecting; it beats what the URL says."""
    match url.get_backend_name():
        case "postgresql":
            return {"connect_timeout": _CONNECT_SECONDS}
        case "mysql" | "mariadb":
            wait = int(seconds) + _CONNECT_SECONDS
            own = {"client_flag": 0, "local_infile": False}  # no multiple statements, no files
            return own | {"connect_timeout": _CONNECT_SECONDS, "read_timeout": wait}
    return {}


def confine(connection: "Connection", name: str, seconds: float, trusted: bool) -> None:
    """Make the session read-only and limit its time, before a transaction is begun."""
    dialect, milliseconds = connection.dialect, max(1, int(seconds * 1000))
    powers = None
    if dialect.name == "postgresql":
        connection.execution_options(postgresql_readonly=True)
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET statement_timeout = {milliseconds}")
        connection.exec_driver_sql(f"SET idle_in_transaction_session_timeout = {milliseconds * 2}")
        powers = "SELECT 'is a superuser' WHERE current_setting('is_superuser') = 'on'"
    elif dialect.name in {"mysql", "mariadb"}:
        connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        connection.exec_driver_sql(_mysql_time_limit(dialect, seconds))
        powers = (
            "SELECT 'may write files (FILE)' FROM information_schema.user_privileges "
            "WHERE privilege_type IN ('FILE', 'SUPER') LIMIT 1"
        )
    if powers is None:
        return
    found = None if trusted else connection.exec_driver_sql(powers).scalar()
    if found:
        raise UsageError(
            f"The role that reads database {name!r} {found}. Use one that may only SELECT, or "
            "pass trusted=True."
        )
    connection.commit()  # what was set holds from here on, and is not rolled back


def select(connection: "Connection", sql: str) -> Selection:
    """The answer to one statement, in the strictest way that the dialect has."""
    match connection.dialect.name:
        case "postgresql":
            return _by_postgresql(connection, sql)
        case "mysql" | "mariadb":
            return _by_mysql(connection, sql)
    return _plainly(connection, sql)


def estimates(connection: "Connection") -> dict[str, int]:
    """The server's own estimates of how many rows a table has."""
    query = {
        "postgresql": "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace = current_schema()::regnamespace AND reltuples >= 0",
        "mysql": "SELECT table_name, table_rows FROM information_schema.tables "
        "WHERE table_schema = database() AND table_rows IS NOT NULL",
    }
    dialect = "mysql" if connection.dialect.name == "mariadb" else connection.dialect.name
    if dialect not in query:
        return {}
    return {str(row[0]): int(row[1]) for row in connection.exec_driver_sql(query[dialect])}


def _mysql_time_limit(dialect: "Dialect", seconds: float) -> str:
    if getattr(dialect, "is_mariadb", False):
        return f"SET SESSION max_statement_time = {seconds:g}"
    return f"SET SESSION max_execution_time = {max(1, int(seconds * 1000))}"


def _by_postgresql(connection: "Connection", sql: str) -> Selection:
    """The query of a cursor: the grammar allows only SELECT, VALUES and TABLE there."""
    cursor: Any = connection.connection.cursor()
    with cursor:
        # prepare=True: by the extended protocol, which takes one statement only
        cursor.execute(f"DECLARE answer NO SCROLL CURSOR FOR {sql}", prepare=True)
        fetch = f"FETCH {_BATCH} FROM answer"
        cursor.execute(fetch)
        found = selected(_Fetching(cursor, fetch))
        cursor.execute("CLOSE answer")
        return found


class _Fetching:
    """A server's cursor, read in batches."""

    def __init__(self, cursor: Any, fetch: str) -> None:
        self._cursor, self._fetch = cursor, fetch

    @property
    def description(self) -> Any:
        return self._cursor.description

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        if row is None and self._cursor.rowcount == _BATCH:
            self._cursor.execute(self._fetch)
            row = self._cursor.fetchone()
        return row


def _by_mysql(connection: "Connection", sql: str) -> Selection:
    """One statement that can be explained: CALL, which might begin its own transaction, can't."""
    driver: Any = connection.connection.driver_connection
    module: Any = connection.dialect.dbapi
    with driver.cursor() as cursor:
        cursor.execute("START TRANSACTION READ ONLY")
        cursor.execute(f"EXPLAIN {sql}")
    with driver.cursor(module.cursors.SSCursor) as cursor:
        cursor.execute(sql)
        return selected(cursor)


def _plainly(connection: "Connection", sql: str) -> Selection:
    """For a role that the user vouches for."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
        return selected(cursor)
    finally:
        cursor.close()
