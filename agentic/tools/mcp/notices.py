"""What the user is told about servers and their tools."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Kind", "Notice", "Notify"]

Kind = Literal["unavailable", "new", "changed", "left out", "restarted", "dropped"]
"""Whether a server can't be had, tools are seen for the first time, a tool has changed or can't be
used, or a server that had stopped was started again or is given up."""


@dataclass(frozen=True)
class Notice:
    """Something about a server that the user should know."""

    kind: Kind
    server: str
    text: str
    """The whole of it in words: safe to print, but partly a server's own."""


Notify = Callable[[Notice], None]
