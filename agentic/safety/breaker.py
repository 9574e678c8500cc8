"""A circuit breaker: a host that fails again and again is left alone for a while."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from agentic.errors import ToolError, may_pass

__all__ = ["BREAKER", "Breaker"]


@dataclass
class _Host:
    failures: int = 0
    rests_until: float = 0.0


class Breaker:
    """Counts failures in a row, a host at a time.

    Args:
        failures: Failures in a row after which a host is not asked.
        rest: Seconds that it is then left alone; after them one call may try it.
        clock: Gives the seconds that rests are measured by.
    """

    def __init__(
        self, failures: int = 4, rest: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    @contextmanager
    def asking(self, host: str) -> Iterator[None]:
        """Ask a host within the block; an error that may pass counts as its failure.

        Raises:
            ToolError: if the host is left alone for now.
        """
        self._check(host.lower())
        try:
            yield
        except Exception as error:
            if may_pass(error):
                self._failed(host.lower())
            raise
        with self._lock:
            self._hosts.pop(host.lower(), None)

    def _check(self, host: str) -> None:
        with self._lock:
            known = self._hosts.get(host, _Host())
            left = known.rests_until - self._clock()
            if left > 0:
                raise ToolError(
                    f"{host} failed {known.failures} times in a row and is left alone for "
                    f"{left:.0f} more seconds. Go on without it, or with another source."
                )
            if known.failures >= self._most:  # this call alone tries it; others wait for it
                known.rests_until = self._clock() + self._rest

    def _failed(self, host: str) -> None:
        with self._lock:
            known = self._hosts.setdefault(host, _Host())
            known.failures += 1
            if known.failures >= self._most:
                known.rests_until = self._clock() + self._rest


BREAKER = Breaker()
"""The one that the tools of this process share."""
