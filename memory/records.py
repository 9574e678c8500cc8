"""What is remembered, and what a search gives back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from memory.errors import RecordError

__all__ = [
    "Account",
    "Event",
    "Health",
    "Hit",
    "Part",
    "Record",
    "Stats",
    "Use",
    "checked",
    "whole",
]

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
    importance: float = 0.5
    """From 0 to 1: what is more important is found a little sooner and fades later."""
    ended: datetime | None = None
    """Since when it is no longer held to be so; None for what is."""

    @property
    def mark(self) -> str:
        """What it bears where it is shown: `[memory 1f…]`; see `memory.marks`."""
        return f"[memory {self.id}]"

    @property
    def citation(self) -> str:
        """Where it is from, to be followed: `docs/guide.md:12-20`, `run 7c… [memory 1f…]`.

        A path is given from the working directory, where the file is under it.
        """
        if self.kind == "passage" and self.source is not None:
            from memory.documents.citing import cite

            lines, pages = map(_span, map(self.metadata.get, ("lines", "pages")))
            headings = self.metadata.get("headings") if lines is pages is None else None
            path = tuple(map(str, headings)) if isinstance(headings, list) else ()
            return cite(_from_here(self.source), path, lines, pages)
        return " ".join(filter(None, (" ".join((self.source or "").split()), self.mark)))


def checked(record: Record) -> Record:
    """The record as it can be stored: white space around the text dropped, broken Unicode replaced.

    Raises:
        RecordError: text or kind is blank or too long, or the metadata is not JSON.
    """
    text, kind = whole(record.text).strip(), whole(record.kind).strip()
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
    if not 0 <= record.importance <= 1:
        raise RecordError(f"An importance of {record.importance} is not between 0 and 1.")
    source = record.source if record.source is None else whole(record.source)
    return replace(record, text=text, kind=kind, source=source, metadata=metadata)


def _from_here(path: str) -> str:
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path


def _span(place: Any) -> tuple[int, int] | None:
    match place:
        case [int() as first, int() as last]:
            return first, last
    return None


def whole(text: str) -> str:
    """A text as SQLite can keep it: lone surrogates, which UTF-8 has no bytes for, replaced."""
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
    """By name of the part: `words` (BM25, higher is better), `vectors` (cosine, -1 to 1),
    `closeness` (largest share of the query's words in one place of the text, 0 to 1), `new` (share
    of the query's words that no hit before it has), `follows` (cosine to the best hit), `kind`
    (what its kind gives for age and importance); from `Memory.relevant` also `coverage` (share of
    the query's informative words that the record has) and `lift` (cosine above that of sentences
    about nothing in particular)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record after it was added."""

    at: datetime
    event: str
    """`merged`, `superseded`, `supersedes`, `weighed`, `faded`, `replaced`."""
    detail: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Use:
    """A record was made use of."""

    at: datetime
    by: str
    """What used it, such as `run 1f…`."""


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known about a record: where it comes from and what became of it."""

    record: Record
    sources: tuple[str, ...]
    """Everything it came from; the first is the record's own."""
    uses: tuple[Use, ...]
    """The latest uses, the last one first."""
    used: int
    """How often it was used in all."""
    history: tuple[Event, ...]
    because: str | None
    """Why it ended: `superseded` or `faded`; None while it is held."""
    instead: str | None
    """Id of the record that took its place."""
    before: tuple[Record, ...]
    """Records whose place it took, the latest first."""
    strength: float
    """See `memory.fading.strength`."""


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
