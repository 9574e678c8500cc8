"""Names that were nearly right: the certain ones are matched, the others only suggested."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "folded", "matched", "narrow", "nearest"]

_SEPARATORS = re.compile(r"[\s_.\-\u2010-\u2015\u200b\ufeff]+")
_PREFIX = re.compile(
    r"(?:(?:functions?|tools?|default_api|api|assistant|mcp)\s*[.:/]+\s*)+", re.IGNORECASE
)
"""What models put before a tool's name; another word there may well mean another tool."""
_SUFFIX = re.compile(r"\s*(?::\d+|\(\s*\))\s*\Z")
"""The number of a call, or empty brackets."""
_QUOTES = " \t\r\n\u00a0\"'`*“”‘’「」"
_LONGEST = 200
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that a mistyped word most likely means, if one is near; case does not count."""
    by_folded = {name.casefold(): name for name in names}
    near = get_close_matches(word[:_LONGEST].casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def did_you_mean(name: str | None) -> str:
    """The question to add to an error, led by a space; nothing where there is no name."""
    return "" if name is None else f" Did you mean {name!r}?"


def narrow(text: str) -> str:
    """The text with full-width letters, digits and marks in their usual width."""
    return text.translate(_NARROW)


def folded(name: str) -> str:
    """A name without what spellings of it differ in: case, width of letters, separators."""
    return _SEPARATORS.sub("", narrow(name).casefold())


def matched(name: str, names: Iterable[str]) -> str | None:
    """The one name that is certainly meant, however it is spelled; None if there is doubt.

    `Get-Weather`, `getWeather`, `functions.get_weather` and `ｇｅｔ＿weather` all mean
    `get_weather`, unless two names differ in nothing else. A typing error is never mended: what
    is near may do something else. `nearest` suggests.
    """
    if len(name) > _LONGEST:
        return None
    there = tuple(names)
    if name in there:
        return name
    bare = _SUFFIX.sub("", narrow(name).strip(_QUOTES))
    for spelled in dict.fromkeys((bare, _PREFIX.sub("", bare, count=1).strip(_QUOTES))):
        if spelled in there:
            return spelled
        wanted = folded(spelled)
        found = [each for each in there if wanted and folded(each) == wanted]
        if found:
            return found[0] if len(found) == 1 else None
    return None
