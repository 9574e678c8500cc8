"""DuckDB files, and CSV, Parquet and JSON files through DuckDB, each query in its own process."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agentic.errors import ToolError, TransientToolError, UsageError
from agentic.sizes import human
from agentic.tools.databases.holding import Held
from agentic.tools.databases.records import COUNTED, SHOWN, QueryError, Selection, Table
from agentic.tools.decoding import decode

__all__ = ["DuckDB", "open_duckdb", "table_name"]

_CHILD = Path(__file__).with_name("duckdb_child.py")
_START = 10
"""Seconds that the process has beside the query: to start, and to load a file."""
_MOST_BYTES = 200_000_000
"""Size up to which a file other than a database is loaded into memory."""
_MOST_DECODED = 50_000_000
_TAKEN = frozenset({"memory", "system", "temp", "main"})
"""Names that mean something else to DuckDB."""


class DuckDB:
    """A file that DuckDB reads.

    Args:
        file: The file.
        kind: "duckdb", "csv", "parquet" or "json".
        name: What errors call the file; in SQL it also stands for the table.
        seconds: Time that a query may take.
        copy: The same in UTF-8, where the file is text and in another encoding.
    """

    def __init__(
        self, file: Held, kind: str, name: str, seconds: float, copy: Path | None = None
    ) -> None:
        self._name, self._seconds = name, seconds
        self._handles = file.handles[:1] if kind == "duckdb" else file.handles[1:]
        # DuckDB takes a path for a pattern: "*" as the name of a folder would lead through others
        path = file.through_folder if kind == "duckdb" else file.itself
        stem = Path(name.replace("\\", "/"))
        self._request = {
            "path": str(copy) if copy is not None else path,
            "inode": file.inode if kind == "duckdb" else None,
            "hidden": [path, file.by_name],
            "called": stem.name,
            "kind": kind,
            "table": table_name(stem.stem),
            "aliases": sorted({name, stem.name, stem.stem} - {table_name(stem.stem)}),
            "seconds": seconds,
            "shown": SHOWN,
            "counted": COUNTED,
        }

    def select(self, sql: str) -> Selection:
        reply = self._ask(sql=sql, sample=0)
        rows = tuple(map(tuple, reply["rows"]))
        return Selection(tuple(reply["columns"]), rows, reply["more"], reply["exact"])

    def tables(self, sample: int = 0) -> list[Table]:
        return [_table(each) for each in self._ask(sql="", sample=sample)["tables"]]

    def _ask(self, **request: Any) -> dict[str, Any]:
        if find_spec("duckdb") is None:
            raise UsageError("Such files are read by DuckDB: pip install duckdb.")
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(_CHILD)],  # -P: no module is taken from its folder
                input=json.dumps(self._request | request).encode(),
                capture_output=True,
                pass_fds=self._handles,
                timeout=self._seconds + _START,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolError(self._slow()) from error
        try:
            reply = json.loads(done.stdout)
        except ValueError as error:  # it was ended by the system, or could not get memory
            raise ToolError(_LARGE) from error
        if "error" in reply:
            raise self._told(reply)
        return dict(reply)

    def _told(self, reply: dict[str, Any]) -> Exception:
        """The error sorted by who can do something about it."""
        text = " ".join(reply["error"].partition("\n\n")[0].split())
        kind = reply.get("kind")
        if kind == "InterruptException":
            return ToolError(self._slow())
        if kind == "OutOfMemoryException":
            return ToolError(_LARGE)
        if kind == "PermissionException":
            return QueryError("other files can't be read or written from here")
        if reply["stage"] == "query":
            return QueryError("the database is read-only" if "read-only mode" in text else text)
        if "Could not set lock" in text:
            return TransientToolError(f"{self._name!r} is locked by another program for now.")
        return ToolError(f"{self._name!r} can't be opened: {text[:300]}")

    def _slow(self) -> str:
        return (
            f"The query took longer than {self._seconds:g} seconds; narrow it with WHERE, "
            "or join fewer tables."
        )


_LARGE = "The query needs too much memory; select fewer columns, or use COUNT, SUM and LIMIT."


@contextmanager
def open_duckdb(
    file: Held, kind: str, name: str, seconds: float
) -> Iterator[tuple[DuckDB, str | None]]:
    """The file, ready to be queried, and the name of its encoding where that was guessed.

    Args:
        file: The file.
        kind: "duckdb", "csv", "parquet" or "json".
        name: What errors call it.
        seconds: Time that a query may take.

    Raises:
        ToolError: if it is too large, or is no text where it should be.
    """
    size = file.stat().st_size
    if kind != "duckdb" and size > _MOST_BYTES:
        raise ToolError(
            f"{name!r} is too large to query ({human(size)}, and {human(_MOST_BYTES)} is the most);"
            " it would have to be loaded into a DuckDB file first."
        )
    text, guess = (None, None) if kind in {"duckdb", "parquet"} else _recoded(file, name)
    if text is None:
        yield DuckDB(file, kind, name, seconds), None
        return
    with TemporaryDirectory(prefix="agentic-") as folder:
        copy = Path(folder, "utf-8")
        copy.write_text(text, encoding="utf-8", newline="")
        yield DuckDB(file, kind, name, seconds, copy), guess


def table_name(stem: str) -> str:
    """A file's name without its ending, as a name that SQL needs no quotes for."""
    name = re.sub(r"\W+", "_", stem).strip("_") or "data"
    return f"t_{name}" if name[0].isdecimal() or name.lower() in _TAKEN else name


def _recoded(file: Held, name: str) -> tuple[str | None, str | None]:
    """The text of a file that is not in UTF-8, and its encoding where that was guessed."""
    if file.stat().st_size > _MOST_DECODED:
        return None, None
    data = Path(file.itself).read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = decode(data)
        if decoded is None:
            raise ToolError(f"{name!r} is not text ({human(len(data))} of binary data).") from None
        return decoded
    return None, None


def _table(reply: dict[str, Any]) -> Table:
    columns = tuple((name, kind) for name, kind in reply["columns"])
    sample = reply.get("sample")
    rows = None
    if sample is not None:
        rows = Selection(tuple(name for name, _ in columns), tuple(map(tuple, sample)))
    count, schema = reply.get("count"), reply["schema"]
    return Table(reply["name"], columns, count, sample=rows, schema=schema)
