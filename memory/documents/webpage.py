"""HTML files: all headings, paragraphs, list items, rows of tables and preformatted text."""

import re
from html.parser import HTMLParser
from pathlib import Path

from memory.documents.document import Block, Document, Kind
from memory.documents.files import read_text
from memory.documents.outline import Outline
from memory.documents.text import unwrap

__all__ = ["load_html"]

NO_TEXT = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object"})
"""What is no text for a reader."""
CHROME = frozenset({"nav", "button", "select", "dialog"})
"""What helps to get around on a page and says nothing."""
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|details|div|fieldset|fig.*|"
    "footer|form|h[1-6r]|head|header|html|legend|li|main|[ou]l|p|pre|section|summary|table|tbody|"
    "tfoot|thead|title|tr"
)
"""Tags that begin or end a line of text."""

_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?([\w:.-]+)""", re.I)
_HEADING = re.compile(r"h[1-6]")
_LINE_FEED = re.compile(r"&(?:NewLine;|#(?:0*10(?![0-9])|[xX]0*[aA](?![0-9a-fA-F]));?)")
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")


def load_html(path: Path, data: bytes) -> Document:
    """An HTML file without scripts and navigation; every block knows its lines."""
    declared = _CHARSET.search(data[:4096])
    text, encoding = read_text(path, data, declared[1].decode() if declared else None)
    page = _read(text, NO_TEXT | CHROME)
    if page.left_out in CHROME:  # never closed, and would take the rest of the page along
        page = _read(text, NO_TEXT)
    headings = (block.text for block in page.blocks if block.kind == "heading")
    title = unwrap(page.title) or next(headings, path.name)
    return Document(title, "html", encoding, tuple(page.blocks))


def _read(text: str, leave_out: frozenset[str]) -> "_Page":
    page = _Page(leave_out)
    page.feed(_ended(_LINE_FEED.sub(" ", text)))  # one that is written out would count as a line
    page.close()
    page.flush()
    return page


def _ended(text: str) -> str:
    """HTML in which every comment and tag has an end: the parser looks for each to the last byte.

    No line begins or ends anywhere else than before.
    """
    after = text.rfind("-->") + 1
    text = text[:after] + text[after:].replace("<!--", "<! --")
    after = text.rfind(">") + 1
    return text[:after] + text[after:].replace("<", "&lt;")


class _Page(HTMLParser):
    """Collects the text between tags, and makes a block of it where a line begins or ends."""

    def __init__(self, leave_out: frozenset[str]) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.title = ""
        self.left_out = ""
        self._leave_out = leave_out
        self._depth = 0
        self._outline = Outline()
        self._inside: set[str] = set()
        self._text: list[str] = []
        self._lines: tuple[int, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or a part that is left out."""
        if self.left_out:
            self._depth += tag == self.left_out
        elif tag in self._leave_out:
            self.left_out, self._depth = tag, 1
        else:
            self._line(tag)
            if tag in ("td", "th"):
                self._text.append(" | " if self._lines else " ")
            self._inside.add(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a line, or a part that is left out."""
        if self.left_out:
            self._depth -= tag == self.left_out
            self.left_out = self.left_out if self._depth else ""
        else:
            self._line(tag)
            self._inside -= {tag, "tr"} if tag == "table" else {tag}  # HTML may leave </tr> out

    def handle_data(self, data: str) -> None:
        """Keep text, and the lines it stands on."""
        if self.left_out:
            return
        if "title" in self._inside:
            self.title += data
            return
        self._text.append(data)
        if data.strip():
            line, _ = self.getpos()
            first = line + data.count("\n", 0, len(data) - len(data.lstrip()))
            last = line + data.rstrip().count("\n")
            self._lines = (self._lines[0] if self._lines else first, last)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Pass over `<![...]>`; the base class fails on those it does not know."""
        return self.parse_bogus_comment(i, report)

    def flush(self) -> None:
        """Make a block of the text since the last one."""
        text, lines = "".join(self._text), self._lines
        self._text, self._lines = [], None
        if lines is None:
            return
        kind, level = self._kind()
        text = _BLANK_LINES.sub("", text).rstrip() if kind == "code" else unwrap(text)
        if kind == "heading":
            self._outline.enter(level, text)
        self.blocks.append(Block(text, self._outline.path, lines, kind=kind))

    def _line(self, tag: str) -> None:
        in_row = "tr" in self._inside and tag not in ("tr", "table", "pre")
        if not _BLOCK.fullmatch(tag):
            return
        if in_row and not _HEADING.fullmatch(tag):
            self._text.append(" ")
        else:
            self.flush()

    def _kind(self) -> tuple[Kind, int]:
        for level in range(1, 7):
            if f"h{level}" in self._inside:
                return "heading", level
        if "pre" in self._inside:
            return "code", 0
        return ("table", 0) if "tr" in self._inside else ("text", 0)
