"""The process that a run of the sandbox takes place in: its surroundings, its limits, its end."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

from agentic.errors import UsageError

if TYPE_CHECKING:
    from pydantic_monty import MontySession, OSPolicy

__all__ = ["opened"]

_GRACE = 0.5
"""Seconds after its time limit when a worker that does not stop by itself is killed."""
_HOST_CALLS = 100_000
"""Imports and unknown names that code may ask this process about."""
_SLACK = 512 * 2**20
"""Bytes of addresses that a worker takes up before it runs anything, with room to spare."""


@contextmanager
def opened(seconds: float, memory: int) -> "Iterator[MontySession]":
    """A session in a worker of its own, which is gone when the session is left.

    Args:
        seconds: Time that each piece of code may take.
        memory: Bytes that the session may hold.

    Raises:
        UsageError: if a worker can't be started.
    """
    from pydantic_monty import Monty, ResourceLimits

    limits = ResourceLimits(
        max_feed_duration_secs=seconds, max_memory=memory, max_suspensions=_HOST_CALLS
    )
    pool = Monty(
        min_processes=1,
        max_processes=1,
        request_timeout=seconds + 2 * _GRACE,
        feed_duration_limit_grace=_GRACE,
    )
    with ExitStack() as stack:
        try:
            stack.enter_context(pool)
        except RuntimeError as error:
            remedy = "pip install --force-reinstall pydantic-monty"
            raise UsageError(f"The sandbox can't be started ({error}): {remedy}") from error
        checkout = pool.checkout(limits=limits, os_policy=_surroundings())
        session = stack.enter_context(checkout)
        _confine(session.worker_pid, seconds, memory)
        yield session


def _surroundings() -> "OSPolicy":
    """The clock of here, chance that repeats itself, and sleep that takes no time."""
    here = datetime.now().astimezone()
    offset = here.utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    return {
        "timezone": {"offset_seconds": seconds, "name": here.tzname() or "local"},
        "random_start": {"seed": 0},
        "sleep": "zero",
    }


def _confine(worker: int | None, seconds: float, memory: int) -> None:
    """Have the kernel end a worker that outlives its limits, even if this process is gone."""
    if sys.platform != "linux" or worker is None:
        return
    import resource

    room = 4 * memory + _SLACK
    limits = {
        resource.RLIMIT_CPU: ceil(seconds + 2 * _GRACE),
        resource.RLIMIT_AS: room,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        with suppress(OSError, ValueError):  # a container may forbid it; the others still hold
            resource.prlimit(worker, limit, (most, most))
