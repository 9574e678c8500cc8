"""Values as models write them: JSON and Python literals, with the slips that leave no doubt.

Read are single and typographic quotes, full-width brackets, commas and colons, trailing commas,
comments, keys without quotes, `None` and `True`, and closing brackets that are missing. What is
cut off inside of a text or a number is not read: the rest of it is not known. One pass, and no
code is ever run.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from agentic.tools.written.scalars import number_or_word, quoted

__all__ = ["Reader", "Unreadable", "read_all"]

_DEEPEST = 50
_MOST_VALUES = 20_000
_CLOSERS = {"{": "}", "[": "]", "(": ")"}
_NARROW = {
    ord(wide): narrow for wide, narrow in zip("｛｝［］（）：，＝", "{}[]():,=", strict=True)
}

_GAP = re.compile(r"(?:[\s\u200b\u2060\ufeff]++|//[^\n]*+|#[^\n]*+|/\*[^*]{0,2000}+\*/)*+")
_END = re.compile(r"\Z|</|<\||<｜|```|\[/")
"""Where a value ends at the latest, unless inside of a text."""
_PROSE = re.compile(r"\w[^\n:：]{0,2000}+(?:\n|\Z)")
_WORD = re.compile(r"[\w$-]{1,100}+")


class Unreadable(ValueError):
    """What stands there is no value, or one that leaves doubt."""

    def __init__(self, at: int, earnest: bool) -> None:
        super().__init__(f"no value can be read at character {at}")
        self.at = at
        """Where it can't be read any further."""
        self.earnest = earnest
        """A text was read by then: this was meant as a value, and what follows may be inside."""


def read_all(text: str) -> Any:
    """The one value that a text is.

    Raises:
        Unreadable: if it is none, or not that alone.
    """
    reader = Reader(text)
    reader.skip_gap()
    value = reader.value()
    reader.skip_gap()
    if reader.at < len(text):
        reader.fail()
    return value


class Reader:
    """Reads values from a place in a text onwards."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at
        """The first character that is not yet read."""
        self.whole = True
        """Whether every bracket closed; what is not whole may have been cut off."""
        self._open: list[str] = []
        self._earnest = False
        self._comma = False
        self._stopped = -1
        self._values = 0

    def value(self) -> Any:
        """The value that begins here; `at` then stands behind it.

        Raises:
            Unreadable: if there is none.
        """
        self._values += 1
        if self._values > _MOST_VALUES:
            self._earnest = True
            self.fail()
        char = self.char()
        if char == "{":
            return self._inside(char, self._object)
        if char in ("[", "("):
            return self._inside(char, self._list)
        text = self._text()
        return text if text is not None else self._number_or_word()

    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """What stands in a call's brackets, from the opening one on: positional, by name.

        Raises:
            Unreadable: if one is no literal.
        """
        return self._inside("(", self._call)  # type: ignore[no-any-return]

    def char(self) -> str:
        """The next character, in its narrow form."""
        return self.text[self.at : self.at + 1].translate(_NARROW)

    def skip_gap(self) -> bool:
        """Skip blanks and comments; whether there was a line's end among them."""
        found = _GAP.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return "\n" in found[0]

    def fail(self) -> NoReturn:
        """Give up here."""
        raise Unreadable(self.at, self._earnest)

    def _inside(self, opener: str, read: Callable[[], Any]) -> Any:
        if len(self._open) >= _DEEPEST:
            self._earnest = True
            self.fail()
        self._open.append(_CLOSERS[opener])
        self.at += 1
        value = read()
        self._open.pop()
        return value

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.skip_gap()
        while not self._closed(begun=bool(found)):
            key = self._key()
            self.skip_gap()
            if self.char() != ":":
                self.fail()
            self._put(found, key)
            self._next(found[key])
        return found

    def _put(self, found: dict[str, Any], key: str) -> None:
        """Read the value of a key; one given twice is in doubt."""
        self.at += 1
        self.skip_gap()
        value = self.value()
        if key in found and found[key] != value:
            self._earnest = True
            self.fail()
        found[key] = value

    def _list(self) -> Any:
        found: list[Any] = []
        bracket, commas = self._open[-1], 0
        self.skip_gap()
        while not self._closed(begun=bool(found)):
            found.append(self.value())
            commas += self._next(found[-1])
        single = bracket == ")" and len(found) == 1 and not commas
        return found[0] if single else found

    def _call(self) -> tuple[list[Any], dict[str, Any]]:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        self.skip_gap()
        while not self._closed(begun=bool(positional or named)):
            name = self._argument_name()
            if name is None:
                positional.append(self.value())
                self._next(positional[-1])
            else:
                self._put(named, name)
                self._next(named[name])
        return positional, named

    def _argument_name(self) -> str | None:
        start, word = self.at, _WORD.match(self.text, self.at)
        if word is not None:
            self.at = word.end()
            self.skip_gap()
            if self.char() in ("=", ":") and word[0] != "lambda":
                return word[0]
        self.at = start
        return None

    def _closed(self, *, begun: bool) -> bool:
        """Whether the brackets close here; the outer one's closing closes the inner ones too."""
        char = self.char()
        if char and char == self._open[-1]:
            self.at += 1
            return True
        if char and char in self._open:
            return True
        if not self._over():
            return False
        more_to_come = self._comma and self.at >= len(self.text)
        if not begun or more_to_come:
            self._earnest = True
            self.fail()
        self.whole = False
        return True

    def _over(self) -> bool:
        return self.at == self._stopped or _END.match(self.text, self.at) is not None

    def _next(self, value: Any) -> bool:
        """Go on to the next part, or to what closes; whether there was a comma between."""
        new_line = self.skip_gap()
        char = self.char()
        self._comma = char == ","
        if self._comma:
            self.at += 1
            self.skip_gap()
            return True
        if (char and char in self._open) or self._over():
            return False
        if char and char in "\"'“" and (new_line or not isinstance(value, str)):
            return False  # a comma was left out
        if new_line and isinstance(value, dict | list) and _PROSE.match(self.text, self.at):
            self._stopped = self.at  # the brackets were never closed
            return False
        self.fail()

    def _key(self) -> str:
        text = self._text()
        if text is not None:
            return text
        word = _WORD.match(self.text, self.at)
        if word is None or word[0][0].isdigit():
            self.fail()
        self.at = word.end()
        return word[0]

    def _text(self) -> str | None:
        """The quoted text that begins here, if one does."""
        found = quoted(self.text, self.at)
        if found is None:
            return None
        text, self.at = found
        self._earnest = True
        if text is None:
            self.fail()
        return text

    def _number_or_word(self) -> Any:
        found = number_or_word(self.text, self.at)
        if found is None:
            self.fail()
        value, self.at = found
        return value
