"""The weather at a place, now and in the days to come."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, TypeVar

from pydantic import Field

from agentic.tools.base import tool
from agentic.tools.context import ToolOutput
from agentic.tools.meteo.open_meteo import SITE, OpenMeteo, Units, Weather
from agentic.tools.meteo.places import find_place, has_han, label
from agentic.tools.meteo.wmo import weather_words

__all__ = ["report", "weather"]

_FURTHEST = 16
"""Days that Open-Meteo forecasts, today among them."""
_WEEKDAYS = (
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
)
_WORDS = {
    "now": ("Now", "現在"),
    "feels": ("feels like", "體感"),
    "humidity": ("humidity", "濕度"),
    "wind": ("wind", "風速"),
    "precipitation": ("precipitation", "降水量"),
    "chance": ("chance", "機率"),
    "to": (" to ", " 至 "),
    "local": ("local time", "當地時間"),
    "unknown": ("not known", "不明"),
    "others": ("Other places of that name", "其他同名地點"),
}
_Figure = TypeVar("_Figure")


@tool(effects=["reads", "network"], timeout=60)
def weather(
    place: Annotated[str, Field(min_length=1, max_length=100)],
    days: Annotated[int, Field(ge=1, le=_FURTHEST)] = 3,
    units: Units = "metric",
) -> ToolOutput:
    """Look up the weather of a place now and its forecast for the next days.

    Args:
        place: A town, with country or state if need be, such as "Paris, Texas" or "台北".
        days: Days of forecast, 1 to 16, today included.
        units: "metric", or "imperial" where Fahrenheit or miles are asked for.
    """
    return report(place, days, units, OpenMeteo())


def report(asked: str, days: int, units: Units, service: OpenMeteo) -> ToolOutput:
    """The weather in a few lines, in the language of the place's name.

    Args:
        asked: The place.
        days: Days of forecast, today included.
        units: Units of the figures.
        service: Where it is looked up.

    Raises:
        ToolError: if there is no such place, or the service fails.
    """
    found = find_place(asked, service)
    seen = service.weather(found.place, days, units)
    chinese = has_han(asked)
    local = seen.current.time.replace("T", " ")
    head = f"{label(found.place, asked)}: {local} {_word('local', chinese)} ({seen.timezone})"
    lines = [head, _now(seen, chinese)]
    lines += [_day(seen, number, chinese) for number in range(len(seen.daily.time))]
    if found.others:
        others = "; ".join(label(place, asked) for place in found.others)
        lines.append(f"{_word('others', chinese)}: {others}")
    return ToolOutput("\n".join(lines), (SITE,))


def _now(seen: Weather, chinese: bool) -> str:
    now, unit = seen.current, seen.current_units
    felt = _amount(now.apparent_temperature, unit.get("apparent_temperature"))
    parts = [
        "" if now.weather_code is None else weather_words(now.weather_code, chinese),
        _amount(now.temperature_2m, unit.get("temperature_2m")),
        felt and f"{_word('feels', chinese)} {felt}",
    ]
    for name, value, field in (
        ("humidity", now.relative_humidity_2m, "relative_humidity_2m"),
        ("wind", now.wind_speed_10m, "wind_speed_10m"),
        ("precipitation", now.precipitation, "precipitation"),
    ):
        amount = _amount(value, unit.get(field))
        parts.append(amount and f"{_word(name, chinese)} {amount}")
    return f"{_word('now', chinese)}: {_listed(parts, chinese)}"


def _day(seen: Weather, number: int, chinese: bool) -> str:
    daily, unit = seen.daily, seen.daily_units
    code = _at(daily.weather_code, number)
    lowest = _amount(_at(daily.temperature_2m_min, number), unit.get("temperature_2m_min"))
    highest = _amount(_at(daily.temperature_2m_max, number), unit.get("temperature_2m_max"))
    wet = _amount(_at(daily.precipitation_sum, number), unit.get("precipitation_sum"))
    chance = _amount(
        _at(daily.precipitation_probability_max, number), unit.get("precipitation_probability_max")
    )
    rain = wet and f"{_word('precipitation', chinese)} {wet}"
    if rain and chance:
        rain += f" ({_word('chance', chinese)} {chance})"
    words = "" if code is None else weather_words(code, chinese)
    degrees = _word("to", chinese).join(filter(None, [lowest, highest]))
    day = daily.time[number]
    head = f"{_weekday(day, chinese)} {day}".strip()
    return f"{head}: {_listed([words, degrees, rain], chinese)}"


def _listed(parts: Iterable[str], chinese: bool) -> str:
    return ", ".join(filter(None, parts)) or _word("unknown", chinese)


def _weekday(day: str, chinese: bool) -> str:
    try:
        return _WEEKDAYS[chinese][date.fromisoformat(day).weekday()]
    except ValueError:
        return ""


def _at(figures: Sequence[_Figure | None], number: int) -> _Figure | None:
    return figures[number] if number < len(figures) else None


def _amount(figure: float | None, unit: str | None) -> str:
    """A figure with its unit; nothing where it is not known."""
    if figure is None:
        return ""
    return f"{figure:g} { ({'mp/h': 'mph'}.get(unit, unit) if unit else '') }".rstrip()


def _word(name: str, chinese: bool) -> str:
    return _WORDS[name][chinese]
