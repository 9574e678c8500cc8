"""A connection that is no more, and why."""

from dataclasses import dataclass

__all__ = ["Lost"]


@dataclass(eq=False)
class Lost(Exception):
    """The connection to a server ended, or could not be made."""

    reason: str
    """Why, for the user: "it ended with exit code 1: no such module"."""
    untouched: bool = False
    """Whether a call that was to be made certainly was not."""

    def __str__(self) -> str:
        return self.reason
