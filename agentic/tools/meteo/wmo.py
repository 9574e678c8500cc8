"""Weather codes in words: those of table 4677 of the WMO that forecasts use."""

__all__ = ["weather_words"]

_WORDS = {
    0: ("clear sky", "晴朗"),
    1: ("mainly clear", "大致晴朗"),
    2: ("partly cloudy", "局部多雲"),
    3: ("overcast", "陰天"),
    45: ("fog", "有霧"),
    48: ("freezing fog", "凍霧"),
    51: ("light drizzle", "小毛毛雨"),
    53: ("drizzle", "毛毛雨"),
    55: ("dense drizzle", "濃毛毛雨"),
    56: ("light freezing drizzle", "輕微凍毛毛雨"),
    57: ("freezing drizzle", "凍毛毛雨"),
    61: ("light rain", "小雨"),
    63: ("rain", "中雨"),
    65: ("heavy rain", "大雨"),
    66: ("light freezing rain", "輕微凍雨"),
    67: ("heavy freezing rain", "強凍雨"),
    71: ("light snow", "小雪"),
    73: ("snow", "中雪"),
    75: ("heavy snow", "大雪"),
    77: ("snow grains", "雪粒"),
    80: ("light rain showers", "小陣雨"),
    81: ("rain showers", "陣雨"),
    82: ("violent rain showers", "強陣雨"),
    85: ("light snow showers", "小陣雪"),
    86: ("heavy snow showers", "大陣雪"),
    95: ("thunderstorm", "雷雨"),
    96: ("thunderstorm with light hail", "雷雨伴小冰雹"),
    99: ("thunderstorm with heavy hail", "雷雨伴大冰雹"),
}


def weather_words(code: int, chinese: bool) -> str:
    """What a code means, in English or in Traditional Chinese."""
    if code not in _WORDS:
        return f"天氣代碼 {code}" if chinese else f"weather code {code}"
    return _WORDS[code][chinese]
