"""What a run has used, and how its limits are set on the command line."""

import json
from pathlib import Path

import pytest

from agentic import Limits, UsageError
from agentic.console.assembly import Choice, choose
from agentic.console.cli import run
from agentic.console.phrases import usage_parts
from agentic.safety.budget import DayLimits, Usage

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (None, ["cost unknown"]),
        (0.0, []),
        (0.000123, ["$0.00012"]),
        (0.25, ["$0.25"]),
        (1234.5, ["$1,234.50"]),
    ],
)
def test_a_cost_is_said_unless_it_is_nothing(cost: float | None, said: list[str]) -> None:
    assert usage_parts(Usage(model_calls=1, cost=cost))[3:] == said


def test_an_option_beats_the_agent_which_beats_the_file(home: Path, shelf: Path) -> None:
    home.mkdir()
    text = "[limits]\ntokens = 7\nseconds = 8\n[limits.per_day]\nmoney = 9\n"
    (home / "agentic.toml").write_text(text)
    (shelf / "frugal.py").write_text(
        "from agentic import Agent, Limits\nagent = Agent('frugal', limits=Limits(seconds=5))\n"
    )
    limits = choose(Choice("frugal", limits={"tokens": 3, "money": 0.5})).limits
    expected = Limits(tokens=3, seconds=5, money=0.5, per_day=DayLimits(money=9))
    assert limits == expected
    assert limits.counts_money
    limits = choose(Choice("frugal", limits={"tokens": None})).limits
    assert (limits.tokens, limits.seconds, limits.money) == (7, 5, 1.0)


def test_a_fault_in_the_files_limits_is_told_at_once(home: Path, shelf: Path) -> None:
    home.mkdir()
    (home / "agentic.toml").write_text("[limits]\nmoney = -1\n")
    with pytest.raises(UsageError, match=r"limits\.money must be greater than or equal to 0"):
        choose(Choice("scripted"))


def test_ask_takes_limits_of_money_and_bytes(home: Path, shelf: Path, capsys: Captured) -> None:
    home.mkdir()
    (home / "agentic.toml").write_text("[prices.ScriptedModel]\ninput = 100\noutput = 100\n")
    asked = ["ask", "Add 2 and 3", "--agent", "scripted", "--no-memory", "--json"]
    assert run([*asked, "--max-money", "0.0001"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["reason"] == "the limit of 0.0001 US dollars was reached"
    assert result["usage"]["cost"] > 0.0001
    assert run([*asked, "--max-result-bytes", "0"]) == 1
    assert "0 bytes of tool results" in json.loads(capsys.readouterr().out)["answer"]
