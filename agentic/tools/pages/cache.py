"""Pages kept for some minutes, so that reading on asks nobody again."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")


class Kept(Generic[T]):
    """The values last kept, by name, each for a while.

    Args:
        most: Values kept; the one kept longest gives way.
        seconds: Time for which each is kept.
        clock: Gives the seconds.
    """

    def __init__(
        self,
        most: int = 16,
        seconds: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._values: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> T | None:
        """The value kept under a name, if its time is not over."""
        with self._lock:
            until, value = self._values.get(name, (0.0, None))
            return value if self._clock() < until else None

    def keep(self, name: str, value: T) -> None:
        """Keep a value under a name."""
        with self._lock:
            self._values.pop(name, None)
            self._values[name] = (self._clock() + self._seconds, value)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
