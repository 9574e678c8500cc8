"""What a tool is handed, and what it may hand back besides a plain value."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memory import Memory

__all__ = ["ToolContext", "ToolOutput"]


@dataclass(frozen=True)
class ToolContext:
    """The run that a tool works for.

    A tool's parameter annotated with this class is filled in by the runner; the model never
    sees it.
    """

    workspace: Path
    """Folder that file tools work under and never leave."""
    memory: "Memory | None" = None
    """Memory of the agent; None when it has none."""
    run_id: str = ""
    key: str = ""
    """The call's own key: the same when it is made again after a kill, and no other call's."""
    untrusted: bool = False
    """The run has read text from elsewhere; what is kept of it must say so."""
    private: bool = False
    """The run has read what is the user's alone."""
    files: Path | None = None
    """Folder of the run's own files, where results too long to be read at once lie; made when
    needed. None where nothing is kept."""
    cancelled: Event = field(default_factory=Event, compare=False)
    """Set when nobody waits for the call any more; a tool that works for long should look."""


@dataclass(frozen=True)
class ToolOutput:
    """A result that names where it came from."""

    text: str
    sources: tuple[str, ...] = ()
    """Files, addresses or memory ids."""
    untrusted: bool | None = None
    """Whether the text was written by others; None for what the tool says of all its results."""
    private: bool | None = None
    """Whether it may be the user's alone; None for what the tool says of all its results."""
