"""Markdown: its blocks as they stand in the file, under their headings."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from memory.documents.document import Block, Document, Kind
from memory.documents.files import read_text
from memory.documents.outline import Outline
from memory.documents.text import paragraphs, unwrap

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["load_markdown"]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_KINDS: dict[str, Kind] = {
    "paragraph_open": "text",
    "html_block": "text",
    "heading_open": "text",  # one in a list or a quotation; others are told apart before
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}
_BREAKS = {"softbreak": "\n", "hardbreak": "\n", "html_inline": ""}


def load_markdown(path: Path, data: bytes) -> Document:
    """A Markdown file (CommonMark and tables); front matter is its first block."""
    text, encoding = read_text(path, data)
    lines = text.split("\n")
    front = _FRONT_MATTER.match(text)
    matter = front[0].count("\n") if front else 0
    blocks = [*paragraphs(lines[:matter]), *_blocks(lines, matter)]
    named = _TITLE.search(front[0]) if front else None
    titles = [named[1]] if named else [block.headings[-1] for block in blocks if block.headings]
    return Document(next(iter(titles), path.name), "markdown", encoding, tuple(blocks))


def _blocks(lines: list[str], matter: int) -> Iterator[Block]:
    """Blocks after the front matter, and lines in no block (definitions of links) as text."""
    outline = Outline()
    after = matter
    for token, text in _leaves("\n" * matter + "\n".join(lines[matter:])):
        first, end = token.map or (after, after)
        yield from paragraphs(lines[after:first], after + 1, outline.path)
        if token.type == "heading_open" and token.level == 0:
            outline.enter(int(token.tag[1]), text)
            kind: Kind = "heading"
        else:
            kind = _KINDS[token.type]
        after = max(after, end)
        yield from _block(lines, first, end, outline.path, kind)
    yield from paragraphs(lines[after:], after + 1, outline.path)


def _block(
    lines: list[str], first: int, end: int, headings: tuple[str, ...], kind: Kind
) -> Iterator[Block]:
    while end > first and not lines[end - 1].strip():
        end -= 1
    if end > first:
        yield Block("\n".join(lines[first:end]), headings, (first + 1, end), kind=kind)


def _leaves(text: str) -> "Iterator[tuple[Token, str]]":
    """Tokens of blocks that hold text and no other block, with the wording of headings."""
    tokens = _parser().parse(text)
    for i, token in enumerate(tokens):
        if token.type in _KINDS:
            heading = token.type == "heading_open"
            yield token, _wording(tokens[i + 1].content) if heading else ""


def _wording(markup: str) -> str:
    """What a heading reads like, without its markup."""
    found: list[Token] = []
    _parser().inline.parse(markup, _parser(), {}, found)
    return unwrap("".join(_BREAKS.get(token.type, token.content) for token in found))


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # what stands within a paragraph matters in headings alone
    return MarkdownIt("commonmark").enable("table").disable("inline")
