"""SQLite's `printf` and `format`, held to widths that end.

SQLite pads a value to any width that a format names, beyond its own limit of length too, and can't
be stopped while it does: a format of a few characters keeps it busy for hours.
"""

import re
import sqlite3
from typing import Any

__all__ = ["hold_formats"]

_LONGEST_FORMAT = 1000
_WIDE = re.compile(r"%[^a-zA-Z%]*?(?:\*|[0-9]{4})")
"""A width or precision that an argument gives, or over 999."""
_IN_VIEWS = "SELECT 1 FROM sqlite_master WHERE type = 'view' AND sql LIKE '%' || ? || '%'"


def hold_formats(connection: sqlite3.Connection) -> None:
    """Have the functions of a connection refuse formats that are wide.

    One that a view uses is left as it is: SQLite lets views call none of ours.
    """
    for name in ("printf", "format"):
        if connection.execute(_IN_VIEWS, [name]).fetchone() is None:
            connection.create_function(name, -1, _formatted, deterministic=True)


def _formatted(*arguments: Any) -> Any:
    form = arguments[0] if arguments else None
    text = form.decode("latin-1") if isinstance(form, bytes) else str(form)
    if len(text) > _LONGEST_FORMAT or _WIDE.search(text):
        raise ValueError("a format may not be wide")  # SQLite tells that the function failed
    connection = sqlite3.connect(":memory:")
    try:
        marks = ", ".join("?" * len(arguments))
        return connection.execute(f"SELECT printf({marks})", arguments).fetchone()[0]
    finally:
        connection.close()
