"""The address guard under attack: nothing that listens within is ever asked.

Seen from outside: what a server on loopback was asked, and where sockets were connected to.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpcore
import pytest

from agentic.safety import network
from agentic.safety.breaker import Breaker
from agentic.state import Observation, ToolCall
from agentic.tools import Tool, ToolContext
from agentic.tools.http_request import http_request
from agentic.tools.runner import run_call
from agentic.tools.web_fetch import page_reader
from tests.agentic.safety.serving import Site, serving
from tests.faults.addresses import CHAINS, INWARD, PUBLIC, PUBLIC_FORMS, REDIRECTS, RESOLVED

SECRET = "the canary sings"
_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*(?![0-9]+\.?$)[a-z0-9_-]{1,63}\.?")


@dataclass
class Wire:
    """Names as they are looked up, and the addresses that sockets were connected to."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def addresses(self, host: str) -> list[str]:
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Every name is public but those that are told otherwise; numbers are as the system has them.

    Connections to loopback are made, others noted and refused.
    """
    wire = Wire()
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def found(host: Any, port: Any, *args: Any, **more: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        try:
            return look_up(host, port, *args, **{**more, "flags": socket.AI_NUMERICHOST})
        except (OSError, UnicodeError):
            if not _NAME.fullmatch(name):  # no resolver takes it for a name
                raise
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, int(port)))
                for each in wire.addresses(name)
            ]

    def connected(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            wire.connected.append((address[0], address[1]))
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket.socket, "connect", connected)
    monkeypatch.setattr(network, "BREAKER", Breaker())
    return wire


@pytest.fixture(scope="module")
def canary() -> Iterator[Site]:
    """A server that nobody may ask."""
    with serving() as site:
        for path in ("/", "/robots.txt", "/latest/meta-data/"):
            site.add(path, SECRET, "text/plain")
        yield site


@pytest.fixture
def port(canary: Site) -> Iterator[str]:
    """The canary's port; it was not asked anything at the end."""
    canary.asked.clear()
    yield canary.host.rpartition(":")[2]
    assert canary.asked == []


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that may be asked."""
    with serving() as site:
        yield site


async def no_pause(seconds: float) -> None:
    """The tests wait for nothing."""


def use(tool: Tool, **args: Any) -> Observation:
    call = ToolCall(name=tool.name, args=args)
    return asyncio.run(run_call(tool, call, ToolContext(Path.cwd()), pause=no_pause))


def fetch(url: str, *allow: str) -> Observation:
    return use(page_reader(allow), url=url)


def request(url: str, *hosts: str, method: str = "GET", **more: Any) -> Observation:
    return use(http_request(hosts or ["good.example"]), method=method, url=url, **more)


def ours(site: Site, wire: Wire) -> set[tuple[str, int]]:
    """Where it was connected to, other than to the site that may be asked."""
    host, _, port = site.host.rpartition(":")
    return set(wire.connected) - {(host, int(port))}


@pytest.mark.parametrize("url", INWARD.values(), ids=INWARD)
def test_an_address_that_leads_inward(url: str, wire: Wire, port: str) -> None:
    seen = fetch(url.replace("{port}", port))
    assert not seen.ok
    assert SECRET not in seen.result
    assert wire.connected == []


@pytest.mark.parametrize("url", INWARD.values(), ids=INWARD)
def test_an_address_that_leads_inward_where_its_host_is_listed(
    url: str, wire: Wire, port: str
) -> None:
    """`http_request` with a list that would match: a host alone does not allow what lies within."""
    hosts = ["127.0.0.1", "localhost", "*.localhost", "[::1]", "good.example", "*.internal"]
    seen = request(url.replace("{port}", port), *hosts, method="POST", body={"a": 1})
    assert not seen.ok
    assert wire.connected == []


@pytest.mark.parametrize("answers", RESOLVED.values(), ids=RESOLVED)
@pytest.mark.parametrize("tool", ["web_fetch", "http_request"])
def test_a_name_that_resolves_inward(
    answers: list[list[str]], tool: str, wire: Wire, port: str
) -> None:
    wire.names["good.example"] = [list(each) for each in answers]
    url = f"http://good.example:{port}/"
    seen = fetch(url) if tool == "web_fetch" else request(url, f"*.example:{port}")
    assert not seen.ok
    assert {address for address, _ in wire.connected} <= {PUBLIC}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", REDIRECTS.values(), ids=REDIRECTS)
def test_a_redirect_inward(target: str, status: int, wire: Wire, site: Site, port: str) -> None:
    wire.names |= {"inward.example": [["127.0.0.1"]], "rebound.example": [[PUBLIC], ["127.0.0.1"]]}
    location = target.replace("{port}", port).encode().decode("latin-1")
    url = site.add("/", status=status, Location=location)
    for seen in (fetch(url, site.host), request(url, site.host)):
        assert not seen.ok
        assert SECRET not in seen.result
    assert {address for address, _ in ours(site, wire)} <= {PUBLIC}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_a_chain_of_redirects_inward(chain: list[str], wire: Wire, site: Site, port: str) -> None:
    at = "/"
    for target in chain:
        site.add(at, status=302, Location=target.replace("{port}", port))
        at = "/x" if target.startswith("..") else target
    assert not fetch(f"{site.root}/", site.host).ok
    assert ours(site, wire) == set()


ASIDE: dict[str, dict[str, str]] = {
    "meta refresh": {"body": '<meta http-equiv="refresh" content="0; url=http://{host}/">'},
    "meta refresh, quoted": {"body": "<meta http-equiv=refresh content=\"0;url='//{host}/'\">"},
    "base": {"body": '<base href="http://{host}/"><a href="/">x</a>'},
    "frame": {"body": '<iframe src="http://{host}/"></iframe>'},
    "image": {"body": '<img src="http://{host}/">'},
    "script": {"body": "<script>location='http://{host}/'</script>"},
    "link": {"body": '<link rel="canonical" href="http://{host}/">'},
    "entity": {"body": '<!DOCTYPE x [<!ENTITY e SYSTEM "http://{host}/">]><p>&e;</p>'},
    "header Refresh": {"Refresh": "0; url=http://{host}/"},
    "header Location without a redirect": {"Location": "http://{host}/"},
    "header Content-Location": {"Content-Location": "http://{host}/"},
    "header Link": {"Link": "<http://{host}/>; rel=preload"},
    "header Alt-Svc": {"Alt-Svc": 'http/1.1="{host}"'},
}
"""What a browser would follow, and a page reader must not."""


@pytest.mark.parametrize("page", ASIDE.values(), ids=ASIDE)
def test_what_only_browsers_follow(
    page: dict[str, str], wire: Wire, site: Site, canary: Site, port: str
) -> None:
    told = {name: text.replace("{host}", canary.host) for name, text in page.items()}
    body = f"<html><body>{told.pop('body', '')}<p>Enough words to read here.</p></body></html>"
    headers: Any = {name.replace("-", "_"): text for name, text in told.items()}
    url = site.add("/", body, "text/html", **headers)
    seen = fetch(url, site.host)
    assert SECRET not in seen.result
    assert ours(site, wire) == set()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_a_proxy_of_the_environment_is_no_way_in(
    name: str, wire: Wire, canary: Site, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, canary.root)
    for scheme in ("http", "https"):
        assert not fetch(f"{scheme}://good.example/").ok
    assert {address for address, _ in wire.connected} == {PUBLIC}


@pytest.mark.parametrize("header", ["Host", "host", "HOST", "Transfer-Encoding", "Connection"])
def test_no_header_names_another_host(header: str, wire: Wire, site: Site) -> None:
    url = site.add("/", "here", "text/plain")
    seen = request(url, site.host, headers={header: "169.254.169.254"})
    assert not seen.ok
    assert site.asked == []


def test_a_name_is_listed_and_not_its_address(wire: Wire, site: Site) -> None:
    """The Host header stays the name's; another name of the same address is not allowed."""
    wire.names = {"wiki.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}
    port = site.host.rpartition(":")[2]
    site.add("/", "here", "text/plain")
    assert fetch(f"http://wiki.example:{port}/", f"wiki.example:{port}").ok
    assert site.asked[0][2]["Host"] == f"wiki.example:{port}"
    asked = len(site.asked)
    assert not fetch(f"http://other.example:{port}/", f"wiki.example:{port}").ok
    assert len(site.asked) == asked


@pytest.mark.parametrize("answers", [["169.254.169.254"], ["::ffff:a9fe:a9fe"], ["fd00:ec2::254"]])
def test_a_listed_name_leads_to_no_cloud(answers: list[str], wire: Wire) -> None:
    wire.names["wiki.example"] = [answers]
    assert not fetch("http://wiki.example:80/", "wiki.example:80").ok
    assert wire.connected == []


def test_a_connection_that_led_elsewhere_is_not_used(
    wire: Wire, canary: Site, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connected to a public address by all that was said, and yet at the other end is loopback."""
    connect = httpcore.SyncBackend.connect_tcp

    def astray(self: Any, host: str, *args: Any, **more: Any) -> Any:
        return connect(self, "127.0.0.1", *args, **more)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", astray)
    seen = fetch(f"http://good.example:{port}/")
    assert not seen.ok
    assert "not a public one" in seen.result


@pytest.mark.parametrize("url", PUBLIC_FORMS.values(), ids=PUBLIC_FORMS)
def test_a_public_address_goes_through(url: str, wire: Wire) -> None:
    assert not fetch(url).ok  # there is no network in tests
    assert wire.connected
    for address, _ in wire.connected:
        number = ipaddress.ip_address(address)
        assert number.is_global or isinstance(number, ipaddress.IPv6Address)


def test_there_are_cases_enough() -> None:
    assert len(INWARD) + len(RESOLVED) + len(REDIRECTS) + len(CHAINS) >= 60
