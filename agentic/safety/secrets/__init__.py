"""Secrets taken out of text before it is written down, shown to a model or sent on.

    redact("password=hunter2hunter2")      "password=[secret: SHOP_PASSWORD]"
    redacted({"key": ["Bearer …"]})        the same for what JSON can carry

A secret is a value of the environment whose name says so, one that was made known, or a text of a
shape that only keys have. It is found where it stands whole: of one that was cut in two, neither
half is recognised, so text is redacted before it is cut. And it is found in clean text, since a
control character within it would hide it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from agentic.safety.secrets.blocks import key_blocks
from agentic.safety.secrets.detectors import detected
from agentic.safety.secrets.known import all_known, known_address, known_secret, occurrences
from agentic.safety.secrets.shapes import shaped
from agentic.safety.secrets.spans import MARK, Span, mark

__all__ = ["MARK", "known_address", "known_secret", "redact", "redacted"]

_SHORTEST = 8
"""Characters of a text below which nothing in it is long enough to be a secret."""
_ROUNDS = 8
_WORK = 200_000
"""Characters gone through again until nothing more is found: a key that stands right behind
another may be seen only once that one is gone. A short text gets its rounds, a long one few."""


def redact(text: str) -> str:
    """The text with a mark in the place of each secret, such as `[secret: GitHub token]`.

    A mark names the kind of the secret, or the variable it is from, and tells nothing of its value.
    All else stays as it is.
    """
    return _redact(text, all_known())


def _redact(text: str, known: Mapping[str, str]) -> str:
    if len(text) < _SHORTEST:
        return text
    for _ in range(max(_ROUNDS, _WORK // (len(text) + 1))):
        found = (occurrences(text, known), key_blocks(text), shaped(text), detected(text))
        spans = _merged(chain(*found))
        if not spans:
            break
        text = "".join(_marked(text, spans))
    return text


def redacted(value: Any) -> Any:
    """A value that JSON can carry, with each text in it redacted, names included.

    Redact a value rather than its JSON: in JSON a secret may begin right behind an escape.
    """
    return _redacted(value, all_known())


def _redacted(value: Any, known: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _redact(value, known)
        case dict():
            return _entries(value, known)
        case list() | tuple():
            return [_redacted(each, known) for each in value]
    return value


def _entries(entries: dict[Any, Any], known: Mapping[str, str]) -> dict[Any, Any]:
    """The entries; names that have become the same are numbered, so that none is lost."""
    done: dict[Any, Any] = {}
    for name, value in entries.items():
        new = key = _redact(name, known) if isinstance(name, str) else name
        count = 1
        while key in done:
            count += 1
            key = f"{new} {count}"
        done[key] = _redacted(value, known)
    return done


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that overlap as one, of the kind of the longest."""
    merged: list[Span] = []
    longest = 0
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        size = span.end - span.start
        if not merged or span.start >= merged[-1].end:
            merged.append(span)
            longest = size
            continue
        last = merged[-1]
        kind, longest = (span.kind, size) if size > longest else (last.kind, longest)
        merged[-1] = Span(last.start, max(last.end, span.end), kind)
    return merged


def _marked(text: str, spans: Iterable[Span]) -> Iterator[str]:
    end = 0
    for span in spans:
        yield text[end : span.start]
        yield mark(span.kind)
        end = span.end
    yield text[end:]
