"""Text of a server made safe to put into a prompt or a line of the console."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from agentic.cleaning import clean

__all__ = ["difference", "tidied", "tidy"]

_LONGEST = 400
_LONGEST_REMARK = 200
_SHOWN = 80
"""Characters of the old and of the new text that a difference shows."""
_BEFORE = 16
"""Characters shown before the first that differs."""
_NAMES = {"inputSchema": "arguments", "outputSchema": "result"}
_DATA = {"const", "default", "enum", "examples"}


def tidy(text: str, most: int = _LONGEST) -> str:
    """The text on one line, without characters that are not seen, in at most so many characters."""
    seen = "".join(char for char in clean(text[: 4 * most]) if unicodedata.category(char) != "Cf")
    line = " ".join(seen.split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def tidied(schema: Any) -> Any:
    """A JSON schema whose descriptions are tidy."""
    if isinstance(schema, list):
        return [tidied(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {key: _tidied(key, value) for key, value in schema.items()}


def _tidied(key: str, value: Any) -> Any:
    if key == "description" and isinstance(value, str):
        return tidy(value, _LONGEST_REMARK)
    return value if key in _DATA else tidied(value)


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """What differs between two descriptions of a tool, each part around its first difference."""
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return "; ".join(
        f"{tidy(_NAMES.get(key, key), 40)}: {_around(_text(old.get(key)), _text(new.get(key)))}"
        for key in keys
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _around(old: str, new: str) -> str:
    least = min(len(old), len(new))
    first = next((at for at in range(least) if old[at] != new[at]), least)
    begin = max(first - _BEFORE, 0)
    lead = "…" if begin else ""
    shown = [tidy(lead + text[begin:], _SHOWN) for text in (old, new)]
    return f"{shown[0]!r} is now {shown[1]!r}"
