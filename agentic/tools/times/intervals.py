"""Lengths of time: read, added to a moment, and found between two."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from agentic.errors import ToolError
from agentic.tools.times.moments import Moment, arabic

__all__ = ["Interval", "between", "read_interval", "shifted"]

_UNITS = {
    "working_days": r"(?:working|business|work|week)\s*-?days?|個?工作[天日]",
    "minutes": r"minutes?|mins?|分鐘?",
    "hours": r"hours?|hrs?|h|個?小時|個?鐘頭",
    "days": r"days?|d|[天日]",
    "weeks": r"weeks?|個?星期|個?禮拜|[週周]",
    "months": r"months?|個?月",
    "years": r"years?|yrs?|年",
}
_PART = re.compile(
    r"(?P<sign>[-+−])?\s*(?P<number>\d+(?:\.\d+)?|an?\b)\s*(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
    + r")(?![a-z])\s*(?:and\b|,|又)?\s*"
)
_MOST = 4_000_000
"""Days in the calendar, and more."""
_MOST_WORKING = 100_000


@dataclass(frozen=True)
class Interval:
    """A length of time, in the units it was given in."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    working_days: int = 0
    hours: float = 0
    minutes: float = 0


def read_interval(text: str) -> Interval:
    """The length of time that is meant by "1 month and 3 days", "-2 weeks" or 「5個工作天」.

    Raises:
        ToolError: if it can't be read.
    """
    plain = arabic(unicodedata.normalize("NFKC", text).casefold().strip())
    plain = re.sub(r"^(?:in|plus|after|過)\s+|\s*(?:later|from now|after|以?後|之後)$", "", plain)
    before = re.search(r"\s*(?:ago|before|earlier|以?前|之前)$|^(?:minus|before)\s+", plain)
    plain = plain.replace(before[0], "") if before else plain
    sign, place, amounts = (-1 if before else 1), 0, dict.fromkeys(_UNITS, 0.0)
    while place < len(plain):
        found = _PART.match(plain, place)
        if found is None:
            raise _unread(text)
        if found["sign"]:
            sign = -1 if found["sign"] != "+" else 1  # it holds for what follows, too
        number = 1.0 if found["number"].startswith("a") else float(found["number"])
        unit = str(found.lastgroup)
        if number > _MOST or (number % 1 and unit not in {"hours", "minutes"}):
            raise ToolError(f"{found[0].strip()!r}: give whole numbers up to {_MOST:,}.")
        amounts[unit] += sign * number
        place = found.end()
    if not plain:
        raise _unread(text)
    whole = {unit: int(amount) for unit, amount in amounts.items()}
    return replace(Interval(**whole), hours=amounts["hours"], minutes=amounts["minutes"])


def shifted(moment: Moment, by: Interval) -> tuple[Moment, str]:
    """The moment after an interval, and a remark where the month was too short for its day.

    Years, months and days follow the calendar; hours and minutes are as long as they are, also
    where the clocks change.
    """
    from dateutil.relativedelta import relativedelta

    wall = moment.wall() + relativedelta(years=by.years, months=by.months)
    remark = ""
    if wall.day != moment.day.day:
        remark = f"{wall:%B} {wall.year} has no day {moment.day.day}; its last day is taken."
    wall += timedelta(days=by.days, weeks=by.weeks)
    wall = datetime.combine(_after_working(wall.date(), by.working_days), wall.time())
    if not (by.hours or by.minutes):
        return replace(moment, day=wall.date(), remark=""), remark
    exact = wall.replace(tzinfo=moment.zone).astimezone(UTC)
    there = (exact + timedelta(hours=by.hours, minutes=by.minutes)).astimezone(moment.zone)
    return Moment(there.date(), moment.zone, there.time()), remark


def between(start: Moment, end: Moment) -> str:
    """How long it is from one moment to another, in words."""
    if start.clock is not None and end.clock is not None:
        first = start.wall().replace(tzinfo=start.zone).astimezone(UTC)
        second = end.wall().replace(tzinfo=end.zone).astimezone(UTC)
        minutes = (second - first) // timedelta(minutes=1)
        days, left = divmod(abs(minutes), 24 * 60)
        parts = [(days, "day"), (left // 60, "hour"), (left % 60, "minute")]
        return f"{_listed(parts)}{_backwards(minutes)}."
    days = (end.day - start.day).days
    if not days:
        return "0 days, the same day."
    earlier, later = sorted([start.day, end.day])
    told = f"{_counted(abs(days), 'day')}{_backwards(days)}"
    human = [text for text in (_weeks(abs(days)), _calendar(earlier, later)) if text]
    inside = f" = {' = '.join(human)}" if human else ""
    working = _working_days(later) - _working_days(earlier)
    return f"{told}{inside}; {_counted(working, 'working day')} (Monday to Friday)."


def _after_working(day: date, count: int) -> date:
    """The day so many working days on; holidays are not known."""
    if abs(count) > _MOST_WORKING:
        raise ToolError(f"Give at most {_MOST_WORKING:,} working days.")
    step = 1 if count > 0 else -1
    while count:
        day += timedelta(step)
        count -= step if day.weekday() < 5 else 0
    return day


def _working_days(day: date) -> int:
    """Working days from the first day of the calendar, a Monday, up to the day itself."""
    weeks, left = divmod(day.toordinal(), 7)
    return weeks * 5 + min(left, 5)


def _weeks(days: int) -> str:
    return _listed([(days // 7, "week"), (days % 7, "day")]) if days >= 7 else ""


def _calendar(earlier: date, later: date) -> str:
    from dateutil.relativedelta import relativedelta

    length = relativedelta(later, earlier)
    if not (length.years or length.months):
        return ""
    return _listed([(length.years, "year"), (length.months, "month"), (length.days, "day")])


def _backwards(amount: int) -> str:
    return " back (the second date is the earlier one)" if amount < 0 else ""


def _listed(parts: list[tuple[int, str]]) -> str:
    texts = [_counted(number, unit) for number, unit in parts if number]
    return " ".join(texts) if texts else "no time"


def _counted(number: int, unit: str) -> str:
    return f"{number:,} {unit}" + ("" if number == 1 else "s")


def _unread(text: str) -> ToolError:
    return ToolError(
        f"Could not read {text.strip()[:60]!r} as a length of time; write '3 days', '-2 weeks', "
        "'1 month', '5 working days' or '90 minutes'."
    )
