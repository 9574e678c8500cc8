"""Rows and schemas as text that a small model reads well."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from agentic.naming import did_you_mean, nearest
from agentic.tools.databases.records import QueryError, Selection, Table
from agentic.tools.reading import counted

__all__ = ["explained", "printed_rows", "printed_schema", "quoted"]

_ROOM = 3600
"""Characters of a result; with head and footer it stays under the result limit."""
_CELL = 100
"""Characters that a cell has at least, where rows are many."""
_LISTED = 450
"""Characters of the schema that an error has room for."""
_PLAIN = re.compile(r"[^\W\d]\w*")
_RESERVED = frozenset(
    {
        *("all", "and", "as", "asc", "between", "by", "case", "check"),
        *("column", "create", "default", "delete", "desc", "distinct", "drop", "else"),
        *("end", "exists", "from", "group", "having", "in", "index", "insert"),
        *("into", "is", "join", "key", "left", "like", "limit", "not"),
        *("null", "offset", "on", "or", "order", "primary", "references", "right"),
        *("select", "set", "table", "then", "to", "union", "unique", "update"),
        *("user", "using", "values", "view", "when", "where", "with"),
    }
)
_UNKNOWN_TABLE = re.compile(
    r"no such table: (?P<a>\S+)|Table with name (?P<b>.+?) does not exist"
    r"|relation \"(?P<c>[^\"]+)\" does not exist|Table '(?P<d>[^']+)' doesn't exist"
)
_UNKNOWN_COLUMN = re.compile(
    r"no such column: (?P<a>.+)|[Cc]olumn (?:named )?\"(?P<b>[^\"]+)\" (?:not found|does not exist)"
    r"|Unknown column '(?P<c>[^']+)'|[Cc]olumn (?P<d>[\w.]+) does not exist"
    r"|does not have a column named \"(?P<e>[^\"]+)\""
)


def printed_rows(selection: Selection) -> str:
    """The rows as a table with "|" between cells, and a line that says how many there are."""
    cells = max(1, len(selection.columns) * len(selection.rows))
    most = max(_CELL, min(3000, _ROOM // cells - 10))
    head = [_line(selection.columns), _line("---" for _ in selection.columns)]
    body = [_line(cell(value, most) for value in row) for row in selection.rows]
    room = _ROOM - sum(len(line) + 1 for line in head)
    shown = _fitting(body, room) or [line[:room] + "…" for line in body[:1]]
    return "\n".join([*head, *shown, _footer(selection, len(shown))])


def printed_schema(title: str, tables: Sequence[Table]) -> str:
    """The tables, in as much detail as there is room for: samples, or columns, or names."""
    head = f"{title}, {counted(len(tables), 'table')}:"
    if not tables:
        return f"{title}, no tables."
    full = [f"{_outline(table)}{_sample(table)}" for table in tables]
    for lines in (full, [_outline(table) for table in tables]):
        if sum(len(line) + 1 for line in lines) <= _ROOM:
            return "\n".join([head, *lines])
    if len(tables) == 1:
        return f"{head}\n{_outline(tables[0])[:_ROOM]}…"
    return f"{head}\n{_listed([_place(table) for table in tables], _ROOM)}"


def explained(error: QueryError, tables: Sequence[Table]) -> str:
    """Why a query failed; of an unknown table or column also what there is."""
    message = str(error).strip().rstrip(".")
    column, table = _named(_UNKNOWN_COLUMN, message), _named(_UNKNOWN_TABLE, message)
    if table is not None:
        names = [each.name for each in tables]
        table = table.rpartition(".")[2] or table
        near = did_you_mean(nearest(table, names))
        return f"There is no table {_short(table)!r}.{near} Tables: {_columns(tables)}"
    if column is not None:
        names = [name for each in tables for name, _ in each.columns]
        near = did_you_mean(nearest(column.rpartition(".")[2], names))
        return (
            f"There is no column {_short(column)!r}.{near} Text goes in single quotes, 'like this'."
            f" Tables: {_columns(tables)}"
        )
    return f"The query failed: {_short(message, 400)}. Only one SELECT statement can be run."


def quoted(name: str) -> str:
    """A name as it is written in SQL: in double quotes where it has to be."""
    if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def cell(value: Any, most: int = _CELL) -> str:
    """A value on one line; NULL, bytes as a count, long text cut."""
    match value:
        case None:
            return "NULL"
        case float():
            return f"{value:.15g}"  # what lies beyond is rounding, such as 0.30000000000000004
        case bytes() | bytearray() | memoryview():
            return f"({counted(memoryview(value).nbytes, 'byte')})"
        case list() | tuple() | dict():
            text = json.dumps(value, ensure_ascii=False, default=str)
        case "" | "NULL":
            return f"'{value}'"
        case _:
            text = str(value)
    return _short(text, most).replace("|", "\\|")


def _short(text: str, most: int = _CELL) -> str:
    line = " ".join(text[: most * 2].split()) if "\n" in text[: most * 2] else text
    return line if len(text) <= most else f"{line[: most - 1]}…"


def _line(cells: Iterable[str]) -> str:
    return " | ".join(cells)


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    fitting = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        fitting.append(line)
    return fitting


def _footer(selection: Selection, shown: int) -> str:
    total = len(selection.rows) + selection.more
    if shown == total and selection.exact:
        return f"({counted(total, 'row')})" if total else "(no rows)"
    least = "" if selection.exact else "at least "
    return f"(the first {shown} of {least}{total:,} rows; narrow it with WHERE, COUNT or SUM)"


def _place(table: Table) -> str:
    return ".".join(quoted(part) for part in (table.schema, table.name) if part)


def _outline(table: Table) -> str:
    columns = ", ".join(f"{quoted(name)} {kind}".strip() for name, kind in table.columns)
    about = "about " if table.about else ""
    rows = "" if table.count is None else f" ({about}{counted(table.count, 'row')})"
    return f"{_place(table)}{rows}: {columns}"


def _sample(table: Table) -> str:
    if table.sample is None or not table.sample.rows:
        return ""
    most = max(20, min(40, 200 // len(table.sample.columns)))
    rows = [_line(cell(value, most) for value in row) for row in table.sample.rows]
    return "".join(f"\n  {row}" for row in rows)


def _columns(tables: Sequence[Table]) -> str:
    each = [
        f"{_place(table)}({', '.join(quoted(name) for name, _ in table.columns)})"
        for table in tables
    ]
    whole = "; ".join(each)
    if len(whole) <= _LISTED:
        return f"{whole or 'none'}."
    return f"{_listed([_place(table) for table in tables], _LISTED)}."


def _listed(names: Sequence[str], room: int) -> str:
    fitting = _fitting([f"{name}," for name in names], room) or [names[0][:room]]
    left = len(names) - len(fitting)
    more = f" … {left:,} more" if left else ""
    return " ".join(fitting).rstrip(",") + more


def _named(pattern: re.Pattern[str], message: str) -> str | None:
    found = pattern.search(message)
    return next((name for name in found.groups() if name), None) if found else None
