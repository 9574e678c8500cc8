"""Errors of the memory. Each names the thing and the remedy.

StoreError            the user can mend it
├── DocumentError     a file can't be turned into text
├── RecordError       what was to be stored is not well-formed
│   ├── Refused       it is well-formed, and no memory worth keeping
│   └── BatchError    some of a batch was not stored; the rest was
├── FilterError       a search or listing asks for what there can't be
├── EmbedderError     the embedder can't be had, or is not the one that made the vectors
├── StoreBusy         another process holds the memory
├── ServerUnreachable the Chroma server does not answer
├── ServerUnusable    its address is no address, or what answers there is no Chroma that we know
└── StoreUnreadable   what lies on disk can't be read
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory.records import Record

TOLD = 5
"""Items of a batch that an error tells of."""

__all__ = [
    "BatchError",
    "DocumentError",
    "EmbedderError",
    "FilterError",
    "IndexBroken",
    "RecordError",
    "Refused",
    "ServerUnreachable",
    "ServerUnusable",
    "StoreBusy",
    "StoreError",
    "StoreUnreadable",
]


class StoreError(Exception):
    """Something about the memory that the user can mend; its text says how."""


class DocumentError(StoreError):
    """A file that is not there, can't be read, or holds no text that we know how to get."""


class RecordError(StoreError, ValueError):
    """An empty text, a kind or metadata that can't be stored."""


class Refused(RecordError):
    """No memory worth keeping: system text, an empty phrase, or what memory itself gave out."""


class BatchError(RecordError):
    """Some items of a batch were not stored; the others were.

    Attributes:
        stored: What was stored, by its place in the batch from 0.
        errors: Why each of the others was not, by its place.
    """

    def __init__(self, stored: "Mapping[int, Record]", errors: Mapping[int, RecordError]) -> None:
        self.stored = stored
        self.errors = errors
        told = "; ".join(f"item {place}: {error}" for place, error in list(errors.items())[:TOLD])
        more = f"; and {len(errors) - TOLD} more" if len(errors) > TOLD else ""
        super().__init__(
            f"{len(stored)} of {len(stored) + len(errors)} stored, the others not: {told}{more}"
        )


class FilterError(StoreError, ValueError):
    """A kind that no record has, an operator that is none, a value nothing can be compared with."""


class EmbedderError(StoreError):
    """No embedder, or another one than made the vectors that are there."""


class StoreBusy(StoreError):
    """Another process held the memory for longer than we were told to wait."""


class ServerUnreachable(StoreError):
    """The Chroma server does not answer. Nothing is lost: the records are in the ledger."""


class ServerUnusable(StoreError):
    """An address that is none, or a server that is not a Chroma whose API we speak."""


class StoreUnreadable(StoreError):
    """A file of the memory is damaged, foreign, or from a newer version."""


class IndexBroken(Exception):
    """The vector index failed. Never reaches a caller: the index is made anew from the ledger."""
