"""Where code that a model wrote may run: the one method a sandbox has, and what comes of a run.

`monty` is an interpreter of its own that only computes. `cpython` is the whole of Python behind two
walls: `sandlock` or `bubblewrap` around the process, and what the process gives up by itself before
the code begins (`inside`, `syscalls`).
"""

from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["MOST_OUTPUT", "Choice", "Failure", "Kind", "Outcome", "Sandbox"]

MOST_OUTPUT = 100_000
"""Characters that a run may print, and that its value may have."""

Choice = Literal["monty", "cpython", "sandlock", "bubblewrap"]
"""Which sandbox: an interpreter that only computes, or the whole of Python behind walls, be they
those that work here or the ones named."""

Kind = Literal["syntax", "unsupported", "raised", "time", "memory", "output", "crashed"]
"""Why a run failed: code that is no Python, or no Python that the sandbox knows; an exception; a
limit; or the sandbox itself broke."""


@dataclass(frozen=True)
class Failure:
    """Why a run came to no good end."""

    kind: Kind
    message: str
    """Of an exception "ValueError: …", else a few words; what was raised is the code's own text."""
    line: int = 0
    """Line of the code, from 1; 0 where it is unknown."""


@dataclass(frozen=True)
class Outcome:
    """What a run printed, and the value it ended with or why it failed."""

    value: str | None = None
    """The last expression's value, text as it is and all else as Python writes it; None for none.
    Where nothing was printed and the last statement assigns, the value assigned."""
    name: str = ""
    """What the value was assigned to; "" for an expression's."""
    printed: str = ""
    failure: Failure | None = None


class Sandbox(Protocol):
    """Runs code that can't reach files, network, environment or this process."""

    def run(self, code: str, seconds: float, memory: int) -> Outcome:
        """Run the code to its end or its limit; when this returns, nothing of it runs on.

        Args:
            code: A whole program, from anywhere.
            seconds: Time that it may take.
            memory: Bytes that it may hold.
        """
        ...
