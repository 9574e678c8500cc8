"""Open-Meteo: places by name, and the weather at a place. It asks for no key."""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from agentic.cleaning import clean
from agentic.errors import ToolError, TransientToolError
from agentic.safety.breaker import BREAKER, Breaker

__all__ = ["FORECAST", "GEOCODING", "SITE", "OpenMeteo", "Place", "Units", "Weather"]

GEOCODING = "https://geocoding-api.open-meteo.com/v1/search"
FORECAST = "https://api.open-meteo.com/v1/forecast"
SITE = "https://open-meteo.com/"
"""What is cited."""
_SECONDS = 8.0
_CURRENT = (
    "temperature_2m,relative_humidity_2m,apparent_temperature,precipitation,weather_code,"
    "wind_speed_10m"
)
_DAILY = (
    "weather_code,temperature_2m_max,temperature_2m_min,precipitation_sum,"
    "precipitation_probability_max"
)
_IMPERIAL = {
    "temperature_unit": "fahrenheit",
    "wind_speed_unit": "mph",
    "precipitation_unit": "inch",
}
Units = Literal["metric", "imperial"]


class Place(BaseModel):
    """A place that was found by its name."""

    name: str
    latitude: float
    longitude: float
    country: str = ""
    country_code: str = ""
    admin1: str = ""
    """Region: a state, province or county."""
    admin2: str = ""


class Current(BaseModel):
    """The weather now; None where it is not known."""

    time: str
    """Local time, ISO 8601."""
    temperature_2m: float | None = None
    relative_humidity_2m: float | None = None
    apparent_temperature: float | None = None
    precipitation: float | None = None
    weather_code: int | None = None
    wind_speed_10m: float | None = None


class Daily(BaseModel):
    """The days to come, a list for each figure; None where it is not known."""

    time: list[str]
    weather_code: list[int | None] = []
    temperature_2m_max: list[float | None] = []
    temperature_2m_min: list[float | None] = []
    precipitation_sum: list[float | None] = []
    precipitation_probability_max: list[float | None] = []


class Weather(BaseModel):
    """The weather at a place, with the unit of each figure."""

    current: Current
    current_units: dict[str, str]
    daily: Daily
    daily_units: dict[str, str]
    timezone: str


class _Places(BaseModel):
    results: list[Place] = []


_Answer = TypeVar("_Answer", bound=BaseModel)


@dataclass(frozen=True)
class OpenMeteo:
    """The service, at the addresses it has or at those of a stand-in."""

    geocoding: str = GEOCODING
    forecast: str = FORECAST
    breaker: Breaker = BREAKER
    seconds: float = _SECONDS
    """Most that a request waits for the next bytes."""

    def places(self, name: str, language: str, count: int = 10) -> list[Place]:
        """Places of a name, the best known first.

        Raises:
            ToolError: if the service can't be reached, refuses, or answers out of shape.
        """
        query = {"name": name, "count": count, "language": language, "format": "json"}
        return self._asked(self.geocoding, query, _Places).results

    def weather(self, place: Place, days: int, units: Units) -> Weather:
        """The weather at a place, now and for some days from today on.

        Raises:
            ToolError: if the service can't be reached, refuses, or answers out of shape.
        """
        query = {
            "latitude": place.latitude,
            "longitude": place.longitude,
            "current": _CURRENT,
            "daily": _DAILY,
            "forecast_days": days,
            "timezone": "auto",
        }
        if units == "imperial":
            query |= _IMPERIAL
        return self._asked(self.forecast, query, Weather)

    def _asked(self, address: str, query: dict[str, Any], shape: type[_Answer]) -> _Answer:
        import httpx

        host = str(urlsplit(address).hostname)
        with self.breaker.asking(host):
            try:
                answer = httpx.get(address, params=query, timeout=self.seconds)
            except httpx.TransportError as error:
                raise TransientToolError(
                    f"The weather service {host} can't be reached from here. Go on without the "
                    "weather, and say that it could not be looked up."
                ) from error
            if answer.status_code >= 500:
                raise TransientToolError(
                    f"The weather service {host} is out of order (status {answer.status_code}). "
                    "Go on without the weather, and say so."
                )
        return _read(answer, host, shape)


def _read(answer: Any, host: str, shape: type[_Answer]) -> _Answer:
    if answer.status_code == 429:
        raise ToolError(
            f"The weather service {host} was asked too often and refuses for now. "
            "Don't ask it again in this task; say that the weather could not be looked up."
        )
    try:
        content = answer.json()
    except ValueError as error:
        raise ToolError(
            f"{host} answered with something other than weather data (status "
            f"{answer.status_code}); a login page or proxy may stand between. "
            "Go on without the weather."
        ) from error
    if answer.status_code != 200:
        reason = content.get("reason") if isinstance(content, dict) else None
        told = f": {clean(str(reason))[:200]}" if reason else ""
        raise ToolError(f"{host} refused (status {answer.status_code}){told}.")
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole answer"
        raise ToolError(
            f"{host} answered out of shape: {where} ({first['msg'].lower()}). "
            "Go on without the weather."
        ) from error
