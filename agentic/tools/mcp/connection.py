"""One session with a server, from its start to its end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar, cast

from mcp import ClientSession, McpError, types

from agentic.tools.mcp.lost import Lost
from agentic.tools.mcp.remote import SESSION_GONE, lost_by
from agentic.tools.mcp.wire import Incoming, Outgoing, Receiving, Sending, noting

__all__ = ["Connection", "Transport"]

T = TypeVar("T")

_MOST_PAGES = 100
_GOODBYE = 5.0
"""Seconds that ending a session may take, its process included."""
_CANCELLING = 1.0
"""Seconds for telling a server that a call is cancelled."""
_US = types.Implementation(name="agentic", version="0.1.0")

logging.getLogger("mcp").addHandler(logging.NullHandler())  # what matters is told by us


class Transport(Protocol):
    """What carries the messages."""

    def open(
        self, lost: "asyncio.Future[Lost]"
    ) -> AbstractAsyncContextManager[tuple[Receiving, Sending]]: ...

    @property
    def last_words(self) -> str: ...


class Connection:
    """A session with a server.

    Args:
        transport: What carries its messages.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[Lost] = loop.create_future()
        self._ready: asyncio.Future[ClientSession] = loop.create_future()
        self._leave: asyncio.Future[None] = loop.create_future()
        self._task: asyncio.Task[None] | None = None
        self.tools: list[types.Tool] = []
        """The tools that the server has, as it listed them last."""
        self.instructions: str | None = None
        """What the server says of its tools as a whole."""
        self.outdated = True
        """Whether they are to be looked at: for the first time, or since they have changed."""

    @property
    def lost(self) -> Lost | None:
        """How the session ended; None while it lasts."""
        return self._lost.result() if self._lost.done() else None

    async def start(self, seconds: float) -> None:
        """Begin the session and list the server's tools.

        Raises:
            Lost: if the server can't be had within so many seconds.
        """
        self._task = asyncio.create_task(self._keep())
        self._task.add_done_callback(self._ended)
        try:
            await _first(self._ready, self._lost, seconds=seconds)
            if not self._ready.done():
                raise self.lost if self.lost is not None else self._late(seconds)
        except BaseException:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_GOODBYE)
            raise

    def _late(self, seconds: float) -> Lost:
        words = f": {self._transport.last_words}" if self._transport.last_words else ""
        return Lost(f"it did not answer within {seconds:g} seconds{words}")

    async def close(self) -> None:
        """End the session, and the server's process with it."""
        if self._task is None:
            return
        if not self._leave.done():
            self._leave.set_result(None)
        done, _ = await asyncio.wait({self._task}, timeout=_GOODBYE)
        if not done:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_GOODBYE)

    async def refresh(self) -> None:
        """List the server's tools again.

        Raises:
            Lost: if the connection ends meanwhile.
            McpError: if the server refuses.
        """
        session = self._ready.result()
        self.tools = await self._unless_lost(_listed(session))

    async def call(self, name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        """Call a tool; where the caller is cancelled, the call is cancelled at the server too.

        The answer is not checked against the tool's output schema: it is read as it comes.

        Raises:
            Lost: if the connection ends before the answer.
            McpError: if the server refuses.
        """
        params = types.CallToolRequestParams(name=name, arguments=arguments)
        request = types.ClientRequest(types.CallToolRequest(params=params))
        session, sent = self._ready.result(), list[types.RequestId]()

        async def ask() -> types.CallToolResult:
            noting(sent)
            return await session.send_request(request, types.CallToolResult)

        try:
            return await self._unless_lost(ask())
        except asyncio.CancelledError:
            if sent and not self._lost.done():
                telling = asyncio.create_task(_cancel(session, sent[0]))
                await asyncio.wait({telling}, timeout=_CANCELLING)
            raise
        except McpError as error:
            if error.error.code != SESSION_GONE:
                raise
            self._end(Lost("it has forgotten the session", untouched=True))
            raise self._lost.result() from error

    def _end(self, lost: Lost) -> None:
        if not self._lost.done():
            self._lost.set_result(lost)

    async def _keep(self) -> None:
        """Hold the session: what the SDK opens must be closed by the task that opened it."""
        async with (
            self._transport.open(self._lost) as (read, write),
            ClientSession(
                cast("Receiving", Incoming(read)),
                cast("Sending", Outgoing(write)),
                message_handler=self._hear,
                client_info=_US,
            ) as session,
        ):
            self.instructions = (await session.initialize()).instructions
            self.tools = await _listed(session)
            self._ready.set_result(session)
            await _first(self._leave, self._lost)

    async def _hear(self, message: Any) -> None:
        if isinstance(message, ValueError):  # an answer that can't be read: none will follow
            self._end(Lost("it sent a message that can't be read"))
        root = getattr(message, "root", None)
        self.outdated |= isinstance(root, types.ToolListChangedNotification)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        self._end(Lost("it was closed") if error is None else lost_by(error))

    async def _unless_lost(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work returns, if it does so before the connection ends."""
        task = asyncio.create_task(work)
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await _first(task, self._lost)
            good = task.done() and not task.cancelled() and task.exception() is None
            if self._lost.done() and not good:
                raise self._lost.result()
            return task.result()
        finally:
            task.cancel()


async def _first(*futures: "asyncio.Future[Any]", seconds: float | None = None) -> None:
    """Wait until one of them is done, or the time has passed."""
    await asyncio.wait(futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


async def _listed(session: ClientSession) -> list[types.Tool]:
    there = session.get_server_capabilities()
    if there is None or there.tools is None:
        return []
    return [tool async for tool in _pages(session)]


async def _pages(session: ClientSession) -> AsyncIterator[types.Tool]:
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await session.list_tools(params=types.PaginatedRequestParams(cursor=cursor))
        for tool in page.tools:
            yield tool
        cursor = page.nextCursor
        if not cursor:
            return


async def _cancel(session: ClientSession, request: types.RequestId) -> None:
    params = types.CancelledNotificationParams(requestId=request, reason="nobody waits for it")
    await session.send_notification(
        types.ClientNotification(types.CancelledNotification(params=params))
    )
