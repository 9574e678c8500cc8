"""Keeps the vector index true to the ledger: written in small steps, mended, made anew."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from memory.backlog import Backlog
from memory.chroma import ChromaIndex
from memory.errors import IndexBroken, StoreUnreadable
from memory.lock import ProcessLock
from memory.places import Folders, OnServer, Place, chroma_index
from memory.server import Server

__all__ = ["Progress", "VectorIndex"]

log = logging.getLogger(__name__)
T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called with how many are done, and how many there are in all."""
PROBES = 10
"""Known vectors that are looked up when an index is opened for the first time."""


class VectorIndex:
    """The index of the memory at a path, in folders there or on a server.

    The lock is taken for one batch, or one opening, at a time. Every method but `close` may raise
    ServerUnreachable or ServerUnusable; the index is then as it was.
    """

    def __init__(
        self, path: Path, backlog: Backlog, lock: ProcessLock, server: Server | None = None
    ) -> None:
        self._backlog = backlog
        self._lock = lock
        self._chroma: ChromaIndex = chroma_index(path, server)
        self._place: Place = (
            Folders(path, self._chroma)
            if server is None
            else OnServer(server, backlog, self._chroma)
        )
        self._tried = False

    def flush(
        self,
        limit: int | None = None,
        wait: float | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Bring into the index what waits for it.

        Args:
            limit: Most vectors to write; None for all.
            wait: Most seconds to wait for the lock; None for as long as it was made to.
            progress: Told after each batch.

        Returns:
            How many vectors were written.

        Raises:
            StoreBusy: another process holds the lock.
            StoreUnreadable: no index can be made at all.
        """
        done = 0
        while limit is None or done < limit:
            with self._lock.hold(wait), self._chroma.guard:
                written = self._attempt(self._write)
            if not written:
                break
            done += written
            if progress is not None:
                progress(done, done + self._backlog.waiting())
        return done

    def nearest(
        self, vector: Any, kinds: Sequence[str] | None, limit: int
    ) -> list[tuple[str, float]]:
        """Ids of the nearest records and their cosines, best first.

        Raises:
            StoreBusy: the index must be opened, and another process holds the lock.
        """
        with suppress(IndexBroken), self._chroma.guard:
            if self._current():
                return self._chroma.query(vector, kinds, limit)
        with self._lock.hold(), self._chroma.guard:
            return self._attempt(lambda: self._chroma.query(vector, kinds, limit), again=True)

    def restart(self, embedder: str | None = None) -> None:
        """Give the index up; every record waits for a new one."""
        with self._lock.hold(), self._chroma.guard:
            self._next(embedder, keep=False)

    def close(self) -> None:
        """Let go of the files."""
        self._chroma.close()

    def _write(self) -> int:
        rows, dropped = self._backlog.unindexed(self._place.batch), self._backlog.dropped()
        if rows or dropped:
            self._chroma.delete(dropped)
            self._chroma.upsert(rows)
            self._chroma.view = self._backlog.mark(
                [row.seq for row in rows], [id for id, _ in dropped]
            )
        return len(rows)

    def _attempt(self, work: Callable[[], T], *, again: bool = False) -> T:
        """Do work on an open, current index; on a new one if it is broken."""
        try:
            self._refresh()
            return work()
        except IndexBroken as error:
            named = self._place.named(self._backlog.view())
            log.warning("The vector index at %s is made anew: %s", named, error)
        self._next(keep=True)
        try:
            self._refresh()
            while again and self._write():
                pass
            return work()
        except IndexBroken as error:
            raise StoreUnreadable(
                f"No vector index can be made at {self._place.named(self._backlog.view())} "
                f"({error}). Check that the disk has room and the folder is writable."
            ) from error

    def _current(self) -> bool:
        view = self._backlog.view()
        return self._chroma.view == view and self._place.there(view)

    def _refresh(self) -> None:
        """Open the index again if another process wrote to it, and check that it is whole."""
        if self._current():
            return
        view = self._backlog.view()
        probe = self._backlog.sample(1 if self._tried else PROBES)
        self._place.open(view, probe)
        indexed, unsettled = self._backlog.counts()
        # A process may have been killed between writing to the index and noting it.
        if not indexed <= (there := self._chroma.count()) <= indexed + unsettled:
            raise IndexBroken(f"it has {there} vectors, and should have {indexed}")
        self._tried = True

    def _next(self, embedder: str | None = None, *, keep: bool) -> None:
        """Move on to an index with the next number; a broken one may be kept to be looked at."""
        self._place.leave(self._backlog.view(), keep=keep)
        self._backlog.restart(embedder)
