"""From what the user chose to an agent that can run: its model fetched, its memory at hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from agentic.agent import Agent
    from agentic.safety.permissions import Permissions
    from agentic.tools.base import Tool
    from agentic.tools.mcp import Servers
    from memory import Memory

__all__ = ["Choice", "assemble", "choose", "open_memory", "with_configured"]

LOCK_TIMEOUT = 10.0
"""Seconds; the user sees who holds the memory, and may break off."""


@dataclass(frozen=True)
class Choice:
    """What the user chose; None where the agent's own, or the configured default, is to serve."""

    agent: str | None = None
    model: str | None = None
    workspace: Path | None = None
    memory: bool = True
    place: str | None = None
    """Folder of the memory, or the address of its server."""
    limits: Mapping[str, float | None] = field(default_factory=dict)
    """Names of `Limits` with values; None where the agent's own limit, then that of `agentic.toml`,
    is to stay."""
    approve: str | None = None
    """What becomes of calls that are to be asked about: "ask", "auto" or "never"."""
    attended: bool = True
    """Somebody is there who can be asked."""


def choose(choice: Choice) -> "Agent":
    """The agent as chosen, its model still a name. Quick, and tells of every wrong name.

    Raises:
        UsageError: if there is no such agent or folder, or memory is both named and unwanted.
    """
    from agentic.configuration import read_configuration
    from agentic.console.roster import find_agent
    from agentic.settings import settings

    if choice.place is not None and not choice.memory:
        raise UsageError("--memory and --no-memory exclude each other; give one of them.")
    agent = find_agent(choice.agent if choice.agent is not None else settings().agent)
    chosen = {name: most for name, most in choice.limits.items() if most is not None}
    limits = agent.limits.over(read_configuration().limits).model_copy(update=chosen)
    changes: dict[str, Any] = {"limits": limits}
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
    changes: dict[str, Any] = {"permissions": _permissions(agent, choice)}
    if isinstance(agent.model, str):
        with pull_progress(console) as progress:
            changes["model"] = resolve(
                agent.model, progress=progress, notice=lambda line: notice(console, line)
            )
    if agent.tools:
        changes["tools"] = with_configured(agent.tools, console)
    if choice.memory and (agent.memory is None or choice.place is not None):
        changes["memory"] = open_memory(console, choice.place)
    return agent.with_(**changes)


def _permissions(agent: "Agent", choice: Choice) -> "Permissions":
    """What the agent may do: by its own rules and the user's, and as chosen now.

    Raises:
        UsageError: if there is no such mode, or a fault in `agentic.toml`.
    """
    from agentic.configuration import read_configuration
    from agentic.safety.permissions import mode

    said = read_configuration().permissions
    own = agent.permissions.with_rules(
        allow=said.allow, ask=said.ask, deny=said.deny, untrusted_may=said.untrusted_may
    )
    changes: dict[str, Any] = {"unanswered": "pause" if choice.attended else said.unanswered}
    chosen = choice.approve if choice.approve is not None else said.approve
    if chosen is not None:
        changes["approve"] = mode(chosen)
    return own.model_copy(update=changes)


def with_configured(tools: Iterable[Any], console: "Console", *, mcp: bool = True) -> "list[Tool]":
    """The tools, with those that `agentic.toml` asks for.

    Args:
        tools: The agent's own.
        console: Where the user is told about MCP servers.
        mcp: Start the MCP servers, for their tools.

    Raises:
        UsageError: if there is a fault in the file.
    """
    from agentic.configuration import read_configuration
    from agentic.tools.base import as_tool
    from agentic.tools.configured import configured

    configuration = read_configuration()
    found = [*map(as_tool, tools), *configured(configuration)]
    if configuration.mcp and mcp:
        found += _servers(console).tools
    return list({tool.name: tool for tool in found}.values())


@cache
def _servers(console: "Console") -> "Servers":
    """The MCP servers of this process, connected once; they end with it."""
    from agentic.console.terminal import notice
    from agentic.tools.mcp import Servers

    return Servers(notify=lambda told: notice(console, told.text)).__enter__()


def open_memory(
    console: "Console",
    where: str | None = None,
    *,
    new: bool = True,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Memory":
    """The memory; the user is told when it waits for another process.

    Args:
        console: Where to tell it.
        where: Folder, or address of a Chroma server; None for what the settings name.
        new: Make a folder that was named and is not there.
        lock_timeout: Most seconds to wait for another process that is writing.

    Raises:
        UsageError: if a folder is not there and may not be made.
    """
    from agentic.console.terminal import notice
    from agentic.settings import place, settings
    from memory import Memory

    def on_wait(holder: object) -> None:
        notice(console, f"waiting for the memory, held by {holder or 'another process'}")

    at = place(where) if where is not None else settings().memory
    if where is not None and not new and isinstance(at, Path) and not at.is_dir():
        raise UsageError(f"No memory at {at}; --memory names the folder of one, or an address.")
    folder = _of_server(at) if isinstance(at, str) else None
    return Memory(at, folder=folder, lock_timeout=lock_timeout, on_wait=on_wait)


def _of_server(address: str) -> Path:
    """Where the ledger of a memory on a server lies: under our home, as all else does."""
    from agentic.settings import settings
    from memory.server import Server

    return settings().servers / Server.at(address).folder_name


def _folder(path: Path) -> Path:
    folder = path.expanduser()
    if not folder.is_dir():
        raise UsageError(f"No folder at {folder}; --workspace names one that exists.")
    return folder
