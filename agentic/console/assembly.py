"""From what the user chose to an agent that can run: its model fetched, its memory at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from agentic.agent import Agent
    from memory import Memory

__all__ = ["Choice", "assemble", "choose", "open_memory"]


@dataclass(frozen=True)
class Choice:
    """What the user chose; None where the agent's own, or the configured default, is to serve."""

    agent: str | None = None
    model: str | None = None
    workspace: Path | None = None
    memory: bool = True
    limits: Mapping[str, float | None] = field(default_factory=dict)
    """Names of `Limits` with values, None where the agent's own limit is to stay."""


def choose(choice: Choice) -> "Agent":
    """The agent as chosen, its model still a name. Quick, and tells of every wrong name.

    Raises:
        UsageError: if there is no such agent or folder.
    """
    from agentic.console.roster import find_agent
    from agentic.settings import settings

    agent = find_agent(choice.agent if choice.agent is not None else settings().agent)
    changes: dict[str, Any] = {}
    if limits := {name: most for name, most in choice.limits.items() if most is not None}:
        changes["limits"] = agent.limits.model_copy(update=limits)
    if choice.workspace is not None:
        changes["workspace"] = _folder(choice.workspace)
    if choice.model is not None or agent.model is None:
        changes["model"] = choice.model if choice.model is not None else settings().model
    if not choice.memory:
        changes["memory"] = None
    return agent.with_(**changes)


def assemble(choice: Choice, console: "Console") -> "Agent":
    """The agent as chosen, ready to run; a missing model is fetched under a progress bar.

    Raises:
        UsageError: if there is no such agent, model or folder.
        ModelError: if the model can't be had.
    """
    from agentic.console.progress import pull_progress
    from agentic.console.terminal import notice
    from agentic.models.catalog import resolve

    agent = choose(choice)
    changes: dict[str, Any] = {}
    if isinstance(agent.model, str):
        with pull_progress(console) as progress:
            changes["model"] = resolve(
                agent.model, progress=progress, notice=lambda line: notice(console, line)
            )
    if choice.memory and agent.memory is None:
        changes["memory"] = open_memory(console)
    return agent.with_(**changes)


def open_memory(console: "Console") -> "Memory":
    """The default memory; the user is told when it waits for another process."""
    from agentic.console.terminal import notice
    from agentic.settings import settings
    from memory import Memory

    def on_wait(holder: object) -> None:
        notice(console, f"waiting for the memory, held by {holder or 'another process'}")

    return Memory(settings().memory, on_wait=on_wait)


def _folder(path: Path) -> Path:
    folder = path.expanduser()
    if not folder.is_dir():
        raise UsageError(f"No folder at {folder}; --workspace names one that exists.")
    return folder
