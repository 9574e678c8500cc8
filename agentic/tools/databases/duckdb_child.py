"""Answer one query on a DuckDB, CSV, Parquet or JSON file, as a process of its own.

DuckDB can't be held to its limits from within: one call of `repeat` in a query outlasts the time
limit and the memory limit. A process can. It is started with this file as the program, so it
imports nothing of the framework, and takes and gives JSON on its standard streams.

Reading only is ensured four times over: the file is attached READ_ONLY, or loaded into memory and
closed; no file can be opened afterwards and the configuration is locked; DuckDB's own parser must
find one SELECT; and the system lets the process write no file.
"""

import json
import os
import sys
from contextlib import suppress
from typing import Any

import duckdb

__all__ = ["answer", "open_guarded"]

_MEMORY = "1GB"
_ADDRESSES = 3 << 30
"""Bytes of address space that the process may take."""
_LONGEST_TEXT = 4000
_LONGEST_REPLY = 20_000_000
_SAMPLED_SECONDS = 1.0
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "memory_limit": _MEMORY,
    "temp_directory": "",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The tables, or the rows that a query selects; an "error" where it failed."""
    stage = "open"
    try:
        with open_guarded(request) as connection:
            stage = "query"
            if request["sql"]:
                return _rows(connection, request)
            return {"tables": _tables(connection, request)}
    except (duckdb.Error, OSError, UnicodeError) as error:
        return {"error": str(error), "kind": type(error).__name__, "stage": stage}
    except MemoryError:
        return {"error": "out of memory", "kind": "OutOfMemoryException", "stage": stage}


def open_guarded(request: dict[str, Any]) -> Any:
    """A connection that sees the requested file as tables, and nothing else."""
    connection = duckdb.connect(":memory:", config=_CONFIG)
    seconds = request["seconds"] if request["sql"] else _SAMPLED_SECONDS
    connection.execute("SET enable_progress_bar = false")
    if request["kind"] == "duckdb":
        connection.execute(
            f"ATTACH {_text(request['path'])} AS {_name(request['table'])} (READ_ONLY)"
        )
        _check_opened(request.get("inode"))
        connection.execute(f"USE {_name(request['table'])}")
    else:
        _load(connection, request)
    connection.execute(f"SET max_execution_time = {max(1, int(seconds * 1000))}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET disabled_filesystems = 'LocalFileSystem'")
    connection.execute("SET lock_configuration = true")
    if request["sql"]:  # the table in memory is not written either
        connection.execute("BEGIN TRANSACTION READ ONLY")
    return connection


def _check_opened(inode: list[int] | None) -> None:
    """Refuse another file than was meant: one that a link led to which was put there meanwhile."""
    if inode is None:
        return
    opened = set()
    for each in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the listing's own is closed by now
            seen = os.fstat(int(each))
            opened.add((seen.st_dev, seen.st_ino))
    if tuple(inode) not in opened:
        raise OSError("it was moved or replaced while it was being opened")


def _load(connection: Any, request: dict[str, Any]) -> None:
    """Take the file into a table of memory, and let its file name stand for the table too."""
    table = _name(request["table"])
    *strict, last = _readers(request["kind"])
    load = f"CREATE TABLE {table} AS FROM "
    try:
        connection.execute(load + (strict or [last])[0], [request["path"]])
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        if not strict:
            raise
        connection.execute(load + last, [request["path"]])
    for alias in request["aliases"]:
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {_name(alias)} AS FROM memory.main.{table}"
        )


def _readers(kind: str) -> list[str]:
    """Calls that read a file: one, or a strict one and one that takes what it refuses."""
    if kind == "parquet":
        return ["read_parquet(?)"]
    if kind == "json":
        return ["read_json_auto(?, sample_size = -1)"]
    # All of the file is looked at for types; if they still don't hold, all columns are text.
    csv = "read_csv(?, sample_size = -1, null_padding = true, parallel = false{})"
    return [csv.format(""), csv.format(", all_varchar = true")]


def _rows(connection: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        statements = connection.extract_statements(request["sql"])
        reading = [each.type == duckdb.StatementType.SELECT for each in statements]
    except (ValueError, TypeError):  # a kind of statement that Python has no name for; no text
        reading = []
    if reading != [True]:
        return {"error": "the database is read-only, this is not allowed", "stage": "query"}
    connection.execute(statements[0])
    rows = connection.fetchmany(request["shown"])
    more, most = 0, request["counted"] - request["shown"]
    while more < most and (batch := connection.fetchmany(min(1000, most - more))):
        more += len(batch)
    columns = [column[0] for column in connection.description]
    return {"columns": columns, "rows": _plain(rows), "more": more, "exact": more < most}


def _tables(connection: Any, request: dict[str, Any]) -> list[dict[str, Any]]:
    found = connection.execute("""
        SELECT schema_name, table_name, list(column_name ORDER BY column_index),
            list(data_type ORDER BY column_index), any_value(kind)
        FROM duckdb_columns() JOIN (
            SELECT table_oid, 'table' AS kind FROM duckdb_tables()
            WHERE database_name = current_database() AND NOT internal
            UNION ALL SELECT view_oid, 'view' FROM duckdb_views()
            WHERE database_name = current_database() AND NOT internal
        ) USING (table_oid)
        WHERE database_name = current_database() AND NOT internal
        GROUP BY ALL ORDER BY ALL
    """).fetchall()
    return [_table(connection, request, *each) for each in found]


def _table(
    connection: Any, request: dict[str, Any], schema: str, name: str, columns: list[str],
    types: list[str], kind: str,
) -> dict[str, Any]:  # fmt: skip
    place = f"{_name(schema)}.{_name(name)}"
    table = {
        "name": name,
        "schema": "" if schema == "main" else schema,
        "columns": list(zip(columns, types, strict=True)),
    }
    with suppress(duckdb.Error):  # a view that is slow or broken is shown without rows
        if request["sample"]:
            table["sample"] = _plain(
                connection.execute(f"FROM {place} LIMIT {request['sample']}").fetchall()
            )
        if request["sample"] and kind == "table":
            table["count"] = connection.execute(f"SELECT count(*) FROM {place}").fetchone()[0]
    return table


def _plain(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: Any) -> Any:
    """The value in terms that JSON has; `bytes` as a count, long text cut."""
    match value:
        case None | bool() | float():
            return value
        case bytes():
            return f"({len(value):,} {'byte' if len(value) == 1 else 'bytes'})"
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)[:_LONGEST_TEXT]
    return str(value)[:_LONGEST_TEXT]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _limit() -> None:
    """Let this process take only so much memory and write no file, where the system can do that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in (
        (resource.RLIMIT_AS, _ADDRESSES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))


def _main() -> None:
    _limit()
    request = json.loads(sys.stdin.buffer.read())
    reply = answer(request)
    if "error" in reply:
        for path in (request["path"], *request["hidden"]):
            reply["error"] = reply["error"].replace(path, request["called"])
    text = json.dumps(reply)
    if len(text) > _LONGEST_REPLY:
        text = json.dumps({"error": "too long", "kind": "OutOfMemoryException", "stage": "query"})
    sys.stdout.write(text)


if __name__ == "__main__":
    _main()
