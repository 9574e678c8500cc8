"""A day, and perhaps a time, as people write them in English and in Chinese."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from agentic.errors import ToolError
from agentic.tools.times.zones import zone_named, zone_or_none

__all__ = ["Moment", "arabic", "read_moment"]

_DAYS = {
    **dict.fromkeys(("today", "今天", "今日"), 0),
    **dict.fromkeys(("tomorrow", "明天", "明日"), 1),
    **dict.fromkeys(("yesterday", "昨天", "昨日"), -1),
    **dict.fromkeys(("day after tomorrow", "the day after tomorrow", "後天"), 2),
    **dict.fromkeys(("day before yesterday", "the day before yesterday", "前天"), -2),
    "大後天": 3,
}
_NOW = {"", "now", "right now", "現在", "目前", "此刻"}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(
    r"(?P<which>this|next|last|on|coming)?\s*"
    r"(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|rs|rsday|nesday|urday)?\.?"
)
_CHINESE_WEEKDAY = re.compile(
    r"(?P<which>下下|下|上|這|本)?個?(?:週|周|星期|禮拜)(?P<day>[1-6日天])"
)
_WEEKS = {"下下": 2, "下": 1, "上": -1, "這": 0, "本": 0}
_CHINESE = re.compile(
    r"(?:(?P<roc>民國|西元|公元)?\s*(?P<year>\d{1,4})\s*年|(?P<near>[今明去前後]年))?\s*"
    r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日號]?"
)
_NEAR = {"今年": 0, "明年": 1, "去年": -1, "前年": -2, "後年": 2}
_ROC_BEGAN = 1911
"""Year 1 of the Republic of China (民國) is 1912."""
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}))?")
_PERIODS = {"凌晨": 0, "清晨": 0, "早上": 0, "上午": 0, "am": 0, "a.m.": 0} | {
    **dict.fromkeys(("中午", "下午", "傍晚", "晚上", "pm", "p.m."), 12),
}
_TIME = re.compile(
    r"(?P<before>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上)?\s*(?:"
    r"(?P<h1>\d{1,2}):(?P<m1>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<after1>[ap]\.?m\b\.?)?"
    r"|(?P<h2>\d{1,2})\s*(?P<after2>[ap]\.?m\b\.?)"
    r"|(?P<h3>\d{1,2})\s*[點时時](?:\s*(?P<m3>\d{1,2})\s*分?|(?P<half>半)|整)?)"
)
_DEFAULTS = ((1, 1), (2, 2))
"""Months and days that a text which names none is given, one after the other."""
_DIGITS = {sign: number for number, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "兩": 2}
_HAN_NUMBER = re.compile(
    r"[〇零一二三四五六七八九十兩]+(?=\s*(?:[年月日號點時分天週周]|個|小時|星期|禮拜))"
)


@dataclass(frozen=True)
class Moment:
    """A day, a time of it if one was given, and its zone."""

    day: date
    zone: tzinfo
    clock: time | None = None
    remark: str = ""
    """What else the words may mean."""

    def wall(self) -> datetime:
        """As a clock on the wall shows it."""
        return datetime.combine(self.day, self.clock or time())


def read_moment(text: str, now: datetime) -> Moment:
    """What is meant by a text.

    Args:
        text: Such as "2026-03-05 14:00 Asia/Taipei", "next Friday" or 「民國115年3月5日下午2點」.
        now: The present, in the zone that is meant where none is named.

    Raises:
        ToolError: if it can't be read, reads two ways, or there is no such day.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    plain = re.sub(r"(?<=\d)t(?=\d)", " ", arabic(plain))
    rest, zone = _without_zone(plain)
    here = now.astimezone(zone) if zone is not None else now
    assert here.tzinfo is not None
    clock, rest = _without_time(rest)
    rest = re.sub(r"\b(?:at|on)\b|[,，]$|^的|的$", " ", rest).strip(" ,")
    if rest in _NOW:
        if clock is None:
            return Moment(here.date(), here.tzinfo, here.time().replace(second=0, microsecond=0))
        return Moment(here.date(), here.tzinfo, clock)
    try:
        found = _day(rest, here.date())
    except (ValueError, OverflowError) as error:
        raise ToolError(f"There is no day such as {text.strip()[:60]!r} ({error}).") from error
    if found is None:
        raise ToolError(
            f"Could not read {text.strip()[:60]!r} as a date; write it as '2026-03-05', "
            "'2026-03-05 14:00', 'tomorrow' or 'next Friday'."
        )
    day, remark = found
    return Moment(day, here.tzinfo, clock, remark)


def arabic(text: str) -> str:
    """The text with Chinese numbers before units of time in digits: 十二月 becomes 12月."""

    def digits(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].rpartition("十")
        if not ten:
            return "".join(str(_DIGITS[sign]) for sign in found[0])
        above = _DIGITS.get(tens, 0) if tens else 1
        return str(above * 10 + (_DIGITS.get(ones, 0) if ones else 0))

    text = re.sub(r"(?<=週|周|期|拜)[一二三四五六]", lambda day: str(_DIGITS[day[0]]), text)
    return _HAN_NUMBER.sub(digits, text)


def _without_zone(text: str) -> tuple[str, tzinfo | None]:
    """The text less the zone named in it."""
    chinese = re.match(r"(.{2,8}?)時間\s*", text)
    if chinese is not None and zone_or_none(chinese[1]) is not None:
        return text[chinese.end() :], zone_named(chinese[1])
    offset = re.search(r"(?<=:\d\d)\s*(z|(?:utc|gmt)?\s*[+-]\d{1,2}:?(?:\d{2})?)$", text)
    if offset is None:
        offset = re.search(r"(?<=\s)((?:utc|gmt)(?:\s*[+-]\d{1,2}:?(?:\d{2})?)?)$", text)
    if offset is not None:
        return text[: offset.start()].strip(), zone_named(offset[1])
    words = re.sub(r"\s*\(?\btime\)?$", "", text).split()
    for count in (3, 2, 1):
        zone = zone_or_none(" ".join(words[-count:]).strip("()")) if len(words) >= count else None
        if zone is not None:
            left = " ".join(words[:-count])
            return re.sub(r"\s*\b(?:in|at)$", "", left), zone
    return text, None


def _without_time(text: str) -> tuple[time | None, str]:
    """The time of day in a text, and the rest of the text."""
    for word, hour in (("noon", 12), ("midnight", 0), ("正午", 12), ("午夜", 0)):
        if word in text and "afternoon" not in text:
            return time(hour), text.replace(word, " ").strip()
    found = _TIME.search(text)
    if found is None:
        return None, text
    hour = int(found["h1"] or found["h2"] or found["h3"])
    minute = 30 if found["half"] else int(found["m1"] or found["m3"] or 0)
    period = found["before"] or found["after1"] or found["after2"]
    if period is not None and hour <= 12:
        later = _PERIODS[period.rstrip(".") if len(period) == 3 else period]
        hour = hour % 12 + (0 if period == "中午" and hour == 11 else later)
    try:
        clock = time(hour, minute, int(found["s"] or 0))
    except ValueError as error:
        raise ToolError(f"There is no time such as {found[0].strip()!r}; write '14:30'.") from error
    return clock, f"{text[: found.start()]} {text[found.end() :]}".strip()


def _day(text: str, today: date) -> tuple[date, str] | None:
    """The day that is meant, and what else the words may mean; None if they can't be read."""
    if text in _DAYS:
        return today + timedelta(_DAYS[text]), ""
    weekday = _WEEKDAY.fullmatch(text)
    if weekday is not None:
        return _english_weekday(weekday, today)
    chinese = _CHINESE_WEEKDAY.fullmatch(text)
    if chinese is not None:
        return _chinese_weekday(chinese, today), ""
    day = _numbered(text, today) or _named_month(text, today)
    return (day, "") if day is not None else None


def _english_weekday(found: re.Match[str], today: date) -> tuple[date, str]:
    ahead = (_WEEKDAYS.index(found["day"]) - today.weekday()) % 7
    if found["which"] == "last":
        return today - timedelta((7 - ahead) % 7 or 7), ""
    if found["which"] != "next":
        return today + timedelta(ahead), ""
    day = today + timedelta(ahead or 7)
    if day.isocalendar().week != today.isocalendar().week:
        return day, ""
    return day, f"the one of the week after is {day + timedelta(7)}"


def _chinese_weekday(found: re.Match[str], today: date) -> date:
    weekday = 6 if found["day"] in "日天" else int(found["day"]) - 1
    if found["which"] is None:
        return today + timedelta((weekday - today.weekday()) % 7)
    monday = today - timedelta(today.weekday())
    return monday + timedelta(weekday, weeks=_WEEKS[found["which"]])


def _numbered(text: str, today: date) -> date | None:
    iso = _ISO.fullmatch(text)
    if iso is not None:
        year, month, day = (int(part) for part in iso.groups() if part is not None)
        return date(year, month, day)
    chinese = _CHINESE.fullmatch(text)
    if chinese is not None:
        return date(_chinese_year(chinese, today), int(chinese["month"]), int(chinese["day"]))
    slashed = _SLASHED.fullmatch(text)
    return _slashed(slashed, today) if slashed is not None else None


def _chinese_year(found: re.Match[str], today: date) -> int:
    if found["near"]:
        return today.year + _NEAR[found["near"]]
    if found["year"] is None:
        return today.year
    year = int(found["year"])
    is_roc = found["roc"] == "民國" or (found["roc"] is None and len(found["year"]) < 4)
    return year + _ROC_BEGAN if is_roc else year


def _slashed(found: re.Match[str], today: date) -> date:
    first, second = int(found[1]), int(found[2])
    year = int(found[3] or today.year)
    if first <= 12 and second <= 12 and first != second:
        raise ToolError(
            f"{found[0]!r} can mean {year}-{second:02}-{first:02} or "
            f"{year}-{first:02}-{second:02}; write the one that is meant."
        )
    return date(year, second, first) if first > 12 else date(year, first, second)


def _named_month(text: str, today: date) -> date | None:
    """A day with the month in letters; None unless month and day are both there."""
    from dateutil.parser import ParserError, parse

    text = re.sub(r"^the\s+|\bof\b", " ", text)
    if not re.search(r"[a-z]{3}", text) or not re.search(r"\d", text):
        return None
    try:
        # What a text leaves out is taken from the default: two defaults show whether it does.
        first, second = (
            parse(text, default=datetime(today.year, *rest), ignoretz=True) for rest in _DEFAULTS
        )
    except ParserError as error:
        if "out of range" in str(error) or "must be in" in str(error):
            raise ValueError("no such day") from error
        return None
    return first.date() if first.date() == second.date() else None
