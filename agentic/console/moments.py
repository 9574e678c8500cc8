"""Points and spans of time as they are typed and shown: in the user's own time zone."""

import re
from datetime import UTC, datetime, timedelta

from agentic.errors import UsageError

__all__ = ["day", "minute", "moment", "span"]

HOURS = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}
"""Hours of each unit that a span may have."""
_SPAN = re.compile(r"(\d{1,9})\s*([hdwy])")


def day(moment: datetime) -> str:
    """The day on which it was here."""
    return f"{moment.astimezone():%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """The day and the time of day at which it was here."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def span(text: str, option: str) -> timedelta:
    """A span such as `12h`, `30d`, `2w` or `1y`.

    Args:
        text: What was typed.
        option: What it was typed for; named if it is none.

    Raises:
        UsageError: if it is none, or longer ago than there are dates.
    """
    found = _ago(text)
    if found is None:
        raise UsageError(f"{option}: {text!r} is no span of time; 12h, 30d, 2w and 1y are.")
    return found[0]


def moment(text: str, option: str) -> datetime:
    """A date, a date with a time, or a span before now; without a time zone, the user's own.

    Args:
        text: What was typed.
        option: What it was typed for; named if it is none.

    Raises:
        UsageError: if it is none.
    """
    if (found := _ago(text)) is not None:
        return found[1]
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{option}: {text!r} is no date; 2026-05-01, 2026-05-01T18:30 and 30d (ago) are."
        ) from error


def _ago(text: str) -> tuple[timedelta, datetime] | None:
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    try:
        long = timedelta(hours=int(found[1]) * HOURS[found[2]])
        return long, datetime.now(UTC) - long
    except OverflowError:
        return None
