"""What a web page says: its bytes, of any type that can be read, made into text."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from agentic.errors import ToolError
from agentic.sizes import human

__all__ = ["Page", "check_type", "read_page"]

_NAMES = {
    "application/pdf": "pdf",
    "application/xhtml+xml": "html",
    "text/html": "html",
}
_TEXTUAL = re.compile(
    r"text/.*|.*[+/](?:json|xml|yaml|ndjson|jsonlines|javascript|toml|x-ndjson|x-yaml)"
)
_UNSAID = ("", "application/octet-stream", "binary/octet-stream", "application/x-download")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_IN_PAGE = re.compile(
    rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE
)
_ESCAPED = re.compile(r"\\\\|(?:\\u[0-9a-fA-F]{4})+")


@dataclass(frozen=True)
class Page:
    """A page as text.

    Attributes:
        url: Where it lies, after redirects.
        text: All of its text; Markdown where it was HTML.
        title: Its title, or empty.
        date: When it was published or changed, or empty.
        links: Words and address of links in its text.
        notes: What a reader should know of it.
    """

    url: str
    text: str
    title: str = ""
    date: str = ""
    links: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def check_type(content_type: str, url: str, size: int | None) -> None:
    """Refuse what is said to be neither text nor a PDF, before it is read.

    Raises:
        ToolError: if it is of another type.
    """
    kind = _kind(content_type)
    if not (kind in _UNSAID or kind in _NAMES or _TEXTUAL.fullmatch(kind)):
        raise _unreadable(url, kind, size)


def read_page(url: str, content_type: str, data: bytes) -> Page:
    """The page that lies at an address.

    Args:
        url: The address.
        content_type: What the answer says it is.
        data: The body.

    Raises:
        ToolError: if it is neither text nor a PDF with text.
    """
    kind = _NAMES.get(_kind(content_type), "text")
    if data.startswith(b"%PDF-"):
        kind = "pdf"
    elif kind == "pdf":  # a page that says what went wrong, mostly
        kind = "text"
    if kind == "pdf":
        return _read_pdf(url, data)
    text = _decoded(url, content_type, data)
    if kind == "html" or re.match(r"\s*<(?:!doctype html|html)\b", text[:1000], re.IGNORECASE):
        from agentic.tools.pages.html import read_html

        return Page(url, **read_html(text, url))
    return Page(url, _unescaped(text) if "json" in content_type else text)


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _decoded(url: str, content_type: str, data: bytes) -> str:
    from memory.documents.encoding import decode

    said = _CHARSET.search(content_type)
    within = _IN_PAGE.search(data[:4096])
    decoded = decode(data, said[1] if said else within[1].decode() if within else None)
    if decoded is None:
        raise _unreadable(url, f"said to be {_kind(content_type) or 'of no type'}", len(data))
    return decoded[0]


def _unreadable(url: str, kind: str, size: int | None) -> ToolError:
    told = f"{kind[:80]}, {human(size)}" if size is not None else kind[:80]
    return ToolError(
        f"What lies at {url} is not text ({told}). Web pages, plain text, JSON, XML and PDF can be "
        "read; look for one of these."
    )


def _read_pdf(url: str, data: bytes) -> Page:
    from memory.documents import DocumentError, load

    name = unquote(PurePosixPath(urlsplit(url).path).name)[:80] or "document"
    try:
        document = load(Path(name).with_suffix(".pdf"), data)
    except DocumentError as error:
        raise ToolError(f"{url} can't be read: {error}") from error
    lines: list[str] = []
    page = None
    for block in document.blocks:
        if block.page != page:
            page = block.page
            lines.append(f"[page {page}]")
        lines.append(block.text)
    return Page(url, "\n\n".join(lines), document.title)


def _unescaped(text: str) -> str:
    r"""JSON with the characters that stand in it as `\u…` beyond ASCII."""
    return _ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[0] == "\\\\":
        return found[0]
    codes = bytes.fromhex(found[0].replace("\\u", ""))
    characters = codes.decode("utf-16-be", "replace")
    return characters if all(sign > "\x7f" for sign in characters) else found[0]
