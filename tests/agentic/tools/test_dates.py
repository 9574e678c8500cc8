"""The day and the time, as people ask for them, from a clock that stands still."""

import asyncio
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentic.errors import ToolError
from agentic.state import ToolCall
from agentic.tools import ToolContext
from agentic.tools.dates import answer, date_and_time
from agentic.tools.runner import run_call
from agentic.tools.times.intervals import read_interval, shifted
from agentic.tools.times.moments import Moment, read_moment

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2026, 11, 25, 13, 5, tzinfo=TAIPEI)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "Could not read 'soon' as a date; write it as '2026-03-05'"),
        ("5", "Could not read '5'"),
        ("2026", "Could not read '2026'"),
        ("March 2026", "Could not read 'March 2026'"),
        ("Christmas", "Could not read 'Christmas'"),
        ("5/3/2026", "can mean 2026-03-05 or 2026-05-03; write the one that is meant"),
        ("5.3.2026", "can mean 2026-03-05 or 2026-05-03"),
        ("2026-02-30", "There is no day such as '2026-02-30'"),
        ("2026-13-01", "There is no day such as"),
        ("32 March 2026", "There is no day such as"),
        ("2026年2月30日", "There is no day such as"),
        ("25:00", "There is no time such as '25:00'"),
        ("14:75", "There is no time such as"),
        ("x" * 500, "is too long"),
    ],
)
def test_dates_that_can_not_be_read(text: str, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        answer(NOW, text)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"add": "soon"}, "Could not read 'soon' as a length of time; write '3 days'"),
        ({"add": "3"}, "Could not read '3'"),
        ({"add": "3 days soon"}, "Could not read"),
        ({"add": "1.5 months"}, "give whole numbers"),
        ({"add": "99999999 years"}, "give whole numbers"),
        ({"add": "9000 years"}, "years go from 1 to 9999"),
        ({"add": "-3000 years"}, "years go from 1 to 9999"),
        ({"add": "999999 working days"}, "at most 100,000 working days"),
        ({"until": "never"}, "Could not read 'never'"),
        ({"zone": "CST"}, "means several zones; write 'America/Chicago' or 'Asia/Taipei'"),
        ({"zone": "Tokio"}, "No time zone named 'Tokio'. Did you mean 'Asia/Tokyo'?"),
        ({"zone": "../etc/passwd"}, "No time zone named"),
        ({"zone": "UTC+25"}, "No time zone named"),
    ],
)
def test_the_rest_that_can_not_be_read(texts: dict[str, str], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        answer(NOW, **texts)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-25"),
        ("tomorrow", "2026-11-26"),
        ("the day after tomorrow", "2026-11-27"),
        ("明天", "2026-11-26"),
        ("大後天", "2026-11-28"),
        ("昨天", "2026-11-24"),
        ("Wednesday", "2026-11-25"),
        ("next Wednesday", "2026-12-02"),
        ("last Wednesday", "2026-11-18"),
        ("next Friday", "2026-11-27"),
        ("last Friday", "2026-11-20"),
        ("Fri", "2026-11-27"),
        ("週三", "2026-11-25"),
        ("下週三", "2026-12-02"),
        ("下下週三", "2026-12-09"),
        ("上禮拜五", "2026-11-20"),
        ("下星期日", "2026-12-06"),
        ("這週一", "2026-11-23"),
        ("2026-03-05", "2026-03-05"),
        ("２０２６／３／５", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("25/3/2026", "2026-03-25"),
        ("3/25/2026", "2026-03-25"),
        ("5/5/2026", "2026-05-05"),
        ("March 5, 2026", "2026-03-05"),
        ("the 5th of March 2026", "2026-03-05"),
        ("5 Mar", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("民國115年3月5日", "2026-03-05"),
        ("民國 1 年 1 月 1 日", "1912-01-01"),
        ("115年3月5日", "2026-03-05"),
        ("西元115年3月5日", "0115-03-05"),
        ("明年三月五號", "2027-03-05"),
        ("十二月二十五日", "2026-12-25"),
    ],
)
def test_days_as_people_write_them(text: str, day: str) -> None:
    moment = read_moment(text, NOW)
    assert (moment.day.isoformat(), moment.clock) == (day, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-05 14:00", "2026-03-05T14:00+08:00"),
        ("2026-03-05T14:00:00Z", "2026-03-05T14:00+00:00"),
        ("2026-03-05 14:00+0530", "2026-03-05T14:00+05:30"),
        ("2026-03-05 14:00 UTC-3", "2026-03-05T14:00-03:00"),
        ("2026-03-05 2pm New York time", "2026-03-05T14:00-05:00"),
        ("2pm in London", "2026-11-25T14:00+00:00"),
        ("tomorrow at 9 a.m.", "2026-11-26T09:00+08:00"),
        ("12:30 am", "2026-11-25T00:30+08:00"),
        ("noon tomorrow", "2026-11-26T12:00+08:00"),
        ("2026年3月5日下午2點", "2026-03-05T14:00+08:00"),
        ("三月五日下午兩點半", "2026-03-05T14:30+08:00"),
        ("中午12點", "2026-11-25T12:00+08:00"),
        ("上午11點", "2026-11-25T11:00+08:00"),
        ("東京時間晚上8:15", "2026-11-25T20:15+09:00"),
        ("明天 09:00 臺北", "2026-11-26T09:00+08:00"),
        ("now", "2026-11-25T13:05+08:00"),
        ("", "2026-11-25T13:05+08:00"),
    ],
)
def test_times_as_people_write_them(text: str, moment: str) -> None:
    read = read_moment(text, NOW)
    assert read.wall().replace(tzinfo=read.zone) == datetime.fromisoformat(moment)
    assert read.clock is not None


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({}, "Wednesday 2026-11-25 13:05 Asia/Taipei (UTC+08:00)"),
        ({"zone": "Tokyo"}, "Wednesday 2026-11-25 14:05 Asia/Tokyo (UTC+09:00)"),
        (
            {"date": "現在", "zone": "東京"},
            "Wednesday 星期三 2026-11-25 13:05 Asia/Taipei "
            "(UTC+08:00) = Wednesday 星期三 2026-11-25 14:05 Asia/Tokyo (UTC+09:00)",
        ),
        ({"date": "2026-03-05"}, "Thursday 2026-03-05 (265 days ago)"),
        (
            {"date": "2026-03-05 14:00 Taipei", "zone": "New York"},
            "Thursday 2026-03-05 14:00 Asia/Taipei (UTC+08:00) = "
            "Thursday 2026-03-05 01:00 America/New_York (UTC-05:00)",
        ),
        (
            {"date": "next Friday"},
            "Friday 2026-11-27 (in 2 days)\n(the one of the week after is 2026-12-04)",
        ),
        (
            {"date": "2026-01-31", "add": "1 month"},
            "Saturday 2026-01-31 + 1 month = Saturday 2026-02-28 (270 days ago)\n"
            "(February 2026 has no day 31; its last day is taken.)",
        ),
        (
            {"date": "today", "add": "-2 weeks"},
            "Wednesday 2026-11-25 - 2 weeks = Wednesday 2026-11-11 (14 days ago)",
        ),
        (
            {"date": "today", "add": "3 working days"},
            "Wednesday 2026-11-25 + 3 working days = Monday 2026-11-30 (in 5 days)",
        ),
        (
            {"date": "2026-03-05", "until": "2026-12-25"},
            "From Thursday 2026-03-05 to Friday 2026-12-25: 295 days = 42 weeks 1 day = "
            "9 months 20 days; 211 working days (Monday to Friday).",
        ),
        (
            {"date": "tomorrow", "until": "today"},
            "From Thursday 2026-11-26 to Wednesday 2026-11-25: 1 day back (the second date is the "
            "earlier one); 1 working day (Monday to Friday).",
        ),
        (
            {"date": "today", "until": "today"},
            "From Wednesday 2026-11-25 to Wednesday 2026-11-25: 0 days, the same day.",
        ),
        (
            {"date": "14:00", "until": "15:30 Tokyo"},
            "From Wednesday 2026-11-25 14:00 Asia/Taipei (UTC+08:00) to "
            "Wednesday 2026-11-25 15:30 Asia/Tokyo (UTC+09:00): 30 minutes.",
        ),
        (
            {"date": "2026-03-29 00:30 London", "add": "1 hour"},
            "Sunday 2026-03-29 00:30 Europe/London (UTC+00:00) + 1 hour = "
            "Sunday 2026-03-29 02:30 Europe/London (UTC+01:00)",
        ),
        (
            {"date": "2026-03-29 01:30 London"},
            "Sunday 2026-03-29 01:30 Europe/London (UTC+00:00)\n"
            "(The clocks go forward then: there is no 01:30, it is 02:30.)",
        ),
        (
            {"date": "2026-10-25 01:30 London"},
            "Sunday 2026-10-25 01:30 Europe/London (UTC+01:00)\n"
            "(The clocks go back then: 01:30 comes twice, and the first is meant.)",
        ),
    ],
)
def test_what_is_answered(texts: dict[str, str], told: str) -> None:
    assert answer(NOW, **texts) == told


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("3 days", "2026-11-28"),
        ("in 3 days", "2026-11-28"),
        ("3 days ago", "2026-11-22"),
        ("-1 month 3 days", "2026-10-22"),
        ("1 year, 2 months and 3 days", "2028-01-28"),
        ("a week", "2026-12-02"),
        ("兩週", "2026-12-09"),
        ("十天後", "2026-12-05"),
        ("3個月又2天", "2027-02-27"),
        ("５個工作天", "2026-12-02"),
        ("三個星期前", "2026-11-04"),
        ("-3 business days", "2026-11-20"),
    ],
)
def test_lengths_of_time_as_people_write_them(text: str, after: str) -> None:
    moment, _ = shifted(Moment(NOW.date(), TAIPEI), read_interval(text))
    assert moment.day.isoformat() == after


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-3000, 3000))
def test_days_there_and_back(day: date, count: int) -> None:
    there, _ = shifted(Moment(day, TAIPEI), read_interval(f"{count} days"))
    assert there.day == day + timedelta(count)
    assert read_moment(f"{day:%B} {day.day}, {day.year}", NOW).day == day
    assert read_moment(f"{day.year}年{day.month}月{day.day}日", NOW).day == day


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 400))
def test_working_days_are_counted_as_they_are_added(day: date, count: int) -> None:
    there, _ = shifted(Moment(day, TAIPEI), read_interval(f"{count} working days"))
    days = [day + timedelta(n) for n in range(1, (there.day - day).days + 1)]
    assert there.day.weekday() < 5
    assert sum(each.weekday() < 5 for each in days) == count


WORDS = "now next last friday 明年月日點下週三午民國2026 -/.:+ march pm utc tokyo 5 14 31 天ago 個T"


@given(*[st.text(WORDS, max_size=20) | st.text(max_size=20)] * 4)
@example("99999999999999999999 march", "", "", "")
@example("9999-12-31 23:59", "", "", "UTC+14")
@example("0001-01-01 00:00", "1 hour", "", "UTC-12")
def test_any_text_gives_an_answer_or_a_tool_error(
    date: str, add: str, until: str, zone: str
) -> None:
    with suppress(ToolError):
        assert answer(NOW, date, add, until, zone)


def test_the_tool_reads_the_clock() -> None:
    call = ToolCall(name="datetime", args={"zone": "UTC"})
    seen = asyncio.run(run_call(date_and_time, call, ToolContext(Path.cwd())))
    assert seen.ok
    assert seen.result.endswith("UTC (UTC+00:00)")
    assert (date_and_time.name, date_and_time.effects) == ("datetime", frozenset({"reads"}))
