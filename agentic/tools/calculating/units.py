"""Units of measurement by the names that people write, in English and in Chinese."""

import re
from functools import cache
from typing import Any

from agentic.errors import ToolError

__all__ = ["UNIT", "check_refused", "registry", "unit_named"]

_NAMES = {
    "millimeter": "mm millimeter millimetre 公釐 毫米",
    "centimeter": "cm centimeter centimetre 公分 釐米 厘米",
    "meter": "m meter metre 公尺 米",
    "kilometer": "km kilometer kilometre 公里 千米",
    "inch": "in inch inches 英寸 英吋 吋",
    "foot": "ft foot feet 英尺 英呎 呎",
    "yard": "yd yard 碼",
    "mile": "mi mile 英里 英哩 哩",
    "nautical_mile": "nmi nautical_mile 海里 浬",
    "milligram": "mg milligram 毫克",
    "gram": "g gram gramme 公克 克",
    "kilogram": "kg kilo kilogram 公斤 千克",
    "metric_ton": "t tonne metric_ton 公噸 噸",
    "pound": "lb lbs pound 磅",
    "ounce": "oz ounce 盎司",
    "taijin": "台斤 臺斤",
    "tailiang": "台兩 臺兩",
    "shijin": "市斤",
    "centimeter ** 2": "cm2 sq_cm square_centimeter square_centimetre 平方公分",
    "meter ** 2": "m2 sqm sq_m square_meter square_metre 平方公尺 平方米 平米",
    "kilometer ** 2": "km2 sq_km square_kilometer square_kilometre 平方公里",
    "foot ** 2": "ft2 sqft sq_ft square_foot square_feet 平方英尺",
    "mile ** 2": "mi2 sq_mi square_mile 平方英里",
    "hectare": "ha hectare 公頃",
    "acre": "acre 英畝",
    "ping": "坪 ping",
    "jia": "甲",
    "milliliter": "ml milliliter millilitre 毫升",
    "liter": "l L liter litre 公升 升",
    "centimeter ** 3": "cm3 cc cubic_centimeter cubic_centimetre 立方公分",
    "meter ** 3": "m3 cubic_meter cubic_metre 立方公尺 立方米",
    "gallon": "gal gallon 加侖",
    "quart": "qt quart",
    "cup": "cup",
    "fluid_ounce": "fl_oz fluid_ounce",
    "tablespoon": "tbsp tablespoon 大匙 湯匙",
    "teaspoon": "tsp teaspoon 小匙 茶匙",
    "millisecond": "ms millisecond 毫秒",
    "second": "s sec second 秒 秒鐘",
    "minute": "min minute 分鐘 分",
    "hour": "h hr hour 小時 個小時 鐘頭",
    "day": "d day 天 日",
    "week": "week 週 周 星期 個星期",
    "kilometer / hour": "kph kmh 時速公里",
    "mile / hour": "mph",
    "knot": "kn knot 節",
    "degC": "°C C celsius degree_celsius degrees_celsius deg_c 攝氏 攝氏度 度C",
    "degF": "°F F fahrenheit degree_fahrenheit degrees_fahrenheit deg_f 華氏 華氏度 度F",
    "kelvin": "K kelvin 克氏",
    "joule": "J joule 焦耳",
    "kilojoule": "kJ kilojoule 千焦",
    "calorie": "cal calorie 卡路里",
    "kilocalorie": "kcal kilocalorie 大卡 千卡",
    "watt_hour": "Wh",
    "kilowatt_hour": "kWh 度電",
    "watt": "W watt 瓦 瓦特",
    "kilowatt": "kW kilowatt 千瓦",
    "horsepower": "hp horsepower 馬力",
    "newton": "N newton 牛頓",
    "pascal": "Pa pascal 帕",
    "hectopascal": "hPa 百帕",
    "kilopascal": "kPa 千帕",
    "bar": "bar 巴",
    "atmosphere": "atm atmosphere 大氣壓",
    "psi": "psi",
    "bit": "bit 位元",
    "byte": "B byte 位元組",
    "kilobyte": "kB kilobyte",
    "megabyte": "MB megabyte",
    "gigabyte": "GB gigabyte",
    "terabyte": "TB terabyte",
    "kibibyte": "KiB kibibyte",
    "mebibyte": "MiB mebibyte",
    "gibibyte": "GiB gibibyte",
    "degree": "° deg degree 角度",
    "radian": "rad radian 弧度",
}
"""The names of each unit, by what `pint` calls it; "_" stands for a space. Spoons, cups and gallons
are those of the United States."""
_DEFINED = (
    # One tái-jīn is 600 g, 16 tái-liǎng: Taiwan's table of customary units (度量衡法規, 台制).
    "taijin = 600 * gram",
    "tailiang = taijin / 16",
    "shijin = 500 * gram",
    # Taiwan's land registry counts 0.3025 ping to the square metre, so a ping is 3.305785 m²;
    # a jiǎ is 2,934 ping.
    "ping = 400 / 121 * meter ** 2",
    "jia = 2934 * ping",
)
_MONEY = (
    "Leave currencies out; rates of exchange change daily: find the rate, then write, for example, "
    "'100 * 32.5'."
)
_CALENDAR = "Months and years differ in length: use a tool for dates, or write days."
_CATTY = "There are several: write 台斤 (600 g), 市斤 (500 g), 台兩 (37.5 g) or 公斤."
_REFUSED = {
    r"[$€£¥₩]|(?<![a-z])(?:USD|TWD|NTD?|EUR|JPY|CNY|RMB|GBP|HKD|KRW|dollars?|euros?|yen|yuan)"
    r"(?![a-z])|(?:新?[台臺]|港|人民)幣|[美日歐韓]元|美金|英鎊|塊錢|元": _MONEY,
    r"(?<![a-z])(?:months?|years?)(?![a-z])|個月|[月年]": _CALENDAR,
    r"(?<![公台臺市])斤|(?<![台臺])兩": _CATTY,
}
"""Patterns of what is not converted, with the remedy."""


def _spellings(aliases: str) -> list[str]:
    names = [alias.replace("_", " ") for alias in aliases.split()]
    long = [name for name in names if name.isascii() and len(name) > 3 and name[-1].isalpha()]
    return names + [f"{name}s" for name in long if not name.endswith("s")]


_BY_NAME = {name: unit for unit, aliases in _NAMES.items() for name in _spellings(aliases)}
_BY_FOLDED = {name.casefold(): unit for name, unit in _BY_NAME.items() if len(name) > 1}
"""A single letter means another unit in another case: "K" and "k", "M" and "m"."""


def _pattern(name: str) -> str:
    """What matches a name; where it ends in a letter or digit, none may follow."""
    literal = re.escape(name) if len(name) == 1 else f"(?i:{re.escape(name)})"
    return literal + (r"(?![A-Za-z0-9_])" if name[-1].isascii() and name[-1].isalnum() else "")


_LONGEST_FIRST = sorted(_BY_NAME, key=len, reverse=True)
UNIT = re.compile(f"(?!min\\s*\\()(?:{'|'.join(map(_pattern, _LONGEST_FIRST))})")
"""A unit's name; "min(" is the function."""


def unit_named(name: str) -> str:
    """What `pint` calls the unit of a name that `UNIT` matched."""
    return _BY_NAME[name] if name in _BY_NAME else _BY_FOLDED[name.casefold()]


def check_refused(text: str) -> None:
    """See that no unit is in it that can't be converted.

    Raises:
        ToolError: if there is money, or a unit of no fixed size.
    """
    for pattern, remedy in _REFUSED.items():
        found = re.search(pattern, text, re.IGNORECASE)
        if found is not None:
            raise ToolError(f"Could not read {found[0]!r} as a unit. {remedy}")


@cache
def registry() -> Any:
    """The units of `pint`, with exact factors, and those of Taiwan."""
    from fractions import Fraction

    from pint import UnitRegistry

    units: Any = UnitRegistry(non_int_type=Fraction)
    for definition in _DEFINED:
        units.define(definition)
    return units
