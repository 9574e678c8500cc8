"""A memory that is open: ledger, vectors and index, and what keeps them in step."""

import threading
from collections.abc import Callable
from pathlib import Path

from memory.backlog import Backlog
from memory.chroma import BATCH
from memory.database import Database
from memory.embedding import Embedder, Vectors
from memory.errors import EmbedderError, StoreError
from memory.index import Progress, VectorIndex
from memory.ledger import Ledger
from memory.lock import Holder, ProcessLock
from memory.relevance import background

__all__ = ["Opened"]


class Opened:
    """The parts of an open memory.

    Raises:
        StoreError: the path can't be made or written, or what lies there is no memory.
    """

    def __init__(
        self,
        path: Path,
        embedder: Embedder,
        timeout: float,
        on_wait: Callable[[Holder | None], None] | None,
    ) -> None:
        _make_folder(path)
        lock = ProcessLock(path, timeout, on_wait)
        self.embedder = embedder
        self.database = Database(path / "ledger.sqlite3", lock, timeout)
        self.ledger = Ledger(self.database)
        self.backlog = Backlog(self.database)
        self.index = VectorIndex(path, self.backlog, lock)
        self._embedding = threading.Lock()

    def check_embedder(self) -> None:
        """Make sure that the vectors come from our embedder.

        Raises:
            EmbedderError: another one made those that are there.
        """
        made_by = self.backlog.embedder(claim=self.embedder.name)
        if made_by != self.embedder.name:
            raise EmbedderError(
                f"The vectors of this memory were made by {made_by}, and this is "
                f"{self.embedder.name}. Use {made_by}, or call rebuild() to make them anew "
                "(`agentic memory rebuild`)."
            )

    def embed(self, limit: int | None = None, progress: Progress | None = None) -> int:
        """Make the vectors that are missing, in batches. How many were made."""
        done = 0
        with self._embedding:
            while rows := self.backlog.pending(
                BATCH if limit is None else min(BATCH, limit - done)
            ):
                vectors = self.embedder.passages([row.text for row in rows])
                self.backlog.keep([row.seq for row in rows], vectors, self.embedder.name)
                done += len(rows)
                if progress is not None:
                    progress(done, done + self.backlog.waiting(embedded=False))
                if limit is not None and done >= limit:
                    break
        return done

    def background(self) -> Vectors:
        """Mean vector of sentences about nothing in particular, computed once a memory."""
        import numpy as np

        key = f"background of {self.embedder.name}"
        if (kept := self.backlog.recall_blob(key)) is None:
            kept = background(self.embedder).astype("<f4").tobytes()
            self.backlog.keep_blob(key, kept)
        return np.frombuffer(kept, dtype="<f4")

    def close(self) -> None:
        """Let go of all files."""
        self.index.close()
        self.database.close()


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", error)
        raise StoreError(
            f"Can't make the memory's folder {path}: {reason}. Name another folder, or "
            "mend this one."
        ) from error
