"""Files of ours, which nobody but the user may read: lines appended, and files written whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

__all__ = ["append_line", "private_database", "private_file", "private_folder", "whole"]

_PATIENCE = 10.0
"""Seconds to wait for another process that is writing to a database."""


def append_line(place: Path, line: str) -> None:
    """Add a line to a file; it and its folder are made if they are not there.

    Raises:
        OSError: if that can't be.
    """
    private_folder(place.parent)
    with open(place, "a", encoding="utf-8", opener=_private) as file:
        file.write(f"{line}\n")


@contextmanager
def whole(place: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which stands at the place once the block has ended well, or not at all.

    A reader sees the old file or the new one, never a half, and a power cut leaves one of them.

    Raises:
        OSError: if it can't be written.
    """
    with NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as new:
        try:
            yield new
            new.flush()
            os.fsync(new.fileno())
            os.replace(new.name, place)
        except BaseException:
            os.unlink(new.name)
            raise


def private_folder(place: Path) -> None:
    """Have a folder there; it and those made on the way to it are open to nobody but the user.

    One that was there stays as it is: the user may have opened it to others.

    Raises:
        OSError: if that can't be.
    """
    if place.is_dir():  # as it is for each line that is appended
        return
    for folder in reversed(place.parents):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)


def private_file(place: Path) -> None:
    """Have a file there that nobody but the user may read, for a library that would make another.

    Raises:
        OSError: if that can't be.
    """
    os.close(os.open(place, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600))


def private_database(place: Path) -> "sqlite3.Connection":
    """A SQLite file that nobody but the user may read, for any thread; made when it is not there.

    A transaction locks the file as it begins, and waits for that.

    Raises:
        OSError, sqlite3.Error: if it can't be opened.
    """
    import sqlite3

    private_folder(place.parent)
    private_file(place)
    return sqlite3.connect(
        place, timeout=_PATIENCE, check_same_thread=False, isolation_level="IMMEDIATE"
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
