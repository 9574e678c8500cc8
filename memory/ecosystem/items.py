"""Items of a LangGraph store as records: what they are made into, and read back from.

Namespace and key stand in one tag, a JSON list, so that looking an item up is one step in an index,
and the items under a namespace are one range of it. Each field of the value is a tag of its own.
"""

import json
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from langgraph.store.base import PutOp, SearchItem, get_text_at_path

from memory.errors import RecordError
from memory.kinds import ITEM
from memory.records import Record, checked
from memory.words import tokens

__all__ = ["FIELD", "New", "Place", "item_of", "new"]

FIELD = "value."
"""What the name of a field of the value begins with in the metadata, to be told from our own."""
LONGEST_TEXT = 100_000
"""Characters of an item that are searched; the value itself may be longer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item lies."""

    namespace: tuple[str, ...]
    key: str

    @property
    def tag(self) -> str:
        """The place as it stands in the metadata."""
        return json.dumps([*self.namespace, self.key], ensure_ascii=False)

    @staticmethod
    def beginning(namespace: Sequence[str]) -> str:
        """What the tags of all places under a namespace, and of no others, begin with."""
        return json.dumps([*namespace], ensure_ascii=False)[:-1] + (", " if namespace else "")

    def __str__(self) -> str:
        return f"{self.key!r} in {self.namespace!r}"


@dataclass(frozen=True, slots=True)
class New:
    """What is to be at a place: a record with its tokens, or nothing."""

    place: Place
    record: Record | None
    body: str = ""


def new(op: PutOp, fields: Sequence[str], now: datetime) -> New:
    """What an operation puts, or deletes.

    Args:
        op: The operation.
        fields: Paths of the value that are searched, unless the operation has its own.
        now: When it is put.

    Raises:
        RecordError: the value is no mapping that JSON can carry, or the operation asks for an
            index or a time to live that there can't be.
    """
    place = Place(tuple(op.namespace), op.key)
    if op.value is None:
        return New(place, None)
    try:
        record = _record(place, op, fields, now)
    except (RecordError, TypeError, OverflowError, RecursionError) as error:
        raise RecordError(f"The item {place} can't be kept: {error}") from error
    return New(place, record, " ".join(tokens(record.text)))


def _record(place: Place, op: PutOp, fields: Sequence[str], now: datetime) -> Record:
    if not isinstance(op.value, Mapping):
        raise TypeError(f"its value is {_a(op.value)}; give a mapping, such as {{'text': '...'}}.")
    _check_options(op.index, op.ttl)
    value = _plain(op.value, "its value")
    paths = () if op.index is False else fields if op.index is None else op.index
    text = "\n".join(text for path in paths for text in get_text_at_path(value, path))
    text = text[:LONGEST_TEXT].strip()
    metadata: dict[str, Any] = {"item": place.tag, "updated": now.isoformat()}
    if op.ttl is not None:
        over = now + timedelta(minutes=op.ttl)
        metadata |= {"ttl": op.ttl, "expires": over.timestamp()}
    metadata |= {} if text else {"unindexed": True}
    return checked(
        Record(
            id=uuid.uuid4().hex[:16],
            text=text or " ".join([*place.namespace, place.key]),
            kind=ITEM,
            source=None,
            metadata=metadata | {f"{FIELD}{name}": each for name, each in value.items()},
            created=now,
        )
    )


def _check_options(index: Any, ttl: Any) -> None:
    listed = isinstance(index, list | tuple) and all(isinstance(path, str) for path in index)
    if index is not None and index is not False and not listed:
        raise TypeError(f"its index is {index!r}; give False, or a list of fields.")
    if ttl is not None and not (isinstance(ttl, int | float) and 0 < ttl < math.inf):
        raise TypeError(f"its ttl is {ttl!r}; give minutes, more than 0, or None for no end.")


def _plain(value: Any, at: str) -> Any:
    """A value as JSON gives it back; a tuple becomes a list."""
    match value:
        case None | str() | int():
            return value
        case float() if math.isfinite(value):
            return value
        case Mapping():
            for name in value:
                if not isinstance(name, str):
                    raise TypeError(f"{at} has {name!r} for a name; names are texts.")
            return {name: _plain(each, f"{at}[{name!r}]") for name, each in value.items()}
        case list() | tuple():
            return [_plain(each, f"{at}[{place}]") for place, each in enumerate(value)]
    said = repr(value) if isinstance(value, float) else _a(value)
    raise TypeError(f"{at} is {said}; give texts, finite numbers, lists and mappings of these.")


def _a(value: object) -> str:
    return f"of the type {type(value).__name__}"


def item_of(record: Record, score: float | None = None) -> SearchItem:
    """The item that a record holds."""
    *namespace, key = json.loads(record.metadata["item"])
    return SearchItem(
        namespace=tuple(namespace),
        key=key,
        value={
            name.removeprefix(FIELD): value
            for name, value in record.metadata.items()
            if name.startswith(FIELD)
        },
        created_at=record.created,
        updated_at=datetime.fromisoformat(record.metadata["updated"]),
        score=score,
    )
