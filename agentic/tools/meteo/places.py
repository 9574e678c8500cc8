"""Which place is meant by a name such as "Paris, Texas" or 「台北」."""

import re
from dataclasses import dataclass

from agentic.errors import ToolError
from agentic.language import to_traditional
from agentic.naming import did_you_mean, nearest
from agentic.tools.meteo.open_meteo import OpenMeteo, Place

__all__ = ["Found", "find_place", "has_han", "label"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_COUNT, _COUNT_NARROWED = 10, 50
_ALTERNATIVES = 2
_DIVISION = re.compile(r"(?<=..)[市縣县區区鄉乡鎮镇]$")
_SAME = {
    "usa": "us",
    "u.s.": "us",
    "u.s.a.": "us",
    "america": "us",
    "美國": "us",
    "uk": "gb",
    "england": "gb",
    "great britain": "gb",
    "英國": "gb",
    "台灣": "tw",
    "taiwan": "tw",
    "德州": "德克薩斯州",
    "加州": "加利福尼亞州",
}
"""Other names of countries and regions that Open-Meteo knows by a code or in full."""


@dataclass(frozen=True)
class Found:
    """A place, and others that the same name may mean."""

    place: Place
    others: tuple[Place, ...]


def find_place(asked: str, service: OpenMeteo) -> Found:
    """The place that is meant: the best known one that fits what stands after the comma.

    Raises:
        ToolError: if there is no such place, or the service fails.
    """
    name, _, within = (part.strip() for part in re.sub("[，、]", ",", asked).partition(","))
    if not name:
        raise ToolError("There is no place to look up: name one, such as 'Taipei, Taiwan'.")
    language = "zh" if has_han(name) else "en"
    known = _known(name, within, language, service)
    if not known:
        raise ToolError(
            f"No place named {name!r} is known.{_suggestion(name, language, service)} Check the "
            "spelling, or name the nearest larger town, such as 'Taipei, Taiwan'."
        )
    fitting = [place for place in known if _lies_in(place, within)] if within else known
    if not fitting:
        there = "; ".join(dict.fromkeys(label(place, asked) for place in known[:4]))
        raise ToolError(f"No {name!r} is known in {within!r}; there are: {there}.")
    fitting = sorted(fitting, key=lambda place: _folded(place.name) != _folded(name))
    return Found(fitting[0], _others(fitting, asked))


def label(place: Place, asked: str) -> str:
    """A place with its region and country, Chinese names in Traditional characters."""
    parts = dict.fromkeys(part for part in (place.name, place.admin1, place.country) if part)
    return ", ".join(to_traditional(part, asked) if has_han(asked) else part for part in parts)


def has_han(text: str) -> bool:
    """Whether Chinese characters stand in a text."""
    return _HAN.search(text) is not None


def _known(name: str, within: str, language: str, service: OpenMeteo) -> list[Place]:
    """Places by the first spelling of the name that any are found by."""
    spellings = [name, name.replace("臺", "台"), name.replace("台", "臺")]
    spellings += [_DIVISION.sub("", spelling) for spelling in spellings]
    for spelling in dict.fromkeys(spellings):
        found = service.places(spelling, language, _COUNT_NARROWED if within else _COUNT)
        if found:
            return found
    return []


def _lies_in(place: Place, within: str) -> bool:
    """Whether each part of "Austin, Texas, USA" after the first is a region of the place."""
    regions = {place.country_code, place.country, place.admin1, place.admin2}
    names = {_folded(region) for region in regions if region}
    names |= {_DIVISION.sub("", region) for region in names}
    parts = [_folded(part) for part in within.split(",") if part.strip()]
    return all(not names.isdisjoint({part, _DIVISION.sub("", part)}) for part in parts)


def _folded(name: str) -> str:
    plain = to_traditional(name.strip().casefold()).replace("臺", "台")
    return _SAME.get(plain, plain)


def _others(fitting: list[Place], asked: str) -> tuple[Place, ...]:
    first = fitting[0]
    others = {
        label(place, asked): place
        for place in fitting[1:]
        if _folded(place.name) == _folded(first.name)
        and (place.country, place.admin1) != (first.country, first.admin1)
    }
    return tuple(others.values())[:_ALTERNATIVES]


def _suggestion(name: str, language: str, service: OpenMeteo) -> str:
    begin = name[: max(3, len(name) * 2 // 3)]
    if begin == name:
        return ""
    near = nearest(name, [place.name for place in service.places(begin, language, _COUNT_NARROWED)])
    return did_you_mean(near)
