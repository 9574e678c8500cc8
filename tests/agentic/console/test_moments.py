"""Times as they are typed and shown."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.console.moments import day, minute, moment, span
from agentic.errors import UsageError


@pytest.fixture
def taipei(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in Taipei, UTC+8."""
    monkeypatch.setenv("TZ", "Asia/Taipei")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_what_is_typed_is_local_and_what_is_shown_too(taipei: None) -> None:
    noon = datetime(2026, 5, 1, 20, 30, tzinfo=UTC)
    assert minute(noon) == "2026-05-02 04:30"
    assert day(noon) == "2026-05-02"
    assert moment("2026-05-02 04:30", "--since") == noon
    assert moment("2026-05-02", "--since") == datetime(2026, 5, 1, 16, tzinfo=UTC)
    assert moment("2026-05-01T20:30Z", "--since") == noon


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_a_moment_with_its_zone_comes_back(at: datetime) -> None:
    assert moment(at.isoformat(), "--since") == at


@given(st.integers(0, 10_000), st.sampled_from("dwh"), st.sampled_from(["", " "]))
def test_spans(count: int, unit: str, blank: str) -> None:
    days = {"h": 1 / 24, "d": 1, "w": 7}[unit]
    assert span(f"{count}{blank}{unit}", "--older-than") == timedelta(days=count * days)


def test_a_span_is_a_moment_ago() -> None:
    before = datetime.now(UTC)
    assert before - timedelta(days=365) <= moment("1Y", "--since") <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "昨天", "30", "-3d", "1.5d", "999999999y"])
def test_what_is_none_is_told_with_what_would_be(text: str) -> None:
    with pytest.raises(UsageError, match=r"--since: .*2026-05-01"):
        moment(text, "--since")
    with pytest.raises(UsageError, match=r"--older-than: .*30d"):
        span(text, "--older-than")
