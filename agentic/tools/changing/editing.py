"""Replace words of a text exactly, and say what stands there where they are not found."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import islice

from agentic.errors import ToolError
from agentic.tools.changing.form import NEWLINE

__all__ = ["replaced"]

_MOST_PLACES = 1000
"""Places that are counted."""
_TOLD = 5
"""Places that are named."""
_MOST_LINES = 5000
"""Different lines that are looked through for one that is near."""
_LINE_CHARS = 200
_SHOWN = 400
_LIKE = {
    **dict.fromkeys("“”„‟«»「」『』〝〞＂", '"'),
    **dict.fromkeys("‘’‚‛＇`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict(zip("，、。：；！？【】《》〈〉", ",,.:;!?[]<><>", strict=True)),
    "…": "...",
}
"""Signs that a reader takes for one another."""


def replaced(text: str, old: str, new: str, *, everywhere: bool, file: str) -> str:
    """The text with other words in the place of some; line ends alone need not be the same.

    Args:
        text: The text, its line ends as they are.
        old: The words that are there.
        new: The words that take their place, their line ends as they are to be.
        everywhere: Whether every place is meant, or the one that there is.
        file: What an error calls the file.

    Raises:
        ToolError: if the words are not there, or are there more than once and one is meant.
    """
    if not old:
        raise ToolError("'old' is empty; give the words to replace, as they stand in the file.")
    pattern = _exactly(old)
    places = list(islice(_places(pattern, text), 1 if everywhere else _MOST_PLACES))
    if not places:
        raise ToolError(f"{file!r} does not have the words in 'old'.{_help(text, old, new)}")
    if len(places) > 1:
        lines = ", ".join(str(_line(text, place)) for place in places[:_TOLD])
        more = ", …" if len(places) > _TOLD else ""
        times = f"{len(places)}{' or more' if len(places) == _MOST_PLACES else ''} times"
        raise ToolError(
            f"The words in 'old' are in {file!r} {times} (lines {lines}{more}); give "
            "more of the text around them, or set everywhere=true."
        )
    return pattern.sub(lambda _: new, text)


def _exactly(words: str) -> re.Pattern[str]:
    r"""A pattern of the words in which every line end stands for any, "\r\n" never for two."""
    return re.compile(r"(?:\r\n|(?<!\r)\n|\r(?!\n))".join(map(re.escape, NEWLINE.split(words))))


def _places(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """Where the words begin, those that overlap included."""
    found = pattern.search(text)
    while found is not None:
        yield found.start()
        found = pattern.search(text, found.start() + 1)


def _line(text: str, place: int) -> int:
    return len(NEWLINE.findall(text, 0, place)) + 1


def _help(text: str, old: str, new: str) -> str:
    """What may have been meant."""
    for what, fold in _WAYS.items():
        span = _folded_place(text, old, fold)
        if span is not None:
            return (
                f" Only {what} differ; it has, in line {_line(text, span[0])}:\n{_cut(text, span)}"
            )
    if new and _exactly(new).search(text):
        return " It has those in 'new' already."
    return _nearest_lines(text, old)


def _cut(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : min(span[1], span[0] + _SHOWN)]


def _nearest_lines(text: str, old: str) -> str:
    lines = dict[str, int]()
    for number, line in enumerate(NEWLINE.split(text), 1):
        if line.strip() and len(lines) < _MOST_LINES:
            lines.setdefault(line[:_LINE_CHARS], number)
    wanted = max(NEWLINE.split(old), key=lambda line: len(line.strip()))
    near = get_close_matches(wanted[:_LINE_CHARS], lines, n=3, cutoff=0.5)
    if not near:
        return " Read the file, and copy the words as they stand there."
    return " The nearest lines are:\n" + "\n".join(f"{lines[line]}: {line}" for line in near)


def _without_blanks(sign: str) -> str:
    return "" if sign.isspace() else sign


def _plain(sign: str) -> str:
    return _LIKE.get(sign) or unicodedata.normalize("NFKC", sign)


def _all(sign: str) -> str:
    return _without_blanks(_plain(sign)).casefold()


_WAYS: dict[str, Callable[[str], str]] = {
    "white space and line breaks": _without_blanks,
    "punctuation or full-width signs": _plain,
    "upper and lower case": str.casefold,
    "white space, punctuation, width or case": _all,
}


def _folded_place(text: str, old: str, fold: Callable[[str], str]) -> tuple[int, int] | None:
    """Where the words stand if what the folding takes away does not count."""
    wanted = "".join(map(fold, old))
    parts = [fold(sign) for sign in text]
    at = "".join(parts).find(wanted) if wanted else -1
    if at < 0:
        return None
    origin = [place for place, part in enumerate(parts) for _ in part]
    return origin[at], origin[at + len(wanted) - 1] + 1
