"""A server that is reached at an address, over streamable HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from mcp import McpError
from mcp.client.streamable_http import streamable_http_client

from agentic.tools.mcp.lost import Lost
from agentic.tools.mcp.wire import Receiving, Sending
from agentic.tools.mcp.wording import tidy

__all__ = ["SESSION_GONE", "HttpTransport", "lost_by"]

SESSION_GONE = 32600
"""The code that the SDK gives an answer of 404: there is no such session, or nothing at all."""

_LONGEST = 64 * 1024 * 1024
"""Bytes of the answer to one request."""
_SECONDS = 30.0
"""For connecting and sending; an answer may take as long as its tool is given."""


class HttpTransport:
    """A connection, made when the transport is opened.

    Args:
        url: The address.
        headers: Sent with each request; the SDK follows no redirect to another host.
    """

    last_words = ""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = dict(headers)

    @asynccontextmanager
    async def open(self, lost: "asyncio.Future[Lost]") -> AsyncIterator[tuple[Receiving, Sending]]:
        """The streams of messages from and to the server.

        Args:
            lost: Told when an answer breaks off, of which the SDK says nothing.
        """

        async def watch(response: httpx.Response) -> None:
            if response.request.method == "POST":
                assert isinstance(response.stream, httpx.AsyncByteStream)
                response.stream = _Watched(response.stream, lost)

        timeout = httpx.Timeout(_SECONDS, read=None)
        hooks = {"response": [watch]}
        async with (
            httpx.AsyncClient(headers=self._headers, timeout=timeout, event_hooks=hooks) as client,
            streamable_http_client(self._url, http_client=client) as (read, write, _),
        ):
            yield read, write


class _Watched(httpx.AsyncByteStream):
    """The body of an answer, bounded; when it breaks off, the connection is lost."""

    def __init__(self, body: httpx.AsyncByteStream, lost: "asyncio.Future[Lost]") -> None:
        self._body = body
        self._lost = lost

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._body:
                size += len(chunk)
                if size > _LONGEST:
                    raise httpx.ReadError(f"it sent more than {_LONGEST // 1024**2} MB")
                yield chunk
        except httpx.TransportError as error:
            if not self._lost.done():
                self._lost.set_result(Lost(f"its answer broke off ({tidy(str(error))})"))
            raise

    async def aclose(self) -> None:
        await self._body.aclose()


def lost_by(error: BaseException) -> Lost:
    """Why a connection ended, by the error that ended it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case Lost():
            return error
        case httpx.HTTPStatusError(response=response) if response.status_code in (401, 403):
            return Lost(f"it answered {response.status_code}; check its 'headers'", untouched=True)
        case httpx.HTTPStatusError(response=response):
            return Lost(f"it answered {response.status_code}", untouched=response.is_client_error)
        case McpError() if error.error.code == SESSION_GONE:
            return Lost("it answered 404; check its 'url'", untouched=True)
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return Lost(f"it can't be reached ({tidy(str(error))})", untouched=True)
    return Lost(tidy(str(error)) or type(error).__name__)
