"""How memories are shown to one who may write to memory: each with a mark that tells it so."""

import re
from collections.abc import Iterable

from memory.records import Record

__all__ = ["marked", "shown", "unmarked"]

SHORT = 8
"""Characters of an id in what a model reads: each costs it half a token. Enough to be looked up."""
_MARK = re.compile(r"(?:(?<!\s)\s+)?\[memory [0-9a-f]{8,32}\]")


def marked(text: str) -> bool:
    """Whether a text bears the mark of a record; the write gate refuses one that does."""
    return _MARK.search(text) is not None


def unmarked(text: str) -> str:
    """A text without the marks of records."""
    return _MARK.sub("", text)


def shown(records: Iterable[Record]) -> str:
    """Records as lines of data, each with its mark, the id cut short; line breaks go."""
    return "\n".join(f"- {' '.join(record.text.split())} {_short(record)}" for record in records)


def _short(record: Record) -> str:
    return f"[memory {record.id[:SHORT]}]"
