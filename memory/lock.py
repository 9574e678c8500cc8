"""The lock that lets one process at a time touch the vector index."""

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from memory.errors import StoreBusy, StoreError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["Holder", "ProcessLock"]

log = logging.getLogger(__name__)
PATIENCE = 1.0
"""Seconds of waiting after which whoever waits is told."""
POLL = 0.01
"""Seconds between two tries."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    pid: int
    program: str
    since: str
    """Local time of day."""

    def __str__(self) -> str:
        return f"process {self.pid} ({self.program}, since {self.since})"


class ProcessLock:
    """Held for one operation at a time, never for the life of a process; re-entrant in a thread.

    Whoever holds it is written beside it, so that whoever waits can say for whom. The system
    frees the lock when its holder dies, however it dies.
    """

    def __init__(
        self, folder: Path, timeout: float, on_wait: Callable[[Holder | None], None] | None
    ) -> None:
        self._folder = folder
        self._timeout = timeout
        self._on_wait = on_wait
        self._threads = threading.RLock()
        self._depth = 0

    @contextmanager
    def hold(self, timeout: float | None = None) -> Iterator[None]:
        """Hold the lock for the block.

        Args:
            timeout: Most seconds to wait; None waits as long as the lock was made to.

        Raises:
            StoreBusy: another process held it all that time.
            StoreError: the lock's file can't be made.
        """
        from filelock import FileLock

        with self._threads:
            if self._depth:
                yield
                return
            lock = FileLock(self._folder / "lock", mode=0o600, poll_interval=POLL)
            self._acquire(lock, self._timeout if timeout is None else timeout)
            self._depth = 1
            try:
                self._sign()
                yield
            finally:
                self._depth = 0
                lock.release()

    def holder(self) -> Holder | None:
        """Who held the lock last, which is who holds it if it is held; None if unknown."""
        try:
            return Holder(**json.loads(self._note.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def _note(self) -> Path:
        return self._folder / "lock.holder"

    def _acquire(self, lock: "BaseFileLock", timeout: float) -> None:
        from filelock import Timeout

        try:
            with suppress(Timeout):
                lock.acquire(timeout=min(timeout, PATIENCE))
                return
            if timeout > PATIENCE:
                self._tell()
                lock.acquire(timeout=timeout - PATIENCE)
                return
        except Timeout:
            pass
        except (OSError, NotImplementedError) as error:
            raise StoreError(
                f"Can't lock the memory at {self._folder}: {error}. Name a folder on a local disk "
                "that you may write to."
            ) from error
        raise StoreBusy(
            f"The memory at {self._folder} is held by {self.holder() or 'another process'}. "
            "Try again when it is done, or end that process."
        )

    def _tell(self) -> None:
        holder = self.holder()
        log.info("Waiting for the memory at %s, held by %s", self._folder, holder)
        if self._on_wait is not None:
            self._on_wait(holder)

    def _sign(self) -> None:
        me = Holder(os.getpid(), Path(sys.argv[0]).name or "python", f"{datetime.now():%H:%M:%S}")
        descriptor = os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as note:
            json.dump(asdict(me), note)
