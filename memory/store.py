"""A memory as a LangGraph store: what `compile(store=...)` takes, kept on disk."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING

from langgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    TTLConfig,
    validate_op_namespace,
)

from memory.ecosystem.items import Place, item_of, new
from memory.ecosystem.matching import check, lookup, matches, passes
from memory.ecosystem.shelf import Live, namespaces, sweep, touch, write
from memory.errors import RecordError
from memory.records import Record
from memory.retrieval import NEW

if TYPE_CHECKING:
    from memory.memory import Memory

__all__ = ["MemoryStore"]

HIGHEST = 1 + NEW
"""Score of a hit that is the best in every way; see `memory.retrieval`."""
Found = tuple[Record, float | None]
"""A record, and its score where it was ranked."""


class MemoryStore(BaseStore):
    """Items by namespace and key, found by filters and by what they say. Made by `Memory.as_store`.

    Items are records of the kind `item`: they lie in the memory's ledger, are seen by every process
    as soon as `put` returned, and survive its being killed. They do not pass the write gate, and a
    search of the memory finds them only if it asks for their kind.

    With a `query`, items are ranked as by `Memory.search`, by words and meaning. Their `score`, 0
    to 1, is that search's: 1 for the best in both ways, with all words of the query in one place.
    Those that are not indexed follow without one. Without a query, the one put last comes first.

    An item with a `ttl` is gone as soon as it is over, and deleted from disk with the next write or
    by `sweep`.

    Args:
        memory: Where the items are kept.
        fields: Paths of the values that are searched: `text`, `notes[*].title`; `$` is all of it.
        ttl: LangGraph's configuration: `default_ttl` in minutes, `refresh_on_read`.
        clock: Tells the time, with a time zone.
    """

    supports_ttl = True

    def __init__(
        self,
        memory: "Memory",
        *,
        fields: Sequence[str] = ("$",),
        ttl: TTLConfig | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if isinstance(fields, str):
            raise RecordError(f"The fields to search are {fields!r}; give a list: [{fields!r}].")
        self.ttl_config = ttl
        self._memory = memory
        self._fields = tuple(fields)
        self._clock = clock

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Carry out operations: first all that read, then all that write, in one transaction.

        Raises:
            InvalidNamespaceError: a label of a namespace is none.
            RecordError: a value can't be kept; nothing is written then.
            FilterError: a filter has an operator that is none.
        """
        given = list(ops)
        now = self._clock()
        for op in given:
            _check(op)
        puts = {(tuple(op.namespace), op.key): op for op in given if isinstance(op, PutOp)}
        news = [new(op, self._fields, now) for op in puts.values()]
        results = [self._read(op, now) for op in given]
        if news:
            deletes = any(each.record is None for each in news)
            puts_any = any(each.record is not None for each in news)
            store = self._memory._ready() if puts_any else self._memory._open()
            self._memory._stored(write(store.database, news, now))
            if deletes:
                store.ledger.erase()
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """As `batch`, in a thread, so that the event loop goes on."""
        return await asyncio.to_thread(self.batch, list(ops))

    def sweep(self) -> int:
        """Delete what has expired now, and overwrite it on disk. How many items there were."""
        store = self._memory._open()
        gone = sweep(store.database, self._clock())
        if gone:
            store.ledger.erase()
            self._memory._index_soon(store)
        return gone

    def _read(self, op: Op, now: datetime) -> Result:
        match op:
            case GetOp():
                return self._get(op, now)
            case SearchOp():
                return self._search(op, now)
            case ListNamespacesOp():
                return self._namespaces(op, now)
        return None

    def _get(self, op: GetOp, now: datetime) -> Item | None:
        store = self._memory._open()
        there = Live.at(now, {"item": Place(tuple(op.namespace), op.key).tag})
        record = next(store.ledger.newest(there, 1), None)
        if record is None:
            return None
        if op.refresh_ttl:
            touch(store.database, [record], now)
        found = item_of(record)
        return Item(**{name: getattr(found, name) for name in Item.__slots__})

    def _search(self, op: SearchOp, now: datetime) -> list[SearchItem]:
        if op.limit <= 0:
            return []
        first = max(op.offset, 0)
        page = list(islice(self._found(op, now, first + op.limit), first, first + op.limit))
        if op.refresh_ttl:
            touch(self._memory._open().database, [record for record, _ in page], now)
        return [item_of(*found) for found in page]

    def _found(self, op: SearchOp, now: datetime, most: int) -> Iterator[Found]:
        """Ranked items, at most so many, then those that were not ranked, the newest first."""
        ledger = self._memory._open().ledger
        live = Live.at(now, lookup(op.filter or {}), op.namespace_prefix)
        listed: Iterable[Record] = ledger.newest(live, None)
        if op.filter:
            listed = [record for record in listed if passes(item_of(record).value, op.filter)]
            live = replace(live, ids=tuple(record.id for record in listed))
        ranked: list[Found] = []
        if op.query and op.query.strip():
            indexed = replace(live, where={**live.where, "unindexed": {"$ne": True}})
            hits, _ = self._memory._find(op.query, indexed, most)
            ranked = [(hit.record, min(max(hit.score / HIGHEST, 0.0), 1.0)) for hit in hits]
        ids = {record.id for record, _ in ranked}
        return chain(ranked, ((each, None) for each in listed if each.id not in ids))

    def _namespaces(self, op: ListNamespacesOp, now: datetime) -> list[tuple[str, ...]]:
        found = {
            namespace[: op.max_depth]
            for namespace in namespaces(self._memory._open().database, Live.at(now, {}))
            if all(matches(condition, namespace) for condition in op.match_conditions or ())
        }
        return sorted(found)[max(op.offset, 0) :][: max(op.limit, 0)]


def _check(op: Op) -> None:
    """Make sure that it is an operation, on a place that there can be."""
    if not isinstance(op, GetOp | SearchOp | ListNamespacesOp | PutOp):
        raise ValueError(
            f"Unknown operation: {op!r}. Give GetOp, PutOp, SearchOp, ListNamespacesOp."
        )
    validate_op_namespace(op)
    match op:
        case GetOp(namespace=namespace, key=key) | PutOp(namespace=namespace, key=key):
            if not isinstance(key, str):
                raise RecordError(f"The key {key!r} in {namespace!r} is no text: give str(key).")
            _check_text(*namespace, key)
        case SearchOp():
            _check_text(*op.namespace_prefix)
            check(op.filter if op.filter is not None else {})


def _check_text(*labels: str) -> None:
    for label in labels:
        with suppress(UnicodeEncodeError):
            label.encode()
            continue
        raise InvalidNamespaceError(f"{label!r} is no Unicode text and names no item; take it out.")
