"""The transport of a guarded client: HTTP over connections that were checked beneath it.

The check lies beneath HTTP, so the `Host` header and the name in the certificate stay the host's.
`langchain_core._security` does nearly the same, but it is private, lets environment variables lift
the check, knows hosts without their ports, and has no limit on the time of a whole exchange.

httpx and httpcore are imported here at the top: import this module inside functions.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpcore
import httpx

from agentic.errors import ToolError
from agentic.safety.network.body import BrokenOff
from agentic.safety.network.connection import Clock, GuardedBackend, Resolve

__all__ = ["GuardedTransport", "check_form"]


def check_form(url: httpx.URL) -> None:
    """Refuse an address that is not one of a plain web page.

    Raises:
        ToolError: if its scheme is another, it names no host, or it holds a password.
    """
    try:
        named = bool(url.host)
    except UnicodeError as error:  # `xn--` and what stands for no character
        raise ToolError(f"{str(url)[:80]!r} names no host ({error}).") from error
    if url.scheme not in ("http", "https"):
        raise ToolError(f"{url.scheme!r} addresses can't be reached; use http or https.")
    if not named:
        raise ToolError(f"{str(url)[:80]!r} names no host.")
    if url.userinfo:
        raise ToolError("An address with a name or password in it is refused; leave them out.")


class GuardedTransport(httpx.BaseTransport):
    """Carries requests to public addresses only; its faults are tool errors.

    Args:
        allow: Hosts and ports that may lie in a private network.
        seconds: Time for all that it carries, from now on.
        resolve: Gives the addresses of a host.
    """

    def __init__(self, allow: frozenset[tuple[str, int]], seconds: float, resolve: Resolve) -> None:
        self._allow = allow
        self._clock = Clock(seconds)
        self._resolve = resolve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over a connection of its own."""
        url = request.url
        check_form(url)
        pool = httpcore.ConnectionPool(
            ssl_context=_certificates(),
            max_keepalive_connections=0,
            network_backend=GuardedBackend(self._allow, self._clock, self._resolve),
        )
        content = request.stream
        assert isinstance(content, httpx.SyncByteStream)
        with _faults_told(url.host, self._clock):
            answer = pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme,
                        host=url.raw_host,
                        port=url.port,
                        target=url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=content,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, pool, url.host, self._clock),
            extensions=answer.extensions,
        )


class _Body(httpx.SyncByteStream):
    """The body of an answer; closing it closes the connection."""

    def __init__(
        self, answer: httpcore.Response, pool: httpcore.ConnectionPool, host: str, clock: Clock
    ) -> None:
        self._answer = answer
        self._pool = pool
        self._host = host
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        with _faults_told(self._host, self._clock):
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
        self._pool.close()


@contextmanager
def _faults_told(host: str, clock: Clock) -> Iterator[None]:
    """Turn the faults of a connection that was made into errors that a model can read."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise BrokenOff(
            f"{host} is too slow: it fell silent, or was not done within {clock.seconds:g} seconds."
        ) from error
    except httpcore.LocalProtocolError as error:
        raise ToolError(f"The request to {host} is not well-formed: {error}.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise BrokenOff(f"The connection to {host} broke off ({error}).") from error


@cache
def _certificates() -> ssl.SSLContext:
    """Loading them takes a moment. A firm's own authority is named by `SSL_CERT_FILE`."""
    return httpx.create_ssl_context()
