"""HTML as Markdown: what a page is about, without what stands around it."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

from memory.documents import DocumentError, load

__all__ = ["read_html"]

_MOST_LINKS = 8
_LONGEST_WORDS = 80
_SHORTEST_MAIN = 200
"""Characters of a main text below which the whole of a page is looked at too."""
_SHARE = 4
"""Times that the whole must be longer to take the main text's place: a list of links, a shop."""


def read_html(html: str, url: str) -> dict[str, Any]:
    """Text, title, date and links of a page, as `Page` takes them.

    Args:
        html: The page.
        url: Its address.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports what it passes over
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    main = trafilatura.extract(html, url=url, output_format="markdown", include_comments=False)
    title, date = _metadata(html, url)
    whole_title, whole = _whole(html)
    text = main or ""
    if len(text) < _SHORTEST_MAIN and len(whole) > _SHARE * len(text):
        text = whole
    return {
        "text": text,
        "title": " ".join((title or whole_title).split()),
        "date": date,
        "links": tuple(_links(html, url, text)),
    }


def _metadata(html: str, url: str) -> tuple[str, str]:
    import trafilatura

    # the extensive search takes the year of a copyright for a date
    found = trafilatura.extract_metadata(html, default_url=url, extensive=False)
    return (found.title or "", found.date or "") if found else ("", "")


def _whole(html: str) -> tuple[str, str]:
    """Title and all text of a page."""
    try:
        document = load(Path("page.html"), html.encode("utf-8", "replace"))
    except DocumentError:  # it holds no text
        return "", ""
    title = "" if document.title == "page.html" else document.title
    return title, "\n\n".join(block.text for block in document.blocks)


def _links(html: str, url: str, text: str) -> Iterator[tuple[str, str]]:
    """Links whose words stand in the text: those of menus and footers don't."""
    import trafilatura

    tree = trafilatura.load_html(html)
    seen = {urldefrag(url).url}
    held = re.sub(r"[\s*_`|]+", " ", text)
    for element in tree.iter("a") if tree is not None else ():
        words = " ".join(element.text_content().split())
        address = _joined(url, element.get("href") or "")
        known = address in seen or not words or words not in held
        if known or not address.startswith(("http://", "https://")) or len(words) < 2:
            continue
        seen.add(address)
        yield words[:_LONGEST_WORDS], address
        if len(seen) > _MOST_LINKS:
            return


def _joined(url: str, reference: str) -> str:
    try:
        return urldefrag(urljoin(url, reference.strip())).url
    except ValueError:  # brackets that hold no IPv6 address
        return ""
