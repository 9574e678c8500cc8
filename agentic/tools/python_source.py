"""Code as small models hand it over, and what they mean by it."""

import re
from collections.abc import Callable
from textwrap import dedent

__all__ = ["readings"]

_FENCE = re.compile(
    r"^[ \t]*(```|~~~)[ \t]*[\w+-]*[ \t]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S
)
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.)(?: |$)", re.M)
_LITERAL = re.compile(
    r"\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#[^\n]*"
    r"|[“”]([^“”\n]*)[“”]|[‘’]([^‘’\n]*)[‘’]|[「]([^「」\n]*)」",
    re.S,
)
_SIGNS: dict[int, str] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{ord(sign): plain for sign, plain in zip("\u3000\u00a0、×÷−–【】", "  ,*/--[]", strict=True)},
    ord("≤"): "<=",
    ord("≥"): ">=",
    ord("≠"): "!=",
}
"""Signs as pages and input methods write them; the first are Unicode's full-width ASCII."""


def readings(code: str) -> list[str]:
    """The code as it may be meant, the likeliest first; each worth a try if the one before is none.

    A Markdown fence and the prompts of a Python shell are taken off, then common indentation.
    After that come: full-width signs outside of texts as Python's own, and line breaks that were
    escaped twice.
    """
    bare = _bare(code)
    tried = [bare]
    for change in _CHANGES:
        for text in list(tried):
            changed = change(text)
            if changed not in tried:
                tried.append(changed)
    return tried


def _bare(code: str) -> str:
    text = code.replace("\r\n", "\n").lstrip("\ufeff")
    text = re.sub(r"\A\s*`{1,3}([^`\n]+)`{1,3}\s*\Z", r"\1", text)
    if re.match(r"\s*(```|~~~)", text):
        text = "\n".join(block.rstrip("\n") for _, block in _FENCE.findall(text))
    if re.match(r"\s*>>> ?", text):
        lines = [line for line in text.split("\n") if _PROMPT.match(line)]
        text = "\n".join(_PROMPT.sub("", line) for line in lines)
    return dedent(text).strip("\n")


def _fenced_within(code: str) -> str:
    """The blocks of a text that explains itself around them."""
    blocks = [dedent(block).rstrip("\n") for _, block in _FENCE.findall(code)]
    return "\n".join(blocks) if blocks else code


def _half_width(code: str) -> str:
    """Full-width signs and digits as Python's, but for those in texts and comments."""
    pieces, end = [], 0
    for literal in _LITERAL.finditer(code):
        pieces += [code[end : literal.start()].translate(_SIGNS), _quoted(literal)]
        end = literal.end()
    return "".join([*pieces, code[end:].translate(_SIGNS)])


def _quoted(literal: re.Match[str]) -> str:
    """A text in Python's quotes; one in a page's quotes is put in them."""
    inner = next((group for group in literal.groups() if group is not None), None)
    if inner is None:
        return literal.group()
    return '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _broken_lines(code: str) -> str:
    """Line breaks as such where the code is one line that only writes of them."""
    if "\n" in code or "\\n" not in code:
        return code
    return code.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


_CHANGES: tuple[Callable[[str], str], ...] = (_fenced_within, _half_width, _broken_lines)
