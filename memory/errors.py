"""Errors of the memory. Each names the thing and the remedy.

StoreError            the user can mend it
├── RecordError       what was to be stored is not well-formed
├── EmbedderError     the embedder can't be had, or is not the one that made the vectors
├── StoreBusy         another process holds the memory
└── StoreUnreadable   what lies on disk can't be read
"""

__all__ = [
    "EmbedderError",
    "IndexBroken",
    "RecordError",
    "StoreBusy",
    "StoreError",
    "StoreUnreadable",
]


class StoreError(Exception):
    """Something about the memory that the user can mend; its text says how."""


class RecordError(StoreError, ValueError):
    """An empty text, a kind or metadata that can't be stored."""


class EmbedderError(StoreError):
    """No embedder, or another one than made the vectors that are there."""


class StoreBusy(StoreError):
    """Another process held the memory for longer than we were told to wait."""


class StoreUnreadable(StoreError):
    """A file of the memory is damaged, foreign, or from a newer version."""


class IndexBroken(Exception):
    """The vector index failed. Never reaches a caller: the index is made anew from the ledger."""
