"""The command line within this process: what each command prints, and how it ends."""

import json
import re
from pathlib import Path

import pytest

from agentic.console.cli import run
from agentic.console.failures import explain
from agentic.errors import UsageError, WeightsError
from memory import Memory
from memory.errors import StoreBusy

Captured = pytest.CaptureFixture[str]


def test_ask_prints_the_answer_alone_on_stdout(shelf: Path, capsys: Captured) -> None:
    assert run(["ask", "Add 2 and 3", "--agent", "scripted", "--no-memory"]) == 0
    out, err = capsys.readouterr()
    assert out == "是 5 ✓\n"
    timeless = re.sub(r"\d+\.\ds", "0.0s", err)
    assert timeless.splitlines()[1:6] == [
        "plan",
        "  ○ 1 add · the sum",
        "✓ c1 add(a=2, b=3) → 5  0.0s",
        "  ✓ 1 It is 5. [c1]",
        "✓ every step has its evidence: c1",
    ]
    assert sum(line.startswith("done in ") for line in err.splitlines()) == 1
    assert "cost unknown" in " ".join(err.split())


def test_ask_with_json_prints_the_result_as_one_object(shelf: Path, capsys: Captured) -> None:
    assert run(["ask", "Add 2 and 3", "--agent", "scripted", "--no-memory", "--json"]) == 0
    out, _ = capsys.readouterr()
    assert out.count("\n") == 1
    result = json.loads(out)
    assert (result["answer"], result["status"]) == ("是 5 ✓", "done")
    assert result["steps"][0]["evidence"] == result["calls"][0]["id"]
    assert result["usage"]["model_calls"] == 4


def test_ask_ends_with_1_when_a_limit_stops_it(shelf: Path, capsys: Captured) -> None:
    args = ["ask", "加 2 和 3", "--agent", "scripted", "--no-memory", "--max-model-calls", "2"]
    assert run(args) == 1
    out, err = capsys.readouterr()
    assert "2 次模型呼叫" in out
    assert "incomplete in" in err


def test_what_a_run_keeps_can_be_looked_up_and_forgotten(shelf: Path, capsys: Captured) -> None:
    assert run(["ask", "Add 2 and 3", "--agent", "scripted"]) == 0
    capsys.readouterr()
    assert run(["recall", "sum of 2 and 3", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert "Add 2 and 3" in row["text"]
    assert run(["recall", "Add"]) == 0
    assert row["id"] in capsys.readouterr().out
    assert run(["memory", "stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kinds"] == {"episode": 1}
    assert run(["memory", "rebuild"]) == 0
    assert capsys.readouterr().out == "indexed  1\n"
    assert run(["memory", "forget", row["id"], "--yes"]) == 0
    assert run(["memory", "forget", row["id"], "--yes"]) == 2
    assert row["id"] in capsys.readouterr().err


def test_hostile_memories_are_printed_harmlessly(home: Path, capsys: Captured) -> None:
    with Memory(home / "memory") as memory:
        memory.add("a \x1b[31mred\x9b2J harbour", source="[b]\x1b]0;x\x07")
    assert run(["recall", "harbour"]) == 0
    out, _ = capsys.readouterr()
    assert "a red2J harbour" in out
    assert "[b]" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["ask"], "Missing argument 'TASK'. See `agentic ask --help`."),
        (["ask", " \n"], "The task is empty; say what is to be done."),
        (["ask", "hi", "--agnt", "x"], "No such option: --agnt (Possible options: --agent)."),
        (["ask", "hi", "--agent", "scriptd"], "Did you mean 'scripted'?"),
        (["ask", "hi", "--agent", "scripted", "--model", "locl"], "Did you mean 'local'?"),
        (["ask", "hi", "--agent", "scripted", "--workspace", "nowhere"], "No folder at nowhere"),
        (["ask", "hi", "--max-tokens", "many"], "Invalid value for '--max-tokens'"),
        (["ask", "hi", "--max-tokens", "-1"], "Invalid value for '--max-tokens'"),
        (["aks"], "No such command 'aks'."),
        (["memory"], "Missing command. See `agentic memory --help`."),
        (["pull", "remote"], "No weights named 'remote'; there are: local, local:0.5b."),
        ([], "`agentic ask TASK` does one task without it."),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    args: list[str], said: str, shelf: Path, capsys: Captured
) -> None:
    assert run(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("agentic: ")
    assert err.count("\n") == 1
    assert said in err


def test_a_folder_that_cannot_hold_a_memory_is_one_line(
    home: Path, shelf: Path, capsys: Captured
) -> None:
    home.write_text("a file where the home folder should be")
    assert run(["ask", "Add 2 and 3", "--agent", "scripted"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("agentic: ")
    assert str(home) in err


def test_a_fault_of_ours_says_so_and_debug_shows_where(shelf: Path, capsys: Captured) -> None:
    (shelf / "faulty.py").write_text("raise ZeroDivisionError('no \\x1b[31mreason')\n")
    assert run(["ask", "hi", "--agent", "faulty"]) == 70
    _, err = capsys.readouterr()
    assert err.startswith("agentic: ZeroDivisionError: no reason - this is a fault of agentic")
    assert "--debug" in err
    assert run(["ask", "hi", "--debug", "--agent", "faulty"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_errors_say_what_they_are_to_the_user() -> None:
    assert explain(UsageError("No.")) == ("No.", 2)
    assert explain(WeightsError("No.")) == ("No.", 1)
    assert explain(StoreBusy("Held by 7.")) == ("Held by 7.", 1)
    text, code = explain(OSError(28, "No space left on device", "/disk/file"))
    assert code == 1
    assert "No space left on device (/disk/file)" in text
    assert explain(KeyError("x"))[1] == 70


def test_lists_are_for_people_and_programs(shelf: Path, capsys: Captured) -> None:
    assert run(["agents"]) == 0
    assert "scripted   Does sums by a script." in capsys.readouterr().out
    assert run(["agents", "--json"]) == 0
    assert {"name": "scripted", "about": "Does sums by a script."} in json.loads(
        capsys.readouterr().out
    )
    assert run(["tools", "--json"]) == 0
    tools = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert tools["remember"]["effects"] == ["writes"]
    assert run(["models", "--json"]) == 0
    models = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert models["local"]["ready"] is False
    assert run(["tools"]) == run(["models"]) == 0


def test_the_version(capsys: Captured) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("agentic 0.")


def test_tools_tell_what_they_may_do_and_their_limits(home: Path, capsys: Captured) -> None:
    assert run(["tools", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["calculator"]["effects"] == []
    assert rows["write_file"]["effects"] == ["writes"]
    assert rows["web_fetch"]["repeatable"] is True
    assert rows["read_file"]["timeout"] == 60
    assert rows["recall"]["max_chars"] == 4000
    assert rows["recall"]["arguments"]["required"] == ["query"]
    assert "http_request" not in rows


def test_a_configuration_adds_tools_and_names_servers(home: Path, capsys: Captured) -> None:
    home.mkdir(exist_ok=True)
    (home / "agentic.toml").write_text(
        '[http]\nhosts = ["api.example.org"]\n[mcp.docs]\nurl = "https://docs.example/mcp"\n',
        encoding="utf-8",
    )
    assert run(["tools", "--json"]) == 0
    assert "http_request" in {row["name"] for row in json.loads(capsys.readouterr().out)}
    assert run(["mcp", "list", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["name"], row["about"]) == ("docs", "https://docs.example/mcp")
    assert run(["mcp", "accept", "docs", "search"]) == 2
    assert "No server named 'docs' was seen" in capsys.readouterr().err


def test_a_fault_in_the_configuration_is_one_line(home: Path, capsys: Captured) -> None:
    home.mkdir(exist_ok=True)
    (home / "agentic.toml").write_text("[http]\nhost = []\n", encoding="utf-8")
    assert run(["tools"]) == 2
    err = capsys.readouterr().err
    assert "http.host is not known; there are: hosts. Did you mean 'hosts'?" in err
