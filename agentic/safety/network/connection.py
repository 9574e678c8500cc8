"""Connections that go to an address that was checked, in time.

The name of a host is looked up once, all its addresses are checked, and the connection is made to
one of these very addresses: what the name says a moment later (DNS rebinding) changes nothing.

httpx and httpcore are imported here at the top: import this module inside functions.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence

import httpcore
import httpx

from agentic.errors import ToolError, TransientToolError
from agentic.safety.network.addresses import refused_address, refused_name

__all__ = ["Clock", "GuardedBackend", "Resolve", "look_up"]

Resolve = Callable[[str, int], Sequence[str]]
"""Gives the addresses of a host."""
_CONNECT_SECONDS = 8.0


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Clock:
    """The time that an exchange has as a whole, however little each part of it takes."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds left, no more than `most`."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if most is None else min(left, most)


class GuardedBackend(httpcore.NetworkBackend):
    """Looks a host up, checks what it finds, and connects to that."""

    def __init__(self, allow: frozenset[tuple[str, int]], clock: Clock, resolve: Resolve) -> None:
        self._allow = allow
        self._clock = clock
        self._resolve = resolve
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore.NetworkStream:
        fault: Exception | None = None
        for address in self._checked(host, port):
            try:
                stream = self._system.connect_tcp(
                    address, port, self._clock.left(_CONNECT_SECONDS), local_address
                )
                self._check_peer(stream, host, port)
                return _Stream(stream, self._clock, host)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        raise _unreachable(host, fault) from fault

    def _check_peer(self, stream: httpcore.NetworkStream, host: str, port: int) -> None:
        """Refuse a connection that led elsewhere: not every system connects as it is told."""
        peer = stream.get_extra_info("server_addr")
        refused = (
            refused_address(str(peer[0]), trusted=self._trusts(host, port)) if peer else "none"
        )
        if refused is not None:
            stream.close()
            raise _refusal(host, refused)

    def _trusts(self, host: str, port: int) -> bool:
        return (host.rstrip(".").lower(), port) in self._allow

    def _checked(self, host: str, port: int) -> list[str]:
        """Addresses of the host, all of them public."""
        trusted = self._trusts(host, port)
        refused = None if trusted else refused_name(host)
        if refused is None:
            addresses = list(dict.fromkeys(_found(self._resolve, host, port)))
            refusals = (refused_address(each, trusted=trusted) for each in addresses)
            refused = next(filter(None, refusals), None)
            if refused is None:
                return addresses
        raise _refusal(host, refused)


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends with the exchange's time."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock, host: str) -> None:
        self._inner = inner
        self._clock = clock
        self._host = host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            left = self._clock.left(_CONNECT_SECONDS)
            secured = self._inner.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise _untrusted(self._host, error.__cause__) from error
            raise _unreachable(self._host, error) from error
        except httpcore.TimeoutException:
            self._inner.close()
            raise
        return _Stream(secured, self._clock, self._host)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _shown(host: str) -> str:
    """The host as people write it: `例子.測試`, not `xn--fsqu00a.xn--g6w251d`."""
    return httpx.URL(scheme="http", host=host).host


def _refusal(host: str, why: str) -> ToolError:
    return ToolError(
        f"{_shown(host)} is refused: its address is not a public one ({why}). "
        "Go on with another source."
    )


def _unreachable(host: str, fault: Exception | None) -> TransientToolError:
    cause = fault.__cause__ if fault is not None else None
    why = (isinstance(cause, OSError) and cause.strerror) or fault or "it has no address"
    return TransientToolError(f"{_shown(host)} can't be reached ({why}).")


def _untrusted(host: str, fault: ssl.SSLError) -> ToolError:
    why = getattr(fault, "verify_message", "") or getattr(fault, "reason", "") or fault
    return ToolError(
        f"{_shown(host)} can't be trusted: its certificate or encryption is not in order ({why}). "
        "Go on with another source."
    )


def _found(resolve: Resolve, host: str, port: int) -> Sequence[str]:
    try:
        addresses = resolve(host, port)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise TransientToolError(
                f"{_shown(host)} can't be looked up now: the network may be down."
            ) from error
        addresses = []
    except UnicodeError:  # a label that is empty or over 63 characters
        addresses = []
    if not addresses:
        raise ToolError(
            f"There is no host named {_shown(host)!r}. Check the address, or search for it."
        )
    return addresses
