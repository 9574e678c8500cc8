"""Send requests to named hosts: for services that agents may use."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from agentic.cleaning import clean, whole
from agentic.errors import ToolError, UncertainToolError, UsageError
from agentic.safety.network import BrokenOff, asking, read_body
from agentic.sizes import human
from agentic.tools.base import Effect, Tool, tool
from agentic.tools.context import ToolOutput
from agentic.tools.pages.address import web_address

if TYPE_CHECKING:
    import httpx

__all__ = ["http_request"]

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

_HOST = re.compile(r"(?:\*\.)?(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?", re.IGNORECASE)
_PORT = re.compile(r":(\d+)$")
_SHOWN = (
    *("content-type", "content-length", "location", "link", "etag", "last-modified"),
    *("allow", "retry-after", "x-ratelimit-remaining", "x-request-id"),
)
"""Headers of an answer that say what to do next; cookies stay unseen."""
_OURS = {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")
_LONGEST = 200
_READING = frozenset({"GET", "HEAD"})


def http_request(hosts: Collection[str], *, seconds: float = 20.0) -> Tool:
    """The tool `http_request`, which reaches no host but those listed.

    Args:
        hosts: Each "api.example.org", "api.example.org:8443", or "*.example.org" for all beneath
            it. One in a private network is reached only where it is listed with its port:
            "127.0.0.1:8123", "intranet.example.org:80".
        seconds: Time for a request, redirects and body included.

    Raises:
        UsageError: if there is none, or one is not written so.
    """
    listed = _listed(hosts)
    allow = [host for host in listed if not host.startswith("*") and _port(host)]

    def check(url: "httpx.URL") -> None:
        if not any(_matches(url, host) for host in listed):
            raise ToolError(
                f"{url.netloc.decode()} can't be asked; the hosts allowed are: {', '.join(listed)}."
            )

    @tool(
        name="http_request",
        effects=["network", "sends"],
        repeatable=False,
        timeout=60,
        private=True,
        probe=_unsent,
    )
    def send(
        method: Method,
        url: str,
        body: dict[str, Any] | list[Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> ToolOutput:
        """Send an HTTP request to a service.

        Args:
            method: GET to read; the others may change something.
            url: Address, with its query.
            body: JSON to send.
            headers: More headers to send.
        """
        content = None if body is None else whole(json.dumps(body, ensure_ascii=False)).encode()
        try:
            with asking(
                web_address(url),
                method,
                headers=_checked(headers or {}, content),
                content=content,
                allow=allow,
                check=check,
                seconds=seconds,
            ) as response:
                return _told(response, read_body(response) if method != "HEAD" else b"")
        except BrokenOff as error:
            if method in _READING:
                raise
            doubt = f"The {method} may or may not have been done."
            raise UncertainToolError(f"{error} {doubt}") from error

    return replace(send, narrowed=_does)


def _does(args: Mapping[str, Any]) -> frozenset[Effect]:
    """What a request may do: one that only reads sends nothing but its address."""
    plain = not args.get("body") and not args.get("headers")
    reading = plain and str(args.get("method", "")).upper() in _READING
    return frozenset({"reads", "network"} if reading else {"network", "sends"})


def _unsent(method: Method) -> bool | None:
    """Whether a request that was cut off was done: one that only reads may be made again."""
    return False if method in _READING else None


def _listed(hosts: Collection[str]) -> list[str]:
    """The hosts as addresses name them: lower case, a default port left as it is."""
    if isinstance(hosts, str) or not hosts:
        raise UsageError("http_request needs a list of hosts: http_request(['api.example.org']).")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise UsageError(
                f"{host!r} is no host; write it as 'api.example.org', 'api.example.org:8443' or "
                "'*.example.org'."
            )
    return sorted({host.lower() for host in hosts})


def _port(host: str) -> str:
    found = _PORT.search(host)
    return found[1] if found else ""


def _matches(url: "httpx.URL", host: str) -> bool:
    """Whether an entry means the host of an address; without a port it means the usual one."""
    port = _port(host)
    name = host.removesuffix(f":{port}").strip("[]")
    usual = {"http": 80, "https": 443}.get(url.scheme)
    if url.port is not None and str(url.port) != port:
        return False
    if url.port is None and port and int(port) != usual:
        return False
    names = {url.host.rstrip("."), url.raw_host.decode("ascii").rstrip(".")}
    if name.startswith("*."):
        return any(each.endswith(name[1:]) for each in names)
    return name in names


def _checked(headers: dict[str, str], content: bytes | None) -> dict[str, str]:
    """The headers to send, none of which is for the connection itself."""
    for name, value in headers.items():
        if name.lower() in _OURS:
            raise ToolError(f"The header {name!r} is set by the program; leave it out.")
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise ToolError(
                f"The header {name[:80]!r} is not well-formed: names and values are ASCII, on one "
                "line."
            )
    ours = {"Accept": "application/json, */*;q=0.5"}
    if content is not None:
        ours["Content-Type"] = "application/json"
    given = {name.lower() for name in headers}
    return {name: ours[name] for name in ours if name.lower() not in given} | headers


def _told(response: "httpx.Response", data: bytes) -> ToolOutput:
    """The answer as text.

    Raises:
        ToolError: if it says that the request failed: a step is not done by it.
    """
    status = f"{response.status_code} {response.reason_phrase}".strip()
    text = _text(response, data)
    if response.is_error:
        raise ToolError(f"{response.url.host} answers {status}. {text[:600]}".strip())
    lines = [f"{status} from {response.url}"]
    shown = (name for name in _SHOWN if name in response.headers)
    lines += [f"{name}: {response.headers[name][:_LONGEST]}" for name in shown]
    return ToolOutput("\n".join(lines) + (f"\n\n{text}" if text else ""), (str(response.url),))


def _text(response: "httpx.Response", data: bytes) -> str:
    """The body: JSON in short form, other text as it is."""
    from memory.documents.encoding import decode

    decoded = decode(data, response.charset_encoding)
    if decoded is None:
        return f"({human(len(data))} that are not text)"
    try:
        value = json.loads(decoded[0])
        return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except (ValueError, RecursionError):
        return clean(decoded[0]).strip()
