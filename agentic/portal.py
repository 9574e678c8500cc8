"""The door from code that is not asynchronous to the core, which is."""

from collections.abc import AsyncIterator, Callable, Iterator
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["drained"]

T = TypeVar("T")


def drained(events: Callable[[], AsyncIterator[T]]) -> Iterator[T]:
    """What an asynchronous iterator yields, as it comes; closing this one stops that one.

    It runs in an event loop of its own, on another thread, so it works within a running one too.
    """
    from anyio.from_thread import start_blocking_portal

    queue: SimpleQueue[T | None] = SimpleQueue()

    async def pump() -> None:
        try:
            async for event in events():
                queue.put(event)
        finally:
            queue.put(None)

    with start_blocking_portal() as portal:
        running = portal.start_task_soon(pump)
        try:
            while (event := queue.get()) is not None:
                yield event
            running.result()
        finally:
            running.cancel()
