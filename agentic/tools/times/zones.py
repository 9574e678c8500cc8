"""Time zones by the names that people give them: zones, cities, countries, offsets."""

import re
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from agentic.errors import ToolError
from agentic.naming import did_you_mean, nearest

__all__ = ["zone_named", "zone_or_none"]

_PLACES = {
    "Asia/Taipei": "taiwan 台灣 台北 台中 台南 高雄 新北 桃園",
    "Asia/Tokyo": "japan osaka kyoto 日本 東京 大阪 京都",
    "Asia/Seoul": "korea south_korea 韓國 首爾",
    "Asia/Shanghai": "china beijing shenzhen guangzhou 中國 北京 上海 廣州 深圳",
    "Asia/Hong_Kong": "香港",
    "Asia/Singapore": "新加坡",
    "Asia/Bangkok": "thailand 泰國 曼谷",
    "Asia/Ho_Chi_Minh": "vietnam hanoi 越南 河內 胡志明市",
    "Asia/Manila": "philippines 菲律賓 馬尼拉",
    "Asia/Kolkata": "india mumbai delhi new_delhi bangalore 印度 孟買 新德里",
    "Asia/Dubai": "uae 杜拜",
    "Europe/London": "uk england britain 英國 倫敦",
    "Europe/Paris": "france 法國 巴黎",
    "Europe/Berlin": "germany munich frankfurt hamburg 德國 柏林 慕尼黑",
    "Europe/Rome": "italy milan 義大利 羅馬 米蘭",
    "Europe/Madrid": "spain barcelona 西班牙 馬德里",
    "Europe/Zurich": "switzerland geneva 瑞士 蘇黎世",
    "Europe/Moscow": "莫斯科",
    "America/New_York": "boston washington miami nyc 紐約 波士頓 華盛頓",
    "America/Chicago": "houston dallas austin 芝加哥 休士頓",
    "America/Denver": "丹佛",
    "America/Los_Angeles": "san_francisco seattle san_diego la 洛杉磯 舊金山 西雅圖",
    "America/Toronto": "多倫多",
    "America/Vancouver": "溫哥華",
    "Pacific/Honolulu": "hawaii 夏威夷 檀香山",
    "Australia/Sydney": "雪梨",
    "Australia/Melbourne": "墨爾本",
    "Pacific/Auckland": "new_zealand 紐西蘭 奧克蘭",
}
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])(\d{1,2})(?::?(\d{2}))?")
_AMBIGUOUS = {
    "cst": "'America/Chicago' or 'Asia/Taipei'",
    "ist": "'Asia/Kolkata' or 'Asia/Jerusalem'",
}
_ALIASES = {"z": "UTC", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles"} | {
    "edt": "America/New_York",
    "jst": "Asia/Tokyo",
    "cet": "Europe/Paris",
    "bst": "Europe/London",
}

_FEASTS = {"Indian/Christmas", "Pacific/Easter", "Chile/EasterIsland"}
"""Islands whose names are days as well."""


def zone_named(name: str) -> tzinfo:
    """The zone of a name.

    Raises:
        ToolError: if there is none, or the name means several.
    """
    plain = _plain(name)
    if plain in _AMBIGUOUS:
        raise ToolError(f"{name!r} means several zones; write {_AMBIGUOUS[plain]}.")
    zone = zone_or_none(name)
    if zone is None:
        near = nearest(plain, _names())
        hint = did_you_mean(_names()[near]) if near else ""
        raise ToolError(
            f"No time zone named {name.strip()[:60]!r}.{hint} "
            "Write a zone or a large city, such as 'Asia/Taipei', 'Tokyo' or 'UTC+8'."
        )
    return zone


def zone_or_none(name: str) -> tzinfo | None:
    """The zone of a name; None if there is none."""
    plain = _plain(name)
    offset = _OFFSET.fullmatch(plain)
    if offset is not None:
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if length >= timedelta(hours=24):
            return None
        return timezone(length if offset[1] == "+" else -length)
    key = _names().get(plain)
    return ZoneInfo(key) if key is not None else None


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", " ").replace("臺", "台")


@cache
def _names() -> dict[str, str]:
    """Keys of zones by folded names: the key itself, its city, and what else is known."""
    keys = sorted(available_timezones() - {"localtime", "posixrules"})
    named = [key for key in keys if not key.startswith("Etc/") and key not in _FEASTS]
    cities = {_plain(key.rpartition("/")[2]): key for key in named}
    others = {_plain(name): key for key, names in _PLACES.items() for name in names.split()}
    return cities | {_plain(key): key for key in keys} | _ALIASES | others
