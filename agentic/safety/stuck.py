"""Runs that go in circles: patterns in what came of their calls, found by code."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from agentic.state import Observation

__all__ = ["Pattern", "Stuck", "going_in_circles"]

Pattern = Literal["same error", "alternating", "nothing new"]

SAME_ERRORS = 3
"""Times in a row that a tool fails with the same error."""
NOTHING_NEW = 6
"""Observations in a row that brought nothing new."""
_ALTERNATING = 4
_NUMBERS = re.compile(
    r"\b(?=[\w-]*\d)[0-9a-f]{8}[0-9a-f-]*\b|(?<!\w)\d+(?:[.:,]\d+)*[a-z]{0,2}(?!\w)",
    re.ASCII | re.IGNORECASE,
)
"""Hexadecimal ids, and numbers that stand by themselves, with a unit: `page2` is a name, and
another than `page3`."""


class Stuck(NamedTuple):
    """A pattern, and the calls that it showed in, the oldest first."""

    pattern: Pattern
    calls: Sequence[Observation]


def going_in_circles(
    observations: Sequence[Observation], since: int = 0, turn: int = 1
) -> Stuck | None:
    """The pattern that the newest observations end in; None while something comes of the calls.

    Args:
        observations: All of a run, the oldest first.
        since: How many of them to leave out of the patterns; what they showed is known all the
            same.
        turn: How many calls the last turn had. They were decided at once, before any had come
            back, so that alone they are no pattern.
    """
    newest = observations[since:]
    found = [
        Stuck("same error", _same_errors(newest)),
        Stuck("alternating", _alternating(newest)),
        Stuck("nothing new", _nothing_new(observations, since)),
    ]
    return next((each for each in found if len(each.calls) > turn), None)


def _same_errors(newest: Sequence[Observation]) -> Sequence[Observation]:
    """The failures of one tool with one error at the end, if they are enough."""
    count = 0
    for seen in reversed(newest):
        if seen.ok or _error(seen) != _error(newest[-1]):
            break
        count += 1
    return newest[-count:] if count >= SAME_ERRORS else ()


def _error(seen: Observation) -> tuple[str, str]:
    return seen.name, _NUMBERS.sub("#", seen.result)


def _alternating(newest: Sequence[Observation]) -> Sequence[Observation]:
    """The last four calls, if they are two that take turns and the later ones showed the same."""
    last = newest[-_ALTERNATING:]
    if len(last) < _ALTERNATING:
        return ()
    first, second, again, once_more = last
    turns = _same(first, again) and _same(second, once_more) and not _same(first, second)
    return last if turns else ()


def _same(one: Observation, other: Observation) -> bool:
    """Whether it was the same call with the same outcome."""
    if (one.name, one.args, one.ok) != (other.name, other.args, other.ok):
        return False
    return one.result == other.result if one.ok else _error(one) == _error(other)


def _nothing_new(observations: Sequence[Observation], since: int) -> Sequence[Observation]:
    """The observations at the end that failed, or showed what had been seen, if they are enough."""
    known: set[str] = set()
    idle = 0
    for at, seen in enumerate(observations):
        new = seen.ok and not seen.repeated and seen.result.strip() not in known
        known.add(seen.result.strip())
        idle = 0 if new or at < since else idle + 1
    return observations[-idle:] if idle >= NOTHING_NEW else ()
