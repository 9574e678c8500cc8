"""What a change did to a text, as a unified diff that fits into one result."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["Diff", "difference"]

_MOST_LINES = 40
_LINE_CHARS = 160
_AROUND = 2
"""Lines shown before and after a change."""
_MOST_PAIRS = 4_000_000
"""Pairs of lines up to which a change is looked at line by line; more would take seconds."""


@dataclass(frozen=True, slots=True)
class Diff:
    """A change.

    Attributes:
        added: Lines that are new.
        removed: Lines that are gone.
        lines: The unified diff, shortened where it is long.
    """

    added: int
    removed: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def counts(self) -> str:
        """The number of lines: "+3 -1"."""
        return f"+{self.added} -{self.removed}"


def difference(before: str, after: str, name: str) -> Diff:
    """The change from one text to another.

    Args:
        before: The text as it was.
        after: The text as it is.
        name: What the diff calls the file.
    """
    old, new = _lines(before), _lines(after)
    first = _shared(old, new)
    last = _shared(old[first:][::-1], new[first:][::-1])
    a, b = old[first : len(old) - last], new[first : len(new) - last]
    if len(a) * len(b) > _MOST_PAIRS:
        more, fewer = Counter(b) - Counter(a), Counter(a) - Counter(b)
        told = "(The change is too large to be shown line by line.)"
        return Diff(more.total(), fewer.total(), (told,))
    start, end = max(0, first - _AROUND), min(last, _AROUND)
    body = list(
        _hunks(old[start : len(old) - last + end], new[start : len(new) - last + end], start)
    )
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    return Diff(added, removed, (f"--- {name}", f"+++ {name}", *_short(body)))


def _lines(text: str) -> list[str]:
    """Lines as an editor counts them; the last says if it does not end in a line break."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], f"{lines[-1]}\n\\ No newline at end of file"]


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    """How many lines both begin with."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(a), len(b)))


def _hunks(old: Sequence[str], new: Sequence[str], before: int) -> Iterator[str]:
    """The diff of the parts of two texts that have so many lines before them."""
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(_AROUND):
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        yield f"@@ -{_range(before + a, b - a)} +{_range(before + c, d - c)} @@"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[i1:i2])
                continue
            yield from (f"-{line}" for line in old[i1:i2])
            yield from (f"+{line}" for line in new[j1:j2])


def _range(start: int, count: int) -> str:
    """Where a hunk stands, as a unified diff has it."""
    first = start + 1 if count else start
    return str(first) if count == 1 else f"{first},{count}"


def _short(body: Sequence[str]) -> Iterator[str]:
    for line in body[:_MOST_LINES]:
        sign, _, ending = line.partition("\n")
        yield sign if len(sign) <= _LINE_CHARS else f"{sign[:_LINE_CHARS]}…"
        if ending:
            yield ending
    if len(body) > _MOST_LINES:
        yield f"… {len(body) - _MOST_LINES} more lines of the diff"
