"""The benchmark of malformed calls at a small size, and what it would notice."""

import random
import re
from collections.abc import Iterator

import pytest

from agentic.naming import folded
from agentic.tools.written.calls import Written
from benchmarks import malformed
from benchmarks.mangled import WAYS, mangled
from benchmarks.reporting import Check

__all__: list[str] = []


def unmet(checks: list[Check]) -> list[str]:
    """What was not met."""
    return [check.what for check in checks if not check.met]


def test_nothing_crashes_hangs_or_runs_a_wrong_tool() -> None:
    figures, checks = malformed.measure(900)
    assert unmet(checks) == []
    assert figures["outputs"] == 900
    assert figures["written_cases"] >= 200
    assert figures["of_them_without_a_call"] >= 60
    assert set(figures["calls_run"]) <= set(malformed.TOOLS)
    assert figures["calls_run"]["add"] > 100


def test_no_text_names_a_decoy() -> None:
    texts = [folded(case.text) for case in malformed.corpus()]
    for name in malformed.DECOYS:
        assert not any(folded(name) in text for text in texts)


def test_the_same_outputs_every_time() -> None:
    cases = malformed.corpus()
    once, again = (list(malformed.outputs(500, cases)) for _ in range(2))
    assert once == again
    assert len(set(once)) > 450


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_fault_changes_a_text(way: object) -> None:
    texts = [case.text for case in malformed.corpus()]
    assert callable(way)
    assert any(way(text, random.Random(1), texts) != text for text in texts[:40])
    assert len(mangled("x" * 50_000, random.Random(1), texts)) <= 20_000


def crash(text: str, tools: object) -> list[Written]:
    raise KeyError(text)


def hang(text: str, tools: object) -> list[Written]:
    while True:
        re.sub("a", "b", "c")


def mistake(text: str, tools: object) -> list[Written]:
    return [Written("halt_cluster", {"path": "/"})]


FAULTS = {"crashes": crash, "hangs": hang, "wrong tools": mistake}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_noticed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(malformed, "SECONDS", 0.05)
    tally = malformed.Tally()
    monkeypatch.setattr(malformed, "written_calls", FAULTS[what])
    malformed.judge("nothing", tally)
    noticed = {"crashes": tally.crashes, "hangs": tally.hangs, "wrong tools": tally.wrong}
    assert [name for name, found in noticed.items() if found] == [what]


@pytest.fixture(autouse=True)
def _no_timer_left() -> Iterator[None]:
    import signal

    yield
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
