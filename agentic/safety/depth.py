"""How deep agents may run inside tools of agents."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from agentic.errors import UsageError
from agentic.safety.budget import Limits

__all__ = ["admitted", "deeper"]

_room: ContextVar[float] = ContextVar("agentic_depth", default=math.inf)
"""Agents that may yet run inside one another from here on."""


def admitted(name: str) -> None:
    """Let an agent begin to run.

    Args:
        name: The agent's name, for what is said.

    Raises:
        UsageError: if the agents whose tools it is called from allow none inside them.
    """
    if _room.get() < 1:
        raise UsageError(
            f"Agent {name!r} would run deeper inside tools of agents than `depth` in the limits of "
            "an agent around it allows; raise that, or let the task be done without it."
        )


@contextmanager
def deeper(limits: Limits) -> Iterator[None]:
    """Within the block are the tools of an agent; the tightest limit around it holds.

    Not for a block that yields to others: what an asynchronous generator sets, its caller has too.
    """
    own = math.inf if limits.depth is None else limits.depth
    token = _room.set(min(_room.get() - 1, own))
    try:
        yield
    finally:
        _room.reset(token)
