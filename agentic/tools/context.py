"""What a tool is handed, and what it may hand back besides a plain value."""

from dataclasses import dataclass
from pathlib import Path
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


@dataclass(frozen=True)
class ToolOutput:
    """A result that names where it came from."""

    text: str
    sources: tuple[str, ...] = ()
    """Files, addresses or memory ids."""
