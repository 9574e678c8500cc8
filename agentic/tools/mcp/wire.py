"""What stands between the SDK's session and the streams of messages."""

from collections.abc import AsyncIterator
from contextvars import ContextVar

from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCNotification, JSONRPCRequest, RequestId

__all__ = ["Incoming", "Outgoing", "Receiving", "Sending", "noting"]

Receiving = MemoryObjectReceiveStream[SessionMessage | Exception]
"""Messages from a server."""
Sending = MemoryObjectSendStream[SessionMessage]
"""Messages to a server."""

_NEWS = "notifications/tools/list_changed"
_SENT: ContextVar[list[RequestId]] = ContextVar("_SENT")


def noting(ids: list[RequestId]) -> None:
    """Have the ids of the requests that this task makes noted in the list."""
    _SENT.set(ids)


class Outgoing:
    """The stream to a server. Notes the id that the session gives a request: it tells nobody, and
    without it no request can be cancelled."""

    def __init__(self, stream: Sending) -> None:
        self._stream = stream

    async def send(self, item: SessionMessage) -> None:
        ids, root = _SENT.get(None), item.message.root
        if ids is not None and isinstance(root, JSONRPCRequest):
            ids.append(root.id)
        await self._stream.send(item)

    async def __aenter__(self) -> "Outgoing":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stream.aclose()


class Incoming:
    """The stream from a server, less news that we have no use for: of one that it does not know,
    the session complains on the console."""

    def __init__(self, stream: Receiving) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[SessionMessage | Exception]:
        async for item in self._stream:
            root = None if isinstance(item, Exception) else item.message.root
            if not isinstance(root, JSONRPCNotification) or root.method == _NEWS:
                yield item

    async def __aenter__(self) -> "Incoming":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stream.aclose()
