"""A thread for a function that may never return."""

import asyncio
import ctypes
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from threading import Thread, Timer
from threading import enumerate as all_threads
from typing import TypeVar

__all__ = ["Abandoned", "in_thread", "left_behind"]

T = TypeVar("T")

GRACE = 1.0
"""Seconds that abandoned work has to end by itself."""


class Abandoned(BaseException):
    """Raised within work that nobody waits for any more, so that it ends."""


async def in_thread(work: Callable[[], T], owner: str = "") -> T:
    """What the function returns, called in a daemon thread with this task's context variables.

    A caller that is cancelled leaves the thread behind: after a second of grace `Abandoned` is
    raised within it, at its next line of Python. One that is blocked in a system call ends when
    that returns. So the thread is a daemon of our own: those of anyio and of the event loop would
    be waited for when the process ends.

    Args:
        work: The function.
        owner: The run that it works for; `left_behind` finds it by that.

    Raises:
        BaseException: what the function raised.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[tuple[T | None, BaseException | None]] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if not outcome.done():
            outcome.set_result((value, error))

    def run() -> None:
        value, raised = None, None
        try:
            value = work()
        except BaseException as error:
            raised = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, value, raised)

    thread = Thread(target=copy_context().run, args=(run,), name=f"tool {owner}", daemon=True)
    thread.start()
    try:
        value, raised = await outcome
    except asyncio.CancelledError:
        _end_later(thread)
        raise
    if raised is not None:
        raise raised
    return value  # type: ignore[return-value]  # T may be None itself


def left_behind(owner: str) -> list[Thread]:
    """The threads that still work for a run; once it has ended, those that could not be ended."""
    return [each for each in all_threads() if each.name == f"tool {owner}" and each.is_alive()]


def _end_later(thread: Thread) -> None:
    timer = Timer(GRACE, _end, (thread,))
    timer.daemon = True
    timer.start()


def _end(thread: Thread) -> None:
    if thread.is_alive() and thread.ident is not None:
        # the one way that CPython has to break off Python code in another thread
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Abandoned)
        )
