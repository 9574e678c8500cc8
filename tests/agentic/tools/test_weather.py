"""The weather from a stand-in for Open-Meteo on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError, TransientToolError
from agentic.safety.breaker import Breaker
from agentic.tools.meteo.open_meteo import SITE, OpenMeteo
from agentic.tools.meteo.wmo import weather_words
from agentic.tools.weather import report, weather


def place(name: str, country: str, admin1: str, code: str = "") -> dict[str, Any]:
    found = {"name": name, "latitude": 25.05, "longitude": 121.53, "country": country}
    return found | {"admin1": admin1, "country_code": code, "timezone": "Asia/Taipei"}


PARIS = [
    place("Paris", "France", "Île-de-France", "FR"),
    place("Paris", "United States", "Texas", "US"),
    place("Paris", "Canada", "Ontario", "CA"),
    place("Paris", "United States", "Kentucky", "US"),
]
TAIPEI = place("台北市", "台湾", "台北市", "TW")
WEATHER = {
    "timezone": "Asia/Taipei",
    "current": {
        "time": "2026-11-27T13:15",
        "temperature_2m": 22.4,
        "relative_humidity_2m": 81,
        "apparent_temperature": 23.1,
        "precipitation": 0.2,
        "weather_code": 61,
        "wind_speed_10m": 12.3,
    },
    "current_units": {
        "temperature_2m": "°C",
        "relative_humidity_2m": "%",
        "apparent_temperature": "°C",
        "precipitation": "mm",
        "wind_speed_10m": "km/h",
    },
    "daily": {
        "time": ["2026-11-27", "2026-11-28"],
        "weather_code": [61, 3],
        "temperature_2m_max": [24.1, 25],
        "temperature_2m_min": [19.8, 18],
        "precipitation_sum": [3.4, 0],
        "precipitation_probability_max": [70, None],
    },
    "daily_units": {
        "temperature_2m_max": "°C",
        "temperature_2m_min": "°C",
        "precipitation_sum": "mm",
        "precipitation_probability_max": "%",
    },
}


class Service(BaseHTTPRequestHandler):
    """Knows the places and the weather set on the class, or answers whatever `answers` says."""

    places: ClassVar[dict[str, list[dict[str, Any]]]] = {}
    answers: ClassVar[dict[str, tuple[int, str]]] = {}
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((parts.path, query))
        if parts.path == "/search":
            found = self.places.get(query["name"])
            content = json.dumps({"results": found} if found else {"generationtime_ms": 0.1})
        else:
            content = json.dumps(WEATHER)
        status, text = self.answers.get(parts.path, (200, content))
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenMeteo]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(Service, "asked", [])
    monkeypatch.setattr(Service, "answers", {})
    monkeypatch.setattr(Service, "places", {"Paris": PARIS, "台北": [TAIPEI]})
    address = f"http://127.0.0.1:{server.server_port}"
    yield OpenMeteo(f"{address}/search", f"{address}/forecast", Breaker())
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_report_reads_well(service: OpenMeteo) -> None:
    seen = report("Paris", 2, "metric", service)
    assert seen.text.splitlines() == [
        "Paris, Île-de-France, France: 2026-11-27 13:15 local time (Asia/Taipei)",
        "Now: light rain, 22.4 °C, feels like 23.1 °C, humidity 81 %, wind 12.3 km/h, "
        "precipitation 0.2 mm",
        "Fri 2026-11-27: light rain, 19.8 °C to 24.1 °C, precipitation 3.4 mm (chance 70 %)",
        "Sat 2026-11-28: overcast, 18 °C to 25 °C, precipitation 0 mm",
        "Other places of that name: Paris, Texas, United States; Paris, Ontario, Canada",
    ]
    assert seen.sources == (SITE,)
    asked = Service.asked[-1][1]
    assert (asked["forecast_days"], asked["timezone"]) == ("2", "auto")
    assert "temperature_unit" not in asked


@pytest.mark.parametrize("name", ["台北", "臺北", "台北市", "臺北市", "台北，台灣", "臺北, 臺灣"])
def test_a_chinese_name_is_answered_in_traditional_chinese(service: OpenMeteo, name: str) -> None:
    lines = report(name, 2, "metric", service).text.splitlines()
    assert lines[0].startswith(("台北市, 台灣: ", "臺北市, 臺灣: ", "臺北市, 台灣: "))
    assert lines[0].endswith("2026-11-27 13:15 當地時間 (Asia/Taipei)")
    assert lines[1] == "現在: 小雨, 22.4 °C, 體感 23.1 °C, 濕度 81 %, 風速 12.3 km/h, 降水量 0.2 mm"
    assert lines[2] == "週五 2026-11-27: 小雨, 19.8 °C 至 24.1 °C, 降水量 3.4 mm (機率 70 %)"
    assert Service.asked[0][1]["language"] == "zh"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Paris, Texas", "Paris, Texas, United States"),
        ("paris, texas, USA", "Paris, Texas, United States"),
        ("Paris, TX, France", None),
        ("Paris, France", "Paris, Île-de-France, France"),
        ("Paris, CA", "Paris, Ontario, Canada"),
        ("Paris,", "Paris, Île-de-France, France"),
    ],
)
def test_what_follows_the_comma_chooses(service: OpenMeteo, asked: str, meant: str | None) -> None:
    Service.places["paris"] = PARIS
    if meant is None:
        with pytest.raises(ToolError, match="there are: Paris, Île-de-France, France; "):
            report(asked, 1, "metric", service)
        return
    assert report(asked, 1, "metric", service).text.startswith(f"{meant}: ")


def test_other_places_are_named_only_where_they_fit(service: OpenMeteo) -> None:
    assert "Other places" not in report("Paris, Texas", 1, "metric", service).text
    assert "Kentucky" in report("Paris, United States", 1, "metric", service).text


def test_imperial_units_are_asked_for(service: OpenMeteo) -> None:
    report("Paris", 1, "imperial", service)
    asked = Service.asked[-1][1]
    assert (asked["temperature_unit"], asked["wind_speed_unit"]) == ("fahrenheit", "mph")
    assert asked["precipitation_unit"] == "inch"


@pytest.mark.parametrize("name", ["", "  ", ",", "，台灣"])
def test_no_place_at_all(service: OpenMeteo, name: str) -> None:
    with pytest.raises(ToolError, match="There is no place to look up"):
        report(name, 1, "metric", service)
    assert Service.asked == []


def test_an_unknown_place_is_named_with_the_nearest(service: OpenMeteo) -> None:
    Service.places["Kaohsi"] = [place("Kaohsiung", "Taiwan", "Kaohsiung")]
    with pytest.raises(ToolError, match=r"'Kaohsiong' is known\. Did you mean 'Kaohsiung'\?"):
        report("Kaohsiong", 1, "metric", service)
    with pytest.raises(ToolError, match=r"No place named '無此地' is known\. Check"):
        report("無此地", 1, "metric", service)


@pytest.mark.parametrize("days", [0, 17, -1])
def test_days_out_of_range(days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        weather.arguments(place="Paris", days=days)


@pytest.mark.parametrize("where", ["/search", "/forecast"])
@pytest.mark.parametrize(
    ("status", "text", "message"),
    [
        (429, '{"error": true, "reason": "Daily limit"}', "was asked too often"),
        (400, '{"error": true, "reason": "Bad\\u001b[31m days"}', r"400\): Bad days\."),
        (404, "[]", r"refused \(status 404\)\."),
        (200, "<html>Log in</html>", "something other than weather data"),
        (200, '{"results": [', "something other than weather data"),
        (302, "", "something other than weather data"),
        (200, "[1]", "out of shape: the whole answer"),
        (200, '{"results": [{"name": "X"}], "current": {}}', "out of shape: (results|current)"),
    ],
)
def test_answers_that_can_not_be_used(
    service: OpenMeteo, where: str, status: int, text: str, message: str
) -> None:
    Service.answers[where] = (status, text)
    with pytest.raises(ToolError, match=message) as caught:
        report("Paris", 1, "metric", service)
    assert not isinstance(caught.value, TransientToolError)


@pytest.mark.parametrize("where", ["/search", "/forecast"])
def test_a_fault_of_the_server_may_pass(service: OpenMeteo, where: str) -> None:
    Service.answers[where] = (503, "<html>busy</html>")
    with pytest.raises(TransientToolError, match="out of order"):
        report("Paris", 1, "metric", service)


def test_a_service_out_of_reach_is_left_alone_in_the_end() -> None:
    away = OpenMeteo("http://127.0.0.1:9/", "http://127.0.0.1:9/", Breaker(failures=2))
    for _ in range(2):
        with pytest.raises(TransientToolError, match="can't be reached from here"):
            report("Paris", 1, "metric", away)
    with pytest.raises(ToolError, match="left alone for"):
        report("Paris", 1, "metric", away)


def test_figures_that_are_not_known_are_left_out(service: OpenMeteo) -> None:
    bare = {"timezone": "UTC", "current": {"time": "2026-11-27T13:15", "temperature_2m": None}}
    bare |= {"current_units": {}, "daily": {"time": ["2026-11-27", "soon"]}, "daily_units": {}}
    Service.answers["/forecast"] = (200, json.dumps(bare))
    lines = report("Paris, Texas", 2, "metric", service).text.splitlines()
    assert lines[1:] == ["Now: not known", "Fri 2026-11-27: not known", "soon: not known"]


@given(st.integers(-10, 200), st.booleans())
def test_every_code_has_words(code: int, chinese: bool) -> None:
    assert weather_words(code, chinese)
