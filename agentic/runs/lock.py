"""The lock of a run: one process at a time works on it, and the system frees it when that dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from agentic.errors import StorageError, UsageError
from agentic.filing import private_folder
from agentic.tools.threads import left_behind

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["hold"]

_LOCK = "lock"
_HOLDER = "lock.holder"
_PATIENCE = 3.0
"""Seconds to wait for work of a run that was cut off in this process, and is about to end."""


@contextmanager
def hold(folder: Path, run_id: str) -> Iterator[None]:
    """Hold a run for the block.

    Args:
        folder: Folder of the run's files; made when needed.
        run_id: The run's id, for what is said.

    Raises:
        UsageError: if it is being worked on, here or in another process.
        StorageError: if the lock's file can't be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / _LOCK, mode=0o600, thread_local=False)
    try:
        private_folder(folder)
        lock.acquire(timeout=_PATIENCE if left_behind(run_id) else 0)
    except Timeout:
        raise UsageError(
            f"Run {run_id} is being worked on{_by(folder)}; wait until that ends, or end it."
        ) from None
    except (OSError, NotImplementedError) as error:
        raise StorageError(
            f"The run can't be kept in {folder}: {error}. Name a home folder on a local disk that "
            "you may write to by AGENTIC_HOME."
        ) from error
    try:
        _sign(folder)
        yield
    finally:
        _let_go(lock, left_behind(run_id))


def _let_go(lock: "BaseFileLock", working: list[Thread]) -> None:
    """Release the lock once nothing works for the run any more.

    A call that was cut off may yet have its effect while its thread is there: until then nobody
    may find that it had none, and make it again.
    """

    def wait() -> None:
        for each in working:
            each.join()
        lock.release()

    if working:
        Thread(target=wait, name="lock", daemon=True).start()
    else:
        lock.release()


def _sign(folder: Path) -> None:
    """Note who holds it, for what others are told; without that it is held all the same."""
    with suppress(OSError):
        note = os.open(folder / _HOLDER, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(note, "w", encoding="utf-8") as file:
            file.write(str(os.getpid()))


def _by(folder: Path) -> str:
    try:
        pid = (folder / _HOLDER).read_text(encoding="utf-8").strip()
    except OSError:
        return " by another process"
    return " in this process" if pid == str(os.getpid()) else f" by process {pid[:20]}"
