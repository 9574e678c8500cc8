"""The address guard: HTTP to addresses that a model names, which reaches public hosts only.

    >>> with asking("https://example.org/page") as response:
    ...     body = read_body(response)

Proxies and passwords that the environment names are not used: a proxy looks hosts up itself, so
that no check of ours would hold, and a `.netrc` is not for pages that a model chose.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING

from agentic.errors import ToolError, UsageError
from agentic.safety.breaker import BREAKER
from agentic.safety.network.body import MOST_BYTES, BrokenOff, declared_size, read_body

if TYPE_CHECKING:
    import httpx

    from agentic.safety.network.connection import Resolve

__all__ = [
    "MOST_BYTES",
    "BrokenOff",
    "asking",
    "declared_size",
    "guarded_client",
    "read_body",
    "user_agent",
]

SECONDS = 20.0
"""Time for a whole exchange, redirects and body included."""
_SILENCE = 10.0
"""Seconds without a byte after which an answer is given up."""
_MOST_REDIRECTS = 5


def guarded_client(
    *,
    allow: Collection[str] = (),
    seconds: float = SECONDS,
    resolve: "Resolve | None" = None,
) -> "httpx.Client":
    """A client for one exchange, over connections that reach public addresses only.

    It follows no redirects and raises tool errors, not httpx's, for faults of the connection.

    Args:
        allow: Hosts that may lie in a private network, each with its port: "127.0.0.1:8123".
        seconds: Time for the exchange as a whole, from now on.
        resolve: Gives the addresses of a host; by default as the system does.

    Raises:
        UsageError: if a host is allowed without its port.
    """
    import httpx

    from agentic.safety.network.connection import look_up
    from agentic.safety.network.transport import GuardedTransport

    return httpx.Client(
        transport=GuardedTransport(
            _allowed(allow), seconds, resolve if resolve is not None else look_up
        ),
        headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip"},
        timeout=_SILENCE,
        trust_env=False,
    )


@contextmanager
def asking(
    url: str,
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    allow: Collection[str] = (),
    check: "Callable[[httpx.URL], None] | None" = None,
    seconds: float = SECONDS,
    resolve: "Resolve | None" = None,
) -> "Iterator[httpx.Response]":
    """The answer to a request, after redirects, its body not yet read.

    An error that may pass, raised in the block too, counts as a failure of the host.

    Args:
        url: The address, with its scheme.
        method: The method.
        headers: More headers; they are not passed on to another host.
        content: The body.
        allow: See `guarded_client`.
        check: Raises an error for an address that may not be asked, be it the first one or one
            that a redirect names.
        seconds: See `guarded_client`.
        resolve: See `guarded_client`.

    Raises:
        ToolError: if the address is none, is refused or leads in circles, or the host is left
            alone for now.
        TransientToolError: if the host can't be reached, or breaks off.
    """

    given = dict(headers or {})
    with guarded_client(allow=allow, seconds=seconds, resolve=resolve) as client:
        request = _request(client, method, url, given, content)
        seen = [(request.method, request.url)]
        while True:
            if check is not None:
                check(request.url)
            with (
                BREAKER.asking(request.url.netloc.decode()),
                closing(_send(client, request)) as response,
            ):
                following = response.next_request
                if following is None:
                    yield response
                    return
            _check_redirect(following, seen)
            if _origin(following) != _origin(request):
                _drop(following, given)
            request = following


@cache
def user_agent() -> str:
    """How the program names itself to hosts."""
    from importlib.metadata import version

    return f"agentic/{version('agentic')}"


def _allowed(hosts: Collection[str]) -> frozenset[tuple[str, int]]:
    """Hosts and ports as connections name them."""
    import httpx

    allowed = set()
    for host in hosts:
        try:
            url = httpx.URL(f"any://{host}")  # a scheme without a usual port, which would be lost
        except httpx.InvalidURL as error:
            raise UsageError(f"{host!r} can't be allowed: it is no host ({error}).") from error
        if url.port is None or not url.host:
            raise UsageError(f"{host!r} is allowed without its port; write it as '{host}:80'.")
        allowed.add((url.raw_host.decode("ascii").rstrip(".").lower(), url.port))
    return frozenset(allowed)


def _request(
    client: "httpx.Client", method: str, url: str, headers: dict[str, str], content: bytes | None
) -> "httpx.Request":
    import httpx

    from agentic.safety.network.transport import check_form

    try:
        check_form(httpx.URL(url))  # the client would make something else of one without a host
        return client.build_request(method, url, headers=headers, content=content)
    except (httpx.InvalidURL, UnicodeError) as error:  # half a character has no bytes
        raise ToolError(f"{url[:200]!r} is no web address ({error}).") from error


def _send(client: "httpx.Client", request: "httpx.Request") -> "httpx.Response":
    import httpx

    try:
        return client.send(request, stream=True)
    except (httpx.RemoteProtocolError, httpx.InvalidURL, UnicodeError) as error:
        # a redirect to what is no address; faults of the connection are tool errors by now
        raise ToolError(f"{request.url.host} leads on to an address that is none.") from error


def _check_redirect(request: "httpx.Request", seen: "list[tuple[str, httpx.URL]]") -> None:
    from agentic.safety.network.transport import check_form

    check_form(request.url)
    if (request.method, request.url) in seen:
        raise ToolError(f"{seen[0][1]} leads in a circle of redirects; go on with another source.")
    if len(seen) > _MOST_REDIRECTS:
        raise ToolError(
            f"{seen[0][1]} leads on through more than {_MOST_REDIRECTS} redirects; "
            "go on with another source."
        )
    seen.append((request.method, request.url))


def _origin(request: "httpx.Request") -> tuple[str, bytes]:
    return request.url.scheme, request.url.netloc


def _drop(request: "httpx.Request", given: Mapping[str, str]) -> None:
    """Headers that were meant for one host are not shown to another."""
    for name in given:
        if name.lower() not in ("accept", "content-type"):
            request.headers.pop(name, None)
