"""Read a web page whose address is known, part by part."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated
from urllib.parse import urldefrag, urlsplit

from pydantic import Field

from agentic.cleaning import clean
from agentic.errors import ToolError
from agentic.safety.network import asking, declared_size, read_body
from agentic.tools.base import Tool, tool
from agentic.tools.context import ToolOutput
from agentic.tools.pages.address import web_address
from agentic.tools.pages.cache import Kept
from agentic.tools.pages.content import Page, check_type, read_page
from agentic.tools.pages.robots import Robots
from agentic.tools.pages.status import check_status

__all__ = ["page_reader", "web_fetch"]

_MOST_CHARS = 3800
"""Characters of a result; stays under the tool's limit."""
_LEAST_TEXT = 1500
"""Characters of text that a part has, whatever else it holds."""
_ACCEPT = "text/html,application/xhtml+xml,text/markdown,text/plain;q=0.9,*/*;q=0.5"


def page_reader(allow: Collection[str] = (), *, seconds: float = 15.0) -> Tool:
    """The tool `web_fetch`, for pages of an intranet as well.

    Args:
        allow: Hosts that may lie in a private network, each with its port:
            "wiki.example.org:443", "127.0.0.1:8123".
        seconds: Time for each request, redirects and body included.
    """
    pages: Kept[Page] = Kept()
    robots = Robots(allow)

    def fetched(url: str) -> Page:
        page = _fetch(url, allow, seconds)
        if robots.object_to(page.url):
            note = "the site's robots.txt asks programs not to read this page"
            page = replace(page, notes=(*page.notes, note))
        pages.keep(url, page)
        return page

    @tool(name="web_fetch", effects=["reads", "network"], timeout=60)
    def read(
        url: Annotated[str, Field(min_length=1, max_length=2000)],
        start: Annotated[int, Field(ge=0)] = 0,
    ) -> ToolOutput:
        """Read a web page or PDF whose address is known.

        Args:
            url: Address of the page.
            start: First character to read, for long pages.
        """
        address = urldefrag(web_address(url)).url
        kept = pages.get(address)
        part = _part(kept if kept is not None else fetched(address), start)
        # what only this network can read is for nobody outside
        private = _is_listed(address, allow) or any(_is_listed(url, allow) for url in part.sources)
        return replace(part, private=private)

    return read


web_fetch = page_reader()


def _fetch(url: str, allow: Collection[str], seconds: float) -> Page:
    with asking(url, headers={"Accept": _ACCEPT}, allow=allow, seconds=seconds) as response:
        check_status(response)
        kind = response.headers.get("Content-Type", "")
        final = str(response.url)
        check_type(kind, final, declared_size(response))
        data = read_body(response)
    page = read_page(final, kind, data)
    text = clean(page.text).strip()
    return replace(page, text=text.removeprefix(f"# {page.title}\n").lstrip("\n"))


def _is_listed(url: str, hosts: Collection[str]) -> bool:
    """Whether an address is on one of the hosts, each with its port."""
    parts = urlsplit(url)
    port = parts.port if parts.port is not None else {"https": 443}.get(parts.scheme, 80)
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{port}" in {host.casefold() for host in hosts}


def _part(page: Page, start: int) -> ToolOutput:
    """The text from a character on, and how to read on."""
    total = len(page.text)
    if start and start >= total:
        raise ToolError(f"{page.url} has {total} characters; start={start} is past its end.")
    head = _head(page) if start == 0 else ""
    room = max(_LEAST_TEXT, _MOST_CHARS - len(head) - 200)
    links = _links(page, room) if start == 0 else ""
    text = _fitting(page.text[start:], max(_LEAST_TEXT, room - len(links)))
    end = start + len(text)
    notes = list(page.notes)
    if len(text) < total:
        more = f"; read on with start={end}" if end < total else ", the end"
        notes.insert(0, f"characters {start}-{end} of {total}{more}")
    footer = f"\n\n({'; '.join(notes)})" if notes else ""
    body = text.strip() or "(The page holds no text.)"
    return ToolOutput(f"{head}{body}{links}{footer}", (page.url,))


def _head(page: Page) -> str:
    title = f"# {page.title[:200]}\n" if page.title else ""
    date = f"Date: {page.date}\n" if page.date else ""
    return f"{title}{date}\n" if title or date else ""


def _links(page: Page, room: int) -> str:
    """Links worth following, in no more than a third of the room."""
    lines: list[str] = []
    room //= 3
    for words, address in page.links:
        line = f"- {words}: {address}"
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n\nLinks:\n" + "\n".join(lines) if lines else ""


def _fitting(text: str, room: int) -> str:
    """The beginning that fits, up to the end of a line or a sentence where one is near."""
    if len(text) <= room:
        return text
    for end in ("\n", "。", ". ", " "):
        at = text.rfind(end, room * 2 // 3, room)
        if at >= 0:
            return text[: at + len(end)]
    return text[:room]
