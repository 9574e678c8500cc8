"""A memory on disk that finds what was put in by words and by meaning. Usable alone.

    >>> from memory import Memory
    >>> with Memory("notes") as memory:
    ...     memory.add("Ann's favourite colour is teal.")
    ...     memory.search("Which colour does Ann like?")

Importing it is cheap: numpy, Chroma and the embedder are loaded at first use.
"""

from memory.adapters import as_embedder
from memory.errors import (
    BatchError,
    DocumentError,
    EmbedderError,
    FilterError,
    RecordError,
    Refused,
    ServerUnreachable,
    ServerUnusable,
    StoreBusy,
    StoreError,
    StoreUnreadable,
)
from memory.lock import Holder
from memory.memory import Memory
from memory.records import Account, Hit, Part, Record, Stats

__all__ = [
    "Account",
    "BatchError",
    "DocumentError",
    "EmbedderError",
    "FilterError",
    "Hit",
    "Holder",
    "Memory",
    "Part",
    "Record",
    "RecordError",
    "Refused",
    "ServerUnreachable",
    "ServerUnusable",
    "Stats",
    "StoreBusy",
    "StoreError",
    "StoreUnreadable",
    "as_embedder",
]
