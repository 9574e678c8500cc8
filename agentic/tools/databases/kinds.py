"""What kind of database or file of data a file is."""

import stat
import subprocess
import sys
from typing import Literal

from agentic.errors import ToolError
from agentic.tools.databases.holding import Held

__all__ = ["ALLOWED", "ENDINGS", "Kind", "kind_of"]

Kind = Literal["sqlite", "sqlite-wal", "duckdb", "csv", "json", "parquet"]
"""`sqlite-wal` is a SQLite file in WAL mode."""

ALLOWED = "a SQLite or DuckDB file, or a CSV, TSV, Parquet or JSONL file"
ENDINGS: dict[str, Kind] = {
    **dict.fromkeys((".csv", ".tsv", ".tab"), "csv"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), "json"),
}
_LOOK = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(20))"


def kind_of(file: Held, name: str) -> Kind:
    """What a file is, by its first bytes, else by its name.

    Args:
        file: The file.
        name: What errors call it.

    Raises:
        ToolError: if it is empty, not to be read, or of no kind that can be queried.
    """
    seen = file.stat()
    if not stat.S_ISREG(seen.st_mode):
        raise ToolError(f"{name!r} is no regular file; give {ALLOWED}.")
    if seen.st_size == 0:
        raise ToolError(f"{name!r} is empty (0 bytes); there is nothing to query.")
    kind = ENDINGS.get(file.place.suffix.lower()) or _by_first_bytes(_first_bytes(file, name))
    if kind is None:
        raise ToolError(
            f"{name!r} can't be queried: it is damaged, encrypted, or not {ALLOWED}. "
            "Text is read with read_file."
        )
    return kind


def _by_first_bytes(start: bytes) -> Kind | None:
    if start.startswith(b"SQLite format 3\0"):
        return "sqlite-wal" if start[18:20] == b"\x02\x02" else "sqlite"
    if start[8:12] == b"DUCK":
        return "duckdb"
    return "parquet" if start.startswith(b"PAR1") else None


def _first_bytes(file: Held, name: str) -> bytes:
    """The start of a file, read by another process.

    POSIX drops all locks that a process has on a file when it closes the file once: a look from
    here would take them from a database that this program itself has open.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LOOK, file.itself],
        capture_output=True,
        pass_fds=file.handles,
    )
    if done.returncode != 0:
        raise ToolError(f"{name!r} can't be read; it may belong to another user.")
    return done.stdout
