"""A thread for a function that may never return."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

__all__ = ["in_thread"]

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """What the function returns, called in a daemon thread with this task's context variables.

    A caller that is cancelled leaves the thread behind. So the thread is a daemon of our own: those
    of anyio and of the event loop would be waited for when the process ends.

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

    Thread(target=copy_context().run, args=(run,), name="tool", daemon=True).start()
    value, raised = await outcome
    if raised is not None:
        raise raised
    return value  # type: ignore[return-value]  # T may be None itself
