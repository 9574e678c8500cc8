"""Single values converted where what they mean is certain; any other is given back as it is."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agentic.naming import narrow

__all__ = ["CONVERTERS", "LONGEST_WORD", "choice", "is_nothing"]

LONGEST_WORD = 200
"""Characters of a text that may be a number, a choice or a name."""
_YES = frozenset({"true", "yes", "是", "真"})
_NO = frozenset({"false", "no", "否", "假"})
_NOTHING = frozenset({"", "null", "none", "undefined"})
_WHOLE = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.0*)?")
_DECIMAL = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:e[-+]?\d+)?")


def _plain(value: Any) -> str | None:
    """A short text in narrow letters and without case, for comparing."""
    if not isinstance(value, str) or len(value) > LONGEST_WORD:
        return None
    return " ".join(narrow(value).casefold().split())


def _integer(value: Any) -> Any:
    text = _plain(value)
    if text is None or not _WHOLE.fullmatch(text):
        return value
    return int(text.replace(",", "").partition(".")[0])


def _number(value: Any) -> Any:
    text = _plain(value)
    if text is None or not _DECIMAL.fullmatch(text) or not re.search(r"\d", text):
        return value
    if _WHOLE.fullmatch(text) and "." not in text:
        return int(text.replace(",", ""))
    try:
        made = float(text.replace(",", ""))
    except ValueError:
        return value
    return value if made in (float("inf"), float("-inf")) else made


def _boolean(value: Any) -> Any:
    text = _plain(value)
    return True if text in _YES else False if text in _NO else value


def _null(value: Any) -> Any:
    return None if is_nothing(value) else value


def _string(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    most = 1e15 if isinstance(value, float) else 10**100  # a longer float has lost digits
    return json.dumps(value) if abs(value) < most else value


def choice(value: Any, choices: Iterable[Any]) -> Any:
    """The one choice that a value spells otherwise."""
    wanted = _spelling(value)
    if wanted is None:
        return value
    found = [each for each in choices if _spelling(each) == wanted]
    return found[0] if len(found) == 1 else value


def _spelling(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return str(value)
    text = _plain(value)
    return None if text is None else re.sub(r"(?<=\w)[\s_-]+(?=\w)", " ", text)


def is_nothing(value: Any) -> bool:
    """Whether a value stands for none: null, an empty text, or a word such as "None"."""
    return value is None or (isinstance(value, str) and _plain(value) in _NOTHING)


CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "null": _null,
    "string": _string,
}
"""What makes a value one of a JSON type."""
