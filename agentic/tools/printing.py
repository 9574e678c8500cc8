"""What a tool prints goes to stderr: stdout carries the answer and nothing else.

`sys.stdout` belongs to the whole process, so it is not swapped for stderr while a tool runs;
others may be writing to it. Instead a router stands in for it as long as any tool runs, and sends
on by context: what a tool's own thread or task prints goes to stderr, the rest where it went
before. Out of reach are threads that a tool starts itself, processes, and C code.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any, TextIO, cast

__all__ = ["printing_to_stderr"]

_diverted: ContextVar[bool] = ContextVar("_diverted", default=False)


class _Router:
    """Stands in for stdout, one installed at a time, while `users` tools run."""

    def __init__(self, stdout: TextIO) -> None:
        self.stdout = stdout
        self.users = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr if _diverted.get() else self.stdout, name)


_lock = Lock()


@contextmanager
def printing_to_stderr() -> Iterator[None]:
    """Send what this thread or task prints to stderr."""
    router = _enter()
    token = _diverted.set(True)
    try:
        yield
    finally:
        _diverted.reset(token)
        _leave(router)


def _enter() -> _Router:
    with _lock:
        current: Any = sys.stdout
        router = current if isinstance(current, _Router) else _Router(current)
        router.users += 1
        sys.stdout = cast(TextIO, router)
        return router


def _leave(router: _Router) -> None:
    with _lock:
        router.users -= 1
        if router.users == 0 and cast(Any, sys.stdout) is router:
            sys.stdout = router.stdout
