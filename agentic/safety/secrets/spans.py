"""Where a secret stands in a text, and what is put in its place."""

import re
from typing import NamedTuple

__all__ = ["MARK", "Span", "mark"]

MARK = re.compile(r"\[secret: [^\]\n]{1,80}\]")
"""What `mark` makes."""


class Span(NamedTuple):
    """A part of a text that is secret."""

    start: int
    end: int
    kind: str


def mark(kind: str) -> str:
    """What stands in the place of a secret."""
    return f"[secret: {kind}]"
