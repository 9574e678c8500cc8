"""Read web pages from sites on loopback, in all the forms that pages come in."""

import asyncio
import json
import socket
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError
from agentic.state import Observation, ToolCall
from agentic.tools import ToolContext
from agentic.tools.pages.address import web_address
from agentic.tools.pages.cache import Kept
from agentic.tools.pages.content import read_page
from agentic.tools.runner import run_call
from agentic.tools.web_fetch import page_reader, web_fetch
from tests.agentic.safety.serving import Site, misbehaving, reset

TOWER = "巴黎鐵塔高三百三十公尺，是法國最有名的建築，由艾菲爾的公司建造。"
TOWER_SIMPLIFIED = "巴黎铁塔高三百三十米，是法国最有名的建筑，由埃菲尔的公司建造。"
ARTICLE = """<!doctype html><html><head><title>Eiffel Tower | A Site</title>
<meta property="og:title" content="Eiffel Tower">
<meta property="article:published_time" content="2024-03-05T10:00:00Z"></head>
<body><nav><a href="/home">Home page of the site</a></nav><article><h1>Eiffel Tower</h1>
{paragraphs}
<p>It was built by the company of <a href="/people/eiffel#life">Gustave Eiffel</a> and is
described at <a href="https://other.example/塔">another site</a>.</p>
<table><tr><th>City</th><th>Height</th></tr><tr><td>Paris</td><td>330 m</td></tr></table>
</article><footer>© 2019 <a href="/imprint">Imprint of the site</a></footer></body></html>"""
PARAGRAPH = "<p>The tower stands in Paris, number {0}, and it is <b>330 m</b> high in all.</p>"


pytestmark = pytest.mark.usefixtures("no_grudges")


def fetch(site: Site | str, url: str = "", tool: Any = None, **args: Any) -> Observation:
    host = site if isinstance(site, str) else site.host
    reader = tool if tool is not None else page_reader([host])
    call = ToolCall(name="web_fetch", args={"url": url or f"http://{host}/", **args})

    async def no_pause(seconds: float) -> None: ...

    return asyncio.run(run_call(reader, call, ToolContext(Path.cwd()), pause=no_pause))


def article(paragraphs: int = 4) -> str:
    return ARTICLE.format(paragraphs="".join(PARAGRAPH.format(n) for n in range(paragraphs)))


def test_a_page_is_markdown_with_its_title_date_and_links(site: Site) -> None:
    url = site.add("/tower", article(), "text/html; charset=utf-8")
    seen = fetch(site, url)
    assert seen.ok
    assert seen.result.startswith("# Eiffel Tower\nDate: 2024-03-05\n")
    assert "number 3, and it is **330 m** high" in seen.result
    assert "| Paris | 330 m |" in seen.result
    links = seen.result.partition("\n\nLinks:\n")[2].splitlines()
    assert links == [
        f"- Gustave Eiffel: {site.root}/people/eiffel",
        "- another site: https://other.example/塔",
    ]
    assert "Imprint" not in seen.result
    assert seen.result.count("# Eiffel Tower") == 1
    assert seen.sources == (url,)


def test_a_long_page_is_read_on_without_asking_again(site: Site) -> None:
    url = site.add("/long", article(200), "text/html")
    reader = page_reader([site.host])
    whole, start, parts = "", 0, 0
    while True:
        seen = fetch(site, url, reader, start=start)
        assert seen.ok
        assert len(seen.result) <= 4000
        assert "characters left out" not in seen.result
        whole += seen.result
        parts += 1
        at = seen.result.rfind("read on with start=")
        if at < 0:
            break
        start = int(seen.result[at + len("read on with start=") :].rstrip(")"))
    assert all(f"number {n}, and" in whole for n in range(200))
    assert "the end)" in whole
    assert parts > 3
    assert site.paths() == ["/long"]


def test_start_past_the_end(site: Site) -> None:
    seen = fetch(site, site.add("/x", "short", "text/plain"), start=99)
    assert seen.result == f"{site.root}/x has 5 characters; start=99 is past its end."


@pytest.mark.parametrize(
    ("encoding", "said", "within", "text"),
    [
        ("big5", "; charset=big5", "", TOWER),
        ("big5", "", '<meta charset="big5">', TOWER),
        ("big5", "", "", TOWER),
        ("gb18030", "; charset=gb2312", "", TOWER_SIMPLIFIED),
        ("gb18030", "", '<meta http-equiv=Content-Type content="text/html; charset=gbk">', None),
        ("gb18030", "", "", TOWER_SIMPLIFIED),
        ("utf-8", "; charset=iso-8859-1", "", TOWER),
        ("utf-8", "; charset=no-such-thing", "", TOWER),
        ("utf-16", "", "", TOWER),
        ("shift_jis", "; charset=Shift_JIS", "", "エッフェル塔の高さは三百三十メートルです。"),
        ("latin-1", "; charset=latin1", "", "Érigée à Paris, près de la Seine."),
    ],
)
def test_encodings(site: Site, encoding: str, said: str, within: str, text: str | None) -> None:
    text = text or TOWER_SIMPLIFIED
    body = f"<html><head>{within}<title>T</title></head><body><p>{text}</p></body></html>"
    seen = fetch(site, site.add("/page", body.encode(encoding), f"text/html{said}"))
    assert seen.ok
    assert text in seen.result


def test_plain_text_json_and_feeds(site: Site) -> None:
    add, allow = site.add, page_reader([site.host])
    assert fetch(site, add("/a", "# 標題\n\n文", "text/markdown"), allow).result == "# 標題\n\n文"
    escaped = json.dumps({"塔": '鐵塔\n"\\u4e2d', "face": "😀", "n": 1.50})
    assert "\\u" in escaped
    seen = fetch(site, add("/b", escaped, "application/json"), allow)
    assert json.loads(seen.result) == json.loads(escaped)
    assert "鐵塔\\n" in seen.result
    assert "😀" in seen.result
    feed = '<?xml version="1.0" encoding="big5"?><rss><item><title>鐵塔</title></item></rss>'
    seen = fetch(site, add("/c", feed.encode("big5"), "application/rss+xml"), allow)
    assert "<title>鐵塔</title>" in seen.result
    assert fetch(site, add("/d", "name,高度\n塔,330", "text/csv"), allow).ok
    assert fetch(site, add("/e", "no type", ""), allow).result == "no type"
    assert fetch(site, add("/f", "", "text/html"), allow).result == "(The page holds no text.)"


def pdf(*lines: str) -> bytes:
    """A small PDF with a page for each line, as the format has them."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(lines)))
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(lines)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for n, line in enumerate(lines):
        stream = f"BT /F1 12 Tf 72 700 Td ({line}) Tj ET"
        parts.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * n} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        parts.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{part}\nendobj\n".encode())
    start = out.tell()
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(parts) + 1
    out.write(f"xref\n0 {size}\n0000000000 65535 f \n{rows}".encode())
    out.write(f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


@pytest.mark.parametrize("kind", ["application/pdf", "application/octet-stream", "text/html", ""])
def test_a_pdf_whatever_it_is_said_to_be(site: Site, kind: str) -> None:
    data = pdf("The tower is 330 m high.", "It stands in Paris.")
    seen = fetch(site, site.add("/tower", data, kind))
    assert seen.ok
    assert "[page 1]\n\nThe tower is 330 m high." in seen.result
    assert "[page 2]\n\nIt stands in Paris." in seen.result


def test_a_pdf_that_is_none(site: Site) -> None:
    damaged = fetch(site, site.add("/tower.pdf", b"%PDF-1.4 nothing", "application/pdf"))
    assert not damaged.ok
    assert "can't be read" in damaged.result
    page = "<html><body><p>Please log in.</p></body></html>"
    assert "Please log in." in fetch(site, site.add("/b", page, "application/pdf")).result


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("image/png", b"\x89PNG", "/it is not text (image/png, 4 bytes). Web pages, plain text"),
        ("video/mp4", b"\0" * 2_000_000, "(video/mp4, 2 MB)"),
        ("application/zip", b"PK", "(application/zip, 2 bytes)"),
        ("text/html", b"\x89PNG\r\n\x1a\n\0\0\0", "(said to be text/html, 11 bytes)"),
        ("", b"\0\1\2\3" * 9, "(said to be of no type, 36 bytes)"),
    ],
)
def test_types_that_can_not_be_read(site: Site, kind: str, data: bytes, message: str) -> None:
    seen = fetch(site, site.add("/it", data, kind))
    assert not seen.ok
    assert message in seen.result


@pytest.mark.parametrize(
    ("status", "headers", "message", "tries"),
    [
        (404, {}, "127.0.0.1 has no such page (404): http://127.0.0.1:", 1),
        (403, {}, "refuses to show this page (403)", 1),
        (418, {}, "answers without a page (418)", 1),
        (304, {}, "answers without a page (304)", 1),
        (429, {}, "was asked too often (429). Go on with another source. (tried 3 times)", 3),
        (429, {"Retry-After": "120"}, "asks to wait 120 seconds (429)", 1),
        (503, {"Retry-After": "1"}, "has a fault of its own (503). (tried 3 times)", 3),
        (503, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, "seconds (503)", 1),
        (500, {"Retry-After": "soon"}, "has a fault of its own (500). (tried 3 times)", 3),
    ],
)
def test_statuses(
    site: Site, status: int, headers: dict[str, str], message: str, tries: int
) -> None:
    url = site.add("/page", "x", "text/html", status)
    site.answers["/page"][1].update(headers)
    seen = fetch(site, url)
    assert not seen.ok
    assert message in seen.result
    assert len(site.paths()) == tries


def test_faults_of_the_connection(site: Site) -> None:
    with misbehaving(reset) as host:
        seen = fetch(host)
        assert "broke off" in seen.result
        assert seen.result.endswith("(tried 3 times)")
    seen = fetch(site, "http://no-such-host.invalid/")
    assert "no-such-host.invalid" in seen.result
    assert not seen.ok


def test_a_port_that_nobody_listens_on() -> None:
    with misbehaving(reset) as host:
        pass
    assert "can't be reached (Connection refused). (tried 3 times)" in fetch(host).result


def test_a_silent_host_is_given_up() -> None:
    def silent(connection: socket.socket) -> None:
        connection.recv(1)  # until the other side goes

    with misbehaving(silent) as host:
        seen = fetch(host, tool=page_reader([host], seconds=0.2))
    assert "127.0.0.1 is too slow" in seen.result


def test_too_large_and_circles(site: Site) -> None:
    seen = fetch(site, site.add("/large", b"x" * 6_000_000, "text/plain"))
    assert "is too large to read (6 MB); at most 5 MB are read" in seen.result
    seen = fetch(site, site.add("/a", status=302, Location="/a"))
    assert f"{site.root}/a leads in a circle of redirects" in seen.result


def test_inner_addresses_are_refused_unless_they_are_allowed(site: Site) -> None:
    site.add("/", "secret", "text/plain")
    for url in (site.root, site.host, "http://localhost:1/", "http://169.254.169.254/"):
        seen = fetch(site, url, web_fetch)
        assert not seen.ok
        assert "is refused: its address is not a public one" in seen.result
    assert site.asked == []


def test_the_source_is_where_the_page_lies(site: Site) -> None:
    site.add("/new", "moved here", "text/plain")
    seen = fetch(site, site.add("/old", status=301, Location="/new"))
    assert (seen.result, seen.sources) == ("moved here", (f"{site.root}/new",))


@pytest.mark.parametrize(
    ("robots", "noted"),
    [
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: agentic\nDisallow: /", True),
        ("User-agent: *\nDisallow: /other", False),
        ("User-agent: someone\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: agentic\nAllow: /", False),
        ("\0\xff<html>not a robots file", False),
        ("", False),
    ],
)
def test_what_robots_files_ask_is_noted(site: Site, robots: str, noted: bool) -> None:
    site.add("/robots.txt", robots.encode("latin-1"), "text/plain")
    seen = fetch(site, site.add("/private/page", "the text", "text/plain"))
    assert seen.ok
    assert seen.result.startswith("the text")
    note = "the site's robots.txt asks programs not to read this page"
    assert (note in seen.result) == noted


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_missing_robots_file_costs_nothing_visible(site: Site, status: int) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    url = site.add("/page", "the text", "text/plain")
    reader = page_reader([site.host])
    assert fetch(site, url, reader).result == "the text"
    fetch(site, site.add("/other", "more", "text/plain"), reader)
    assert [path for _, path, _, _ in site.asked].count("/robots.txt") == 1


@pytest.mark.parametrize(
    "html",
    [
        "<html><body>" + "<div>" * 20_000 + "deep" + "</div>" * 20_000,
        "<html><body><p>unclosed <b><i><a href='http://[::1'>link words</a>",
        "<html><head><title>" + "t" * 50_000,
        "<html><body>" + "<a href='/x'>" * 5000 + "words</a>",
        "<html><frameset><frame src=a></frameset></html>",
    ],
)
def test_pages_that_are_not_well_formed(site: Site, html: str) -> None:
    seen = fetch(site, site.add("/page", html, "text/html"))
    assert seen.ok
    assert len(seen.result) <= 4000


def test_a_page_of_links_is_read_whole(site: Site) -> None:
    items = "".join(f"<li><a href='/{n}'>Headline number {n}</a></li>" for n in range(40))
    page = f"<html><head><title>News</title></head><body><ul>{items}</ul></body></html>"
    seen = fetch(site, site.add("/news", page, "text/html"))
    assert "Headline number 39" in seen.result
    assert f"- Headline number 0: {site.root}/0" in seen.result


def test_text_of_a_page_is_data(site: Site) -> None:
    title = "Tower\x1b[31m red"
    page = f"<html><head><title>{title}</title></head><body><p>a\x07b</p></body></html>"
    seen = fetch(site, site.add("/page", page, "text/html"))
    assert "\x1b" not in seen.result
    assert "\x07" not in seen.result


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("example.org", "https://example.org"),
        ("example.org:8080/a b", "https://example.org:8080/a%20b"),
        ("localhost:8000", "https://localhost:8000"),
        (" <https://example.org/塔> ", "https://example.org/塔"),
        ("「https://example.org」", "https://example.org"),
        ("[a page](https://example.org/x)", "https://example.org/x"),
        ("HTTP://Example.org", "HTTP://Example.org"),
        ("https：／／ｅｘａｍｐｌｅ．ｏｒｇ", "https://example.org"),
        ("例子.測試/塔", "https://例子.測試/塔"),
        ("https://例子。測試", "https://例子.測試"),
        ("http://１２７.0.0.1/１", "http://127.0.0.1/１"),
    ],
)
def test_addresses_as_people_write_them(text: str, address: str) -> None:
    assert web_address(text) == address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Eiffel Tower", "'Eiffel Tower' is no web address. Give one such as https://example.org"),
        ("巴黎鐵塔有多高", "is no web address"),
        ("README", "is no web address"),
        (" ", "is no web address"),
        ("https://", "is no web address"),
        ("file:///etc/passwd", "'file' addresses can't be read here"),
        ("mailto:a@example.org", "'mailto' addresses can't be read here"),
        ("javascript:alert(1)", "'javascript' addresses can't be read here"),
    ],
)
def test_what_is_no_address(text: str, message: str) -> None:
    seen = fetch("127.0.0.1:1", text)
    assert not seen.ok
    assert message in seen.result


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = web_address(text)
    except ToolError:
        return
    assert address.lower().startswith(("http://", "https://"))


@given(st.binary(max_size=200), st.sampled_from(["text/plain", "text/html", "text/json", ""]))
def test_any_bytes_are_a_page_or_refused(data: bytes, kind: str) -> None:
    try:
        page = read_page("https://example.org/", kind, data)
    except ToolError:
        return
    assert isinstance(page.text, str)


@given(st.recursive(st.text() | st.integers(), st.lists, max_leaves=5))
def test_json_says_the_same_without_escapes(value: Any) -> None:
    text = json.dumps(value)
    page = read_page("https://example.org/", "application/json", text.encode())
    assert json.loads(page.text) == value


def test_pages_are_kept_for_a_while_and_not_too_many() -> None:
    now = [0.0]
    kept: Kept[int] = Kept(most=2, seconds=10, clock=lambda: now[0])
    for number in range(3):
        kept.keep(str(number), number)
    assert [kept.get(str(number)) for number in range(3)] == [None, 1, 2]
    now[0] = 10.0
    assert kept.get("2") is None
