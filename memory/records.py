"""What is remembered, and what a search gives back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from memory.errors import RecordError

__all__ = ["Health", "Hit", "Part", "Record", "Stats", "checked"]

LONGEST_TEXT = 1_000_000
"""Characters of a text."""
LONGEST_KIND = 64
"""Characters of a kind's name."""

Health = Literal["ok", "lagging"]
"""`lagging`: some records are found by words only until their vectors are made and indexed."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing remembered."""

    id: str
    text: str
    kind: str
    source: str | None
    """Where it came from: a file, an address, a run."""
    metadata: Mapping[str, Any] = field(hash=False)
    """What JSON can carry."""
    created: datetime
    """When it was added, UTC."""


def checked(record: Record) -> Record:
    """The record as it can be stored: white space around the text dropped, broken Unicode replaced.

    Raises:
        RecordError: text or kind is blank or too long, or the metadata is not JSON.
    """
    text, kind = _whole(record.text).strip(), _whole(record.kind).strip()
    if not text:
        raise RecordError("A blank text can't be remembered; give it at least one character.")
    if len(text) > LONGEST_TEXT:
        raise RecordError(
            f"A text of {len(text):,} characters is too long to remember; split it into parts of "
            f"at most {LONGEST_TEXT:,}."
        )
    if not kind or len(kind) > LONGEST_KIND:
        raise RecordError(
            f"The kind {record.kind!r} is not a name of 1 to {LONGEST_KIND} characters."
        )
    try:
        metadata = json.loads(json.dumps(record.metadata, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise RecordError(
            f"The metadata can't be kept as JSON ({error}); use strings, numbers, lists, mappings."
        ) from error
    source = record.source if record.source is None else _whole(record.source)
    return replace(record, text=text, kind=kind, source=source, metadata=metadata)


def _whole(text: str) -> str:
    """Lone surrogates, which UTF-8 can't carry, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class Part:
    """What one way of searching thought of a record."""

    rank: int | None
    """Place in that way's list, from 1; None where it keeps no list."""
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found."""

    record: Record
    score: float
    """Fused score: the higher, the better; comparable within one search only."""
    why: Mapping[str, Part] = field(hash=False)
    """By name of the part: `words` (BM25, higher is better), `vectors` (cosine, -1 to 1); from
    `Memory.relevant` also `coverage` (share of the query's informative words that the record
    has, 0 to 1) and `lift` (cosine above that of sentences about nothing in particular)."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What a memory holds."""

    path: Path
    records: int
    kinds: Mapping[str, int] = field(hash=False)
    """Records of each kind."""
    pending: int
    """Records that are not in the vector index yet."""
    bytes: int
    """Size of all files under the path."""
    embedder: str | None
    """Name of the embedder that made the vectors; None before the first."""
    health: Health
