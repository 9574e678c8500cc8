"""A process behind walls: what a wall gives us of it."""

from pathlib import Path
from typing import IO, Protocol

from agentic.safety.sandboxes.interpreter import Interpreter

__all__ = ["Confined", "Wall"]


class Confined(Protocol):
    """A process that was started behind a wall."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]

    def end(self) -> None:
        """Kill it and all that came of it; when this returns, they are gone."""
        ...


class Wall(Protocol):
    """Keeps a process from everything but what an interpreter needs, and one folder."""

    def missing(self) -> str:
        """Why it can't be had here, with the remedy; "" where it can, as far as can be told
        without starting it.
        """
        ...

    def start(self, interpreter: Interpreter, program: str, folder: Path) -> Confined:
        """Start a program, given as its source, in the folder, which alone may be written to.

        Raises:
            UsageError: if it can't be started.
        """
        ...
