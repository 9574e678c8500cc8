"""The folder that weights are kept in: one process at a time, room enough, plain refusals."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agentic.errors import WeightsError
from agentic.sizes import human

__all__ = ["Notice", "alone", "check_room", "storage"]

Notice = Callable[[str], None]
"""Told, in one line, what the user would otherwise wonder about."""

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
)


@contextmanager
def alone(target: Path, name: str, say: Notice) -> Iterator[None]:
    """Hold the lock of the file at `target`; the system frees it if the process dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(target.with_name(f"{target.name}.lock"), mode=0o600)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        say(f"Another process is fetching {name}; waiting for it.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def check_room(folder: Path, need: int, what: str) -> None:
    """Make sure that the folder's disk has `need` bytes free.

    Raises:
        WeightsError: if it has not.
    """
    free = shutil.disk_usage(folder).free
    if free < need:
        raise WeightsError(
            f"No room for {what}: {human(need)} are needed in {folder} and {human(free)} are free. "
            "Make room, or set AGENTIC_HOME to a folder on another disk."
        )


@contextmanager
def storage(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a line that says what to do.

    Raises:
        WeightsError: if the folder can't be used, or its disk is full.
    """
    remedy = "set AGENTIC_HOME to a folder that can be written to"
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            remedy = f"make room and run it again (it goes on), or {remedy}"
        elif error.errno not in REFUSED:
            raise
        where = f" ({error.filename})" if error.filename else ""
        raise WeightsError(
            f"Can't keep model weights in {folder}: {error.strerror}{where}. "
            f"{remedy[0].upper()}{remedy[1:]}."
        ) from error
