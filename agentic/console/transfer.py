"""JSON lines of a memory, to a file and from one."""

import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from agentic.console.filters import home
from agentic.console.text import escaped
from agentic.errors import AgenticError, UsageError
from agentic.filing import whole

if TYPE_CHECKING:
    from memory.transfer import Loaded

__all__ = ["from_others", "lines_of", "tell_loaded", "without_secrets", "write_lines"]

TOLD = 10
"""Lines with an error that a reader is told of."""


def write_lines(file: Path, lines: Iterable[str]) -> int:
    """Write lines to a file, which is whole or as it was before. How many there were.

    Raises:
        AgenticError: if it can't be written.
    """
    path, count = home(str(file)), 0
    try:
        with whole(path) as new:
            for line in lines:
                count += 1
                new.write(f"{escaped(line)}\n".encode())
    except OSError as error:
        raise AgenticError(f"Can't write {file}: {error.strerror}. Name another file.") from error
    return count


def without_secrets(lines: Iterable[str]) -> Iterator[str]:
    """Lines of JSON, the secrets taken out of them."""
    from agentic.safety.secrets import redacted

    for line in lines:
        yield json.dumps(redacted(json.loads(line)), ensure_ascii=False)


def from_others(lines: Iterable[str]) -> Iterator[str]:
    """Lines of JSON, their records marked as what others wrote; what is none stays as it is."""
    from agentic.safety.provenance import UNTRUSTED

    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:  # told of by whoever takes it in, with its number
            yield line
            continue
        if isinstance(row, dict) and "text" in row and isinstance(row.get("metadata", {}), dict):
            row["metadata"] = {**row.get("metadata", {}), UNTRUSTED: True}
            line = json.dumps(row, ensure_ascii=False)
        yield line


@contextmanager
def lines_of(file: Path) -> Iterator[Iterator[str]]:
    """The lines of a file, or of stdin where it is `-`.

    What is no UTF-8 becomes an escape that JSON does not know, so that its line is told of.

    Raises:
        UsageError: if the file can't be read.
    """
    with _bytes_of(file) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="backslashreplace")
        try:
            yield iter(text)
        finally:
            text.detach()


@contextmanager
def _bytes_of(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield sys.stdin.buffer if sys.stdin is not None else io.BytesIO()
        return
    try:
        raw = home(str(file)).open("rb")
    except OSError as error:
        raise UsageError(
            f"Can't read {file}: {error.strerror}. `agentic memory export FILE` writes what can be "
            "imported; - reads it from stdin."
        ) from error
    with raw:
        yield raw


def tell_loaded(loaded: "Loaded", pending: int, *, as_json: bool) -> None:
    """Write what came of an import to stdout."""
    from agentic.console.rows import tell

    errors = {str(line): reason for line, reason in loaded.errors.items()}
    row = {"stored": loaded.stored, "known": loaded.known, "pending": pending, "errors": errors}
    shown = [("stored", f"{loaded.stored:,}"), ("known", f"{loaded.known:,}")]
    if pending:
        shown.append(("pending", f"{pending:,} vectors to be made; words find them meanwhile"))
    shown += [("failed", f"line {line}: {why}") for line, why in list(errors.items())[:TOLD]]
    if len(errors) > TOLD:
        shown.append(("failed", f"and {len(errors) - TOLD:,} lines more; --json has them all"))
    tell(row, json=as_json, shown=shown)
