"""Bytes of a file, or an error that says what would work."""

import os
import stat
from pathlib import Path

from memory.documents.encoding import SAMPLE, decode, looks_binary
from memory.errors import DocumentError

__all__ = ["LIMIT", "check", "peek", "read", "read_text", "status"]

LIMIT = 64 * 1024 * 1024
"""Most bytes of a file. A book is one or two million; what is larger is data, and would take hours
to embed."""

_INSTEAD = {
    ".doc": "save it as .docx",
    ".xls": "save its sheets as .csv",
    ".xlsx": "save its sheets as .csv",
    ".ods": "save its sheets as .csv",
    ".ppt": "export it as .pdf",
    ".pptx": "export it as .pdf",
    ".odt": "save it as .docx",
    ".epub": "convert it to .html or .pdf",
    ".zip": "unpack it, and name the folder",
    ".gz": "unpack it first",
}


def status(path: Path) -> os.stat_result:
    """What the file system says about a path.

    Raises:
        DocumentError: there is nothing there that we may look at.
    """
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def check(path: Path) -> None:
    """Refuse what can't be a document, without opening it.

    Raises:
        DocumentError: it is missing, no file, empty, or larger than `LIMIT`.
    """
    found = status(path)
    if stat.S_ISDIR(found.st_mode):
        raise DocumentError(f"{path} is a folder. Name a file in it, or walk the folder.")
    if not stat.S_ISREG(found.st_mode):
        raise DocumentError(f"{path} is a pipe or a device. Save what it gives in a file first.")
    if found.st_size == 0:
        raise DocumentError(f"{path} is empty. Put text in it, or leave it out.")
    if found.st_size > LIMIT:
        raise _too_large(path, found.st_size)


def read(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        DocumentError: as `check`, or the file can't be read.
    """
    check(path)
    data = _bytes(path, LIMIT + 1)  # it may have grown since it was checked
    if len(data) > LIMIT:
        raise _too_large(path, len(data))
    return data


def read_text(path: Path, data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text of a file's bytes and its encoding; lines end in a line feed.

    Args:
        path: Names the file in the error.
        data: What it holds.
        declared: The encoding that the file says it has.

    Raises:
        DocumentError: it is not text.
    """
    found = decode(data, declared)
    if found is None:
        raise _binary(path)
    return found


def peek(path: Path) -> None:
    """Look at the beginning of a file of an unknown kind.

    Raises:
        DocumentError: it is binary, or can't be read.
    """
    if looks_binary(_bytes(path, SAMPLE)):
        raise _binary(path)


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError | ValueError) -> DocumentError:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return DocumentError(f"There is no file {path}. Check the name and the folder.")
        case PermissionError():
            return DocumentError(
                f"{path} may not be read by this user. Allow it (chmod +r), or copy the file."
            )
        case OSError():
            why = error.strerror or str(error)
            return DocumentError(f"{path} can't be read: {why}. Copy it elsewhere, and name that.")
        case _:
            return DocumentError(f"{str(path)!r} can't be the name of a file: {error}.")


def _too_large(path: Path, size: int) -> DocumentError:
    return DocumentError(
        f"{path} has {size / 2**20:,.0f} MB, and {LIMIT / 2**20:,.0f} MB is the most. "
        "Split it, or leave it out."
    )


def _binary(path: Path) -> DocumentError:
    instead = _INSTEAD.get(path.suffix.lower(), "save it as text in UTF-8, .docx or .pdf")
    return DocumentError(f"{path} is binary, not text: {instead}.")
