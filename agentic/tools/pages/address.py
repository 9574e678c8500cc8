"""Addresses as people and models write them, made into ones that can be asked."""

import re
import unicodedata

from agentic.errors import ToolError

__all__ = ["web_address"]

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?![0-9])", re.IGNORECASE)
_AUTHORITY = re.compile(r"[^:/?#]+://[^/?#]+")
_WRAPPED = re.compile(r"\[[^\]]*\]\((\S+)\)")
_FULL_WIDTH = str.maketrans({"：": ":", "／": "/"})


def web_address(text: str) -> str:
    """The address, with a scheme; a host in full-width characters becomes a plain one.

    Raises:
        ToolError: if it is no address of the web.
    """
    url = text.strip().strip("<>\"'`「」")
    if wrapped := _WRAPPED.fullmatch(url):
        url = wrapped[1]
    head = url[:8].translate(_FULL_WIDTH)
    url = head + url[8:]
    scheme = _SCHEME.match(url)
    if scheme is None:
        url = f"https://{url}"
    elif scheme[1].lower() not in ("http", "https"):
        raise ToolError(
            f"{_shown(text)} is no web page: {scheme[1]!r} addresses can't be read here. Give one "
            "that begins with https://."
        )
    authority = _AUTHORITY.match(url)
    host = unicodedata.normalize("NFKC", authority[0]).replace("。", ".") if authority else ""
    likely = scheme is not None or "." in host or re.search(r":\d+$", host)
    if authority is None or not likely or re.search(r"\s", host):
        raise ToolError(
            f"{_shown(text)} is no web address. Give one such as https://example.org/page, or use "
            "web_search to find it."
        )
    return host + url[authority.end() :].replace(" ", "%20")


def _shown(text: str) -> str:
    return repr(text.strip()[:80])
