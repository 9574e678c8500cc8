"""Months and weekdays, in English; a week begins on Monday, which is 0."""

from datetime import date

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

day_name = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
day_abbr = [name[:3] for name in day_name]
month_name = ["", "January", "February", "March", "April", "May", "June", "July"]
month_name += ["August", "September", "October", "November", "December"]
month_abbr = [name[:3] for name in month_name]


def isleap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def leapdays(y1: int, y2: int) -> int:
    def before(year: int) -> int:
        return (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400

    return before(y2) - before(y1)


def weekday(year: int, month: int, day: int) -> int:
    return date(year, month, day).weekday()


def monthrange(year: int, month: int) -> tuple[int, int]:
    first = weekday(year, month, 1)
    if month == 2:
        return first, 29 if isleap(year) else 28
    return first, 30 if month in (4, 6, 9, 11) else 31


def monthcalendar(year: int, month: int) -> list[list[int]]:
    first, length = monthrange(year, month)
    days = [0] * first + list(range(1, length + 1))
    days += [0] * (-len(days) % 7)
    return [days[start : start + 7] for start in range(0, len(days), 7)]
