"""The ready-made agents: every module of the package `agents` that has an `agent`."""

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest

if TYPE_CHECKING:
    from agentic.agent import Agent

__all__ = ["find_agent", "ready_made", "summary"]


def ready_made() -> dict[str, "Agent"]:
    """The ready-made agents by name."""
    found = {name: _load(name) for name in _names()}
    return {name: agent for name, agent in found.items() if agent is not None}


def find_agent(name: str) -> "Agent":
    """The ready-made agent of that name.

    Raises:
        UsageError: if there is none.
    """
    agent = _load(name) if name in _names() else None
    if agent is None:
        names = list(ready_made())
        hint = did_you_mean(nearest(name, names))
        there = ", ".join(names) or "none"
        raise UsageError(f"No agent named {name!r}; there are: {there}.{hint}")
    return agent


def summary(name: str, agent: "Agent") -> str:
    """What an agent is for, in one line."""
    about = import_module(f"agents.{name}").__doc__ or agent.instructions
    return about.strip().partition("\n")[0].removeprefix(f"{name}: ")


def _names() -> list[str]:
    import agents

    return sorted(module.name for module in pkgutil.iter_modules(agents.__path__))


def _load(name: str) -> "Agent | None":
    from agentic.agent import Agent

    agent = getattr(import_module(f"agents.{name}"), "agent", None)
    return agent if isinstance(agent, Agent) else None
