"""Requests to listed hosts, and to no other."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from agentic.errors import UsageError
from agentic.state import Observation, ToolCall
from agentic.tools import Tool, ToolContext
from agentic.tools.http_request import http_request
from agentic.tools.runner import run_call
from tests.agentic.safety.serving import Site, misbehaving, reset, serving

pytestmark = pytest.mark.usefixtures("no_grudges")


def send(given: Tool | str | Site, method: str, url: str, **args: Any) -> Observation:
    if isinstance(given, Site):
        given = given.host
    sender = http_request([given]) if isinstance(given, str) else given
    call = ToolCall(name="http_request", args={"method": method, "url": url, **args})
    return asyncio.run(run_call(sender, call, ToolContext(Path.cwd())))


def test_what_the_tool_says_of_itself() -> None:
    made = http_request(["api.example.org"])
    assert made.name == "http_request"
    assert made.effects == {"network", "sends"}
    assert made.effects_of({"method": "GET", "url": "x"}) == {"reads", "network"}
    assert made.effects_of({"method": "GET", "url": "x", "headers": {"X": "y"}}) == made.effects
    assert made.effects_of({"method": "GET", "url": "x", "body": {"a": 1}}) == made.effects
    assert made.effects_of({"method": "delete", "url": "x"}) == made.effects
    assert made.may_write
    assert not made.repeatable
    assert made.schema["required"] == ["method", "url"]


def test_json_goes_out_and_comes_in(site: Site) -> None:
    answer = json.dumps({"id": 7, "名": "塔"})
    cookie = {"Set-Cookie": "secret=1", "ETag": '"v1"', "Location": "/notes/7"}
    url = site.add("/notes?draft=1", answer, "application/json", 201)
    site.answers["/notes?draft=1"][1].update(cookie)
    body = {"text": "巴黎鐵塔", "tags": [1, None, "\ufffd"]}
    half = {**body, "tags": [1, None, "\ud83d"]}
    seen = send(site, "POST", url, body=half, headers={"X-Token": "k"})
    assert seen.ok
    assert seen.result.startswith(f"201 Created from {url}\ncontent-type: application/json\n")
    assert 'etag: "v1"' in seen.result
    assert "location: /notes/7" in seen.result
    assert seen.result.endswith('\n\n{"id":7,"名":"塔"}')
    assert "secret" not in seen.result
    assert seen.sources == (url,)
    method, path, headers, sent = site.asked[0]
    assert (method, path, json.loads(sent)) == ("POST", "/notes?draft=1", body)
    assert "巴黎鐵塔".encode() in sent
    assert (headers["Content-Type"], headers["X-Token"]) == ("application/json", "k")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_methods(site: Site, method: str) -> None:
    seen = send(site, method, site.add("/it", "plain", "text/plain"))
    assert seen.ok
    assert site.asked[0][0] == method
    assert seen.result.startswith("200 OK from ")
    assert seen.result.endswith("plain") == (method != "HEAD")


def test_bodies_that_are_not_json(site: Site) -> None:
    seen = send(site, "GET", site.add("/big5", "鐵塔".encode("big5"), "text/plain; charset=big5"))
    assert seen.result.endswith("\n\n鐵塔")
    seen = send(site, "GET", site.add("/png", b"\x89PNG\0\0", "image/png"))
    assert seen.result.endswith("\n\n(6 bytes that are not text)")
    deep = site.add("/deep", "[" * 100_000, "application/json")
    assert send(site, "GET", deep).ok
    seen = send(site, "GET", site.add("/large", b"x" * 6_000_000))
    assert "too large to read (6 MB)" in seen.result
    assert send(site, "DELETE", site.add("/none", status=204)).result.startswith("204 No Content")


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429, 500, 503])
def test_a_refusal_is_no_success(site: Site, status: int) -> None:
    url = site.add("/it", '{"error": "欄位 name 缺少"}', "application/json", status)
    seen = send(site, "POST", url, body={})
    assert not seen.ok
    assert f"127.0.0.1 answers {status} " in seen.result
    assert '{"error":"欄位 name 缺少"}' in seen.result
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["api.example.org"], "https://example.org/"),
        (["api.example.org"], "https://api.example.org.evil.example/"),
        (["api.example.org"], "https://api.example.org:8443/"),
        (["api.example.org:8443"], "https://api.example.org/"),
        (["*.example.org"], "https://example.org/"),
        (["*.example.org"], "https://badexample.org/"),
        (["*.example.org"], "https://a.example.org:8443/"),
        (["api.example.org:443"], "http://api.example.org/"),
        (["例子.測試"], "https://別的.測試/"),
        (["[2001:4860::1]:80"], "http://[2001:4860::2]/"),
    ],
)
def test_hosts_that_are_not_listed(hosts: list[str], url: str) -> None:
    seen = send(http_request(hosts), "GET", url)
    assert not seen.ok
    assert f"can't be asked; the hosts allowed are: {hosts[0]}." in seen.result


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1/"),
        ("localhost", "http://localhost/"),
        ("*.localhost", "http://a.localhost/"),
        ("*.localhost:8000", "http://a.localhost:8000/"),
        ("metadata.google.internal", "http://metadata.google.internal/"),
        ("[::1]", "http://[::1]/"),
    ],
)
def test_inner_hosts_are_listed_with_their_port(host: str, url: str) -> None:
    seen = send(http_request([host]), "GET", url)
    assert not seen.ok
    assert "is refused: its address is not a public one" in seen.result


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("api.localhost:1", "http://API.localhost:1/"),
        ("API.LOCALHOST:80", "http://api.localhost/"),
        ("例子.localhost:1", "http://例子.localhost:1/"),
        ("例子.localhost:1", "http://xn--fsqu00a.localhost:1/"),
        ("xn--fsqu00a.localhost:1", "http://例子.localhost:1/"),
    ],
)
def test_hosts_that_are_listed(host: str, url: str) -> None:
    """They are asked for, and can't be reached: nobody listens."""
    seen = send(http_request([host]), "GET", url)
    assert "can't be asked" not in seen.result
    assert "is refused" not in seen.result


def test_redirects_lead_to_listed_hosts_only(site: Site) -> None:
    with serving() as other:
        other.add("/", "secret")
        url = site.add("/", status=307, Location=f"{other.root}/")
        seen = send(site, "GET", url)
        assert not seen.ok
        assert f"{other.host} can't be asked" in seen.result
        assert other.asked == []
        both = http_request([site.host, other.host])
        seen = send(both, "POST", url, body={"a": 1}, headers={"Authorization": "Bearer k"})
        assert seen.ok
        assert (other.asked[0][0], other.asked[0][3]) == ("POST", b'{"a": 1}')
        assert "Authorization" not in other.asked[0][2]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"headers": {"Host": "a.example"}}, "The header 'Host' is set by the program"),
        ({"headers": {"content-length": "9"}}, "is set by the program"),
        ({"headers": {"X": "a\r\nY: b"}}, "The header 'X' is not well-formed"),
        ({"headers": {"X": "塔"}}, "The header 'X' is not well-formed"),
        ({"headers": {"a b": "x"}}, "The header 'a b' is not well-formed"),
        ({"method": "TRACE"}, "method"),
        ({"url": "not a url"}, "is no web address"),
        ({"url": "http://u:p@127.0.0.1/"}, "with a name or password in it is refused"),
    ],
)
def test_requests_that_make_no_sense(site: Site, args: dict[str, Any], message: str) -> None:
    args = {"method": "GET", "url": f"{site.root}/", **args}
    seen = send(site, **args)
    assert not seen.ok
    assert message in seen.result
    assert site.asked == []


@pytest.mark.parametrize(
    ("hosts", "message"),
    [
        ([], "needs a list of hosts"),
        ("api.example.org", "needs a list of hosts"),
        (["https://api.example.org/"], "'https://api.example.org/' is no host; write it as"),
        (["*"], "'\\*' is no host"),
        (["a.*.org"], "is no host"),
    ],
)
def test_lists_that_make_no_sense(hosts: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        http_request(hosts)


def test_whether_it_was_done_is_said_where_it_is_not_known() -> None:
    with misbehaving(reset) as host:
        seen = send(host, "POST", f"http://{host}/", body={})
        assert "broke off" in seen.result
        assert seen.result.endswith("The POST may or may not have been done.")
        assert "may not" not in send(host, "GET", f"http://{host}/").result
    seen = send(host, "POST", f"http://{host}/", body={})
    assert "can't be reached (Connection refused)" in seen.result
    assert "may not" not in seen.result
