"""What day and time it is, and reckoning with dates."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from agentic.errors import ToolError
from agentic.tools.base import tool
from agentic.tools.times.intervals import between, read_interval, shifted
from agentic.tools.times.moments import Moment, read_moment
from agentic.tools.times.zones import zone_named

__all__ = ["answer", "date_and_time"]

_CHINESE_WEEKDAYS = "一二三四五六日"
_LONGEST = 100


# It reads the clock, so it is not one of those that only compute: they may be answered from before.
@tool(name="datetime", effects=["reads"], untrusted=False, private=False)
def date_and_time(date: str = "now", add: str = "", until: str = "", zone: str = "") -> str:
    """Find out the date, time or weekday, add to a date, or count the days between two dates.

    Args:
        date: "now", or a date such as "2026-03-05", "2026-03-05 14:00 Taipei" or "next Friday".
        add: What to add, such as "3 days", "-2 weeks", "1 month" or "5 working days".
        until: A second date, to count the days up to it.
        zone: City or zone to give the time in, such as "Tokyo".
    """
    from dateutil.tz import tzlocal

    return answer(datetime.now(tzlocal()), date, add, until, zone)


def answer(now: datetime, date: str = "now", add: str = "", until: str = "", zone: str = "") -> str:
    """What the tool answers at a given moment.

    Args:
        now: The present, in the zone that is meant where none is named.
        date: As for the tool, like the rest.
        add: What to add.
        until: A second date.
        zone: The zone to give the time in.

    Raises:
        ToolError: if a part can't be read, or there is no such date.
    """
    for text in (date, add, until, zone):
        if len(text) > _LONGEST:
            raise ToolError(f"{text[:20]!r}… is too long; give one date, such as '2026-03-05'.")
    wanted = zone_named(zone) if zone.strip() else None
    at = now.astimezone(wanted) if wanted is not None and date.strip().lower() == "now" else now
    chinese = any(ord(sign) > 0x2E80 for sign in date + add + until + zone)
    try:
        return _answer(read_moment(date, at), now, (add, until), wanted, chinese)
    except (OverflowError, ValueError) as error:
        raise ToolError("That date is out of bounds; years go from 1 to 9999.") from error


def _answer(
    start: Moment, now: datetime, more: tuple[str, str], wanted: tzinfo | None, chinese: bool
) -> str:
    add, until = more
    remarks = [start.remark]
    told = _shown(start, now, chinese)
    moment = start
    if add.strip():
        moment, remark = shifted(start, read_interval(add))
        told += f" {_signed(add)} = {_shown(moment, now, chinese)}"
        remarks.append(remark)
    if until.strip():
        end = read_moment(until, now.astimezone(moment.zone))
        remarks.append(end.remark)
        told = f"From {_shown(moment, now, chinese)} to {_shown(end, now, chinese)}: "
        told += between(moment, end)
    elif wanted is not None and moment.clock is not None:
        there = _aware(moment).astimezone(wanted)
        if there.utcoffset() != _aware(moment).utcoffset():
            elsewhere = Moment(there.date(), wanted, there.time())
            told += f" = {_shown(elsewhere, now, chinese)}"
    elif moment.clock is None:
        told += _distance(moment.day, now.date())
    remarks.append(_doubtful(moment))
    return told + "".join(f"\n({remark})" for remark in remarks if remark)


def _shown(moment: Moment, now: datetime, chinese: bool) -> str:
    weekday = f"{moment.day:%A}"
    if chinese:
        weekday += f" 星期{_CHINESE_WEEKDAYS[moment.day.weekday()]}"
    day = f"{weekday} {moment.day.isoformat()}"
    if moment.clock is None:
        return day
    key = getattr(moment.zone, "key", "local time" if moment.zone is now.tzinfo else "")
    offset = f"UTC{_aware(moment).isoformat()[-6:]}"
    return f"{day} {moment.clock:%H:%M} {f'{key} ({offset})' if key else offset}"


def _aware(moment: Moment) -> datetime:
    return moment.wall().replace(tzinfo=moment.zone)


def _doubtful(moment: Moment) -> str:
    """What is odd about a time on a day when the clocks change."""
    if moment.clock is None:
        return ""
    at = _aware(moment)
    back = at.astimezone(UTC).astimezone(moment.zone)
    if back.replace(tzinfo=None) != at.replace(tzinfo=None):
        return f"The clocks go forward then: there is no {at:%H:%M}, it is {back:%H:%M}."
    if at.replace(fold=1).utcoffset() != at.utcoffset():
        return f"The clocks go back then: {at:%H:%M} comes twice, and the first is meant."
    return ""


def _signed(add: str) -> str:
    text = add.strip()
    return f"- {text[1:].strip()}" if text.startswith("-") else f"+ {text.lstrip('+ ')}"


def _distance(day: date, today: date) -> str:
    days = (day - today) // timedelta(days=1)
    if not days:
        return " (today)"
    count = f"{abs(days):,} {'day' if abs(days) == 1 else 'days'}"
    return f" (in {count})" if days > 0 else f" ({count} ago)"
