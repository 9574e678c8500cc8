"""Private keys in blocks of lines, from BEGIN to END; also those that were cut off."""

import re
from collections.abc import Iterator

from agentic.safety.secrets.spans import Span

__all__ = ["key_blocks"]

_EDGE = re.compile(
    r"-{4,5} ?(?P<edge>BEGIN|END) (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    r"|(?P<lines>Private-Lines: \d+)|(?P<mac>Private-MAC: [0-9a-f]{8,})"
)
_LONGEST = 20_000
"""Characters between BEGIN and END; those further apart don't belong together."""
_GAP = r"\s|\\[nrt]"
_LINE = r"[A-Za-z0-9+/=]{16,}"
_ENDED = r"[A-Za-z0-9+/=]+(?=\s*\Z|\n\s*\n|\\n)"
_HEADER = r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset): [^\n\\]{0,200}"
_BODY = re.compile(rf"(?:{_GAP}|{_LINE}|{_HEADER}|{_ENDED})*")
_BREAK = r"\s|[nrt]\\"
_BODY_BACKWARDS = re.compile(
    rf"(?:(?:{_BREAK})*[A-Za-z0-9+/=]{{1,15}}(?=\n|n\\)){{0,2}}"  # the last line, a check sum
    rf"(?:{_BREAK}|{_LINE}|[A-Za-z0-9+/=]+\Z)*"
)
_LEAST = 16
"""Characters of a key that must follow, or the edge is only spoken of."""
_KIND = "private key"


def key_blocks(text: str) -> Iterator[Span]:
    """Where private keys stand in a text, their edges included."""
    if "PRIVATE KEY" not in text and "Private-" not in text:
        return
    begun: re.Match[str] | None = None
    done = 0
    for edge in _EDGE.finditer(text):
        begins = edge["edge"] == "BEGIN" or edge["lines"]
        if begun is not None:
            whole = not begins and edge.start() - begun.end() <= _LONGEST
            yield from [Span(begun.start(), edge.end(), _KIND)] if whole else _cut(text, begun)
            begun = None if not begins else edge
        elif begins:
            begun = edge
        else:
            yield from _without_beginning(text, done, edge)
        done = edge.end()
    if begun is not None:
        yield from _cut(text, begun)


def _cut(text: str, begun: re.Match[str]) -> Iterator[Span]:
    """What there is of a key behind its BEGIN."""
    body = _BODY.match(text, begun.end(), begun.end() + _LONGEST)
    if body is not None and len(body[0].strip()) >= _LEAST:
        yield Span(begun.start(), begun.end() + len(body[0].rstrip()), _KIND)


def _without_beginning(text: str, done: int, end: re.Match[str]) -> Iterator[Span]:
    """What there is of a key before its END."""
    before = text[max(done, end.start() - _LONGEST) : end.start()][::-1]
    body = _BODY_BACKWARDS.match(before)
    if body is not None and len(body[0].strip()) >= _LEAST:
        yield Span(end.start() - len(body[0].rstrip()), end.end(), _KIND)
