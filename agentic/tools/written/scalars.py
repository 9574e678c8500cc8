"""Texts in quotes, numbers and words for values, as JSON, Python and models write them."""

import math
import re
from typing import Any

__all__ = ["number_or_word", "quoted", "unescaped"]

_NUMBER = re.compile(r"[-+]?+(?:(?:0|[1-9]\d*+(?:_\d++)*+)(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?\d++)?+")
_WORD = re.compile(r"\w{1,100}+")
_WORDS = {"true": True, "false": False, "null": None, "none": None}
_RAW = re.compile(r"[rRuU](?=[\"'])")
_TEXTS = {
    quotes: re.compile(rf"((?:[^{ends}\\]++|\\.)*+)[{ends}]", re.DOTALL)
    for quotes, ends in {
        '"': '"',
        "'": "'",
        "“„”": "“”",
        "‘’": "‘’",
        "＂": "＂",
        "＇": "＇",
    }.items()
}
_LONG_TEXTS = {
    quotes: re.compile(rf"((?:[^{quotes[0]}\\]++|\\.|{quotes[0]}(?!{quotes[1:]}))*+){quotes}", re.S)
    for quotes in ('"""', "'''")
}
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|(.))",
    re.DOTALL,
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""} | {
    same: same for same in "\"'/\\"
}


def quoted(text: str, at: int) -> tuple[str | None, int] | None:
    """The quoted text that begins at a place, and the place behind it.

    None where no quote opens; a text of None where one opens and never closes.
    """
    raw = _RAW.match(text, at)
    start = at if raw is None else raw.end()
    pattern, inside = _LONG_TEXTS.get(text[start : start + 3]), start + 3
    if pattern is None:
        char, inside = text[start : start + 1], start + 1
        pattern = next((p for quotes, p in _TEXTS.items() if char and char in quotes), None)
    if pattern is None:
        return None
    found = pattern.match(text, inside)
    cut_off = found is not None and not found[1] and found.end() >= len(text)
    if found is None or cut_off:  # two quotes at the very end may be the first of three
        return None, len(text)
    as_it_is = raw is not None and raw[0] in "rR"
    return found[1] if as_it_is else unescaped(found[1]), found.end()


def unescaped(text: str) -> str:
    """The text that escapes such as `\\n` stand for; an unknown escape stays as it is."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_unescape, text)
    if re.search(r"[\ud800-\udbff][\udc00-\udfff]", plain) is None:
        return plain
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[4], found[0])


def number_or_word(text: str, at: int) -> tuple[Any, int] | None:
    """The number, truth or nothing that stands at a place, and the place behind; None if none.

    A number at the very end is none: it may have had more digits.
    """
    found = _NUMBER.match(text, at)
    if found is None:
        word = _WORD.match(text, at)
        known = word is not None and word[0].casefold() in _WORDS
        return (_WORDS[word[0].casefold()], word.end()) if word and known else None
    value = _number(found[0].replace("_", ""))
    return None if value is None or found.end() >= len(text) else (value, found.end())


def _number(digits: str) -> int | float | None:
    """The number; None for one that Python can't hold."""
    if not re.fullmatch(r"[-+]?\d+", digits):
        return None if math.isinf(float(digits)) else float(digits)
    try:
        return int(digits)
    except ValueError:  # of more than 4,300 digits
        return None
