"""What keeps each kind of server to reading, told to the server itself.

PostgreSQL: a read-only session and transaction, one statement by the extended protocol, as a
cursor's query, which can be nothing but a SELECT. MySQL and MariaDB: a read-only session and
transaction, one statement, which the server must be able to EXPLAIN. A role that may do more than
that on its server (a superuser, the FILE privilege) is refused.
All this is a second wall: the first is a role that has SELECT and nothing else.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agentic.errors import UsageError
from agentic.tools.databases.records import COUNTED, SHOWN, QueryError, Selection, selected

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Dialect

__all__ = ["arguments", "confine", "estimates", "select"]

_CONNECT_SECONDS = 5
_ACTING = re.compile(
    r"\b(set_config|nextval|setval|pg_notify|pg_(?:try_)?advisory\w*"
    r"|pg_(?:terminate|cancel)_backend|pg_(?:read|ls|stat)_\w*(?:file|dir)\w*|pg_reload_conf"
    r"|pg_rotate_logfile|pg_switch_wal|pg_promote|pg_export_snapshot|pg_logical_\w+"
    r"|pg_replication_\w+|lo_\w+|lowrite|loread|dblink\w*|(?:query|cursor)_to_xml\w*|ts_stat"
    r"|ts_rewrite|crosstab\w*|connectby)\s*\("
)
"""Functions that lock, signal or tell others, set what holds for the session, or run SQL that
stands in a text, which no look at a plan could see."""


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
        _check_functions(cursor, sql)
        # prepare=True: by the extended protocol, which takes one statement only
        cursor.execute(f"DECLARE answer NO SCROLL CURSOR FOR {sql}", prepare=True)
        cursor.execute("FETCH 0 FROM answer")
        with closing(cursor.stream(f"FETCH {SHOWN} FROM answer")) as rows:
            found = selected(_Streamed(cursor.description, rows))
        if len(found.rows) < SHOWN:
            return found
        # rows that are only counted stay on the server
        more = cursor.execute(f"MOVE {COUNTED - SHOWN} FROM answer").rowcount
        return replace(found, more=more, exact=more < COUNTED - SHOWN)


@dataclass(frozen=True)
class _Streamed:
    """Rows that come one at a time: each may be as large as the server's limit."""

    description: Any
    rows: Iterator[Any]

    def fetchone(self) -> Any:
        return next(self.rows, None)


def _check_functions(cursor: Any, sql: str) -> None:
    """Refuse a query whose plan calls what a read-only transaction lets act beyond itself.

    The server's plan is looked at and not the text, in which a name can be spelled in many ways.
    """
    cursor.execute(f"EXPLAIN (VERBOSE, COSTS FALSE) {sql}", prepare=True)
    found = _ACTING.search("\n".join(str(line) for (line,) in cursor.fetchall()))
    if found is not None:
        raise QueryError(f"the database is read-only, {found[1]}() is not allowed")


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
