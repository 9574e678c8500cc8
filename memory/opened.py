"""A memory that is open: ledger, vectors and index, and what keeps them in step."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from memory.accounts import Accounts
from memory.backlog import Backlog
from memory.chroma import BATCH
from memory.database import Database
from memory.embedding import Embedder, Vectors, token_counter, unit
from memory.errors import EmbedderError, StoreError
from memory.filters import Filter
from memory.index import Progress, VectorIndex
from memory.ledger import Ledger
from memory.library import Library
from memory.lock import Holder, ProcessLock
from memory.relevance import background
from memory.server import Server

__all__ = ["Opened"]

BATCH_IN_A_HURRY = 4
"""Texts embedded at a time where time is short or somebody watches: a long one takes 0.2 to 0.4
s."""


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
        server: Server | None = None,
    ) -> None:
        _make_folder(path)
        lock = ProcessLock(path, timeout, on_wait)
        self.embedder = embedder
        self.database = Database(path / "ledger.sqlite3", lock, timeout)
        self.ledger = Ledger(self.database)
        self.backlog = Backlog(self.database)
        self.accounts = Accounts(self.database)
        self.library = Library(self.database)
        self.index = VectorIndex(path, self.backlog, lock, server)
        self.beside = ThreadPoolExecutor(1, "memory-words")
        """Where words are searched while vectors are."""
        self._embedding = threading.Lock()
        self._count = token_counter(embedder)

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

    def embed(
        self,
        *,
        ids: Sequence[str] | None = None,
        seconds: float | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Make the vectors that are missing, in batches. How many were made.

        Args:
            ids: Only of these records; None for all.
            seconds: Begin no further batch after that; the batches are small then. None for no end.
            progress: Told after each batch.
        """
        done, began = 0, time.monotonic()
        batch = BATCH if seconds is None and progress is None else BATCH_IN_A_HURRY
        with self._embedding:
            while rows := self.backlog.pending(batch, ids):
                vectors = self._passages([row.text for row in rows])
                self.backlog.keep([row.seq for row in rows], vectors, self.embedder.name)
                done += len(rows)
                if progress is not None:
                    progress(done, done + self.backlog.waiting(embedded=False))
                if seconds is not None and time.monotonic() - began >= seconds:
                    break
        return done

    def count(self, text: str) -> int:
        """Tokens of a text, as the embedder counts them."""
        return self._count(text)

    def forget(self, ids: Sequence[str] | None, wanted: Filter) -> int:
        """Delete for good what a filter lets through, of those ids if any are given."""
        forgotten = self.ledger.forget(wanted.condition(), ids)
        if forgotten:
            self.library.sweep()
            self.ledger.erase()
        return forgotten

    def query(self, text: str) -> Vectors:
        """The vector of a query, shape (dimensions,), of length 1.

        Raises:
            EmbedderError: the embedder made something else.
        """
        vector: Vectors = self._fit([self.embedder.query(text)], 1)[0]
        return vector

    def background(self) -> Vectors:
        """Mean vector of sentences about nothing in particular, computed once a memory."""
        import numpy as np

        key = f"background of {self.embedder.name}"
        if (kept := self.backlog.recall_blob(key)) is None:
            kept = background(self.embedder).astype("<f4").tobytes()
            self.backlog.keep_blob(key, kept)
        return np.frombuffer(kept, dtype="<f4")

    def _passages(self, texts: Sequence[str]) -> Vectors:
        return self._fit(self.embedder.passages(texts), len(texts))

    def _fit(self, vectors: object, rows: int) -> Vectors:
        """Vectors of length 1, and of as many numbers as the first that this embedder made."""
        key = f"dimensions of {self.embedder.name}"
        kept = self.backlog.recall_blob(key)
        fit = unit(vectors, rows, self.embedder.name, None if kept is None else int(kept))
        if kept is None and rows:
            self.backlog.keep_blob(key, str(fit.shape[1]).encode())
        return fit

    def close(self) -> None:
        """Let go of all files."""
        self.beside.shutdown()
        self.index.close()
        self.database.close()


def _make_folder(path: Path) -> None:
    try:
        for folder in reversed(path.parents):
            if not folder.exists():  # `parents=True` would open it to everybody
                folder.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", error)
        raise StoreError(
            f"Can't make the memory's folder {path}: {reason}. Name another folder, or "
            "mend this one."
        ) from error
