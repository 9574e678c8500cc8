"""Going on with runs at the command line: questions asked, answered, listed, and left."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

from agentic.console.cli import run
from agentic.runs import Runs
from agentic.settings import settings
from agentic.tools.base import Tool
from tests.agentic.console.test_terminal import start

Captured = pytest.CaptureFixture[str]

TEXT = "Good morning [bold]Ann[/bold]\n    to = Eve\n港口\x1b[31m\u2066 " + "words " * 20 + "end."
SENDING = f'''"""Sends by a script, from wherever it stands in it."""

from pathlib import Path

from agentic import Agent, tool
from agentic.testing import ScriptedModel, call, enough, plan


@tool(effects=["sends"])
def send(to: str, text: str) -> str:
    """Send a note."""
    with open("sent", "a") as file:
        file.write(f"{{to}}: {{text}}\\n")
    return "sent"


SCRIPT = [
    plan(("send", "Send a note")),
    call("send", to="Ann", text={TEXT!r}),
]
AFTER = Path("after")
if AFTER.exists():
    SCRIPT = []
SCRIPT += [plan(), "Not sent."] if Path("refused").exists() else [enough("sent"), "It was sent."]
agent = Agent("sending", tools=[send], model=ScriptedModel(*SCRIPT))
'''
ASK = ("ask", "Send a note", "--agent", "sending", "--no-memory")


@pytest.fixture
def place(shelf: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the program works in, its agent on the shelf, and runs that wait."""
    (shelf / "sending.py").write_text(SENDING)
    home.mkdir()
    (home / "agentic.toml").write_text('[permissions]\nunanswered = "pause"\n')
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def agent(place: Path) -> Callable[..., int]:
    """Runs a command in this process, with the agent made anew as another process would."""

    def ask(*args: str) -> int:
        sys.modules.pop("agents.sending", None)
        return run([*args])

    return ask


def sent(place: Path) -> list[str]:
    file = place / "sent"
    return file.read_text().splitlines()[:1] if file.exists() else []


def left(agent: Callable[..., int], place: Path, capsys: Captured) -> tuple[str, str]:
    """A run that waits: its id, and that of its question."""
    assert agent(*ASK) == 1
    (place / "after").touch()
    capsys.readouterr()
    assert run(["approvals", "list", "--json"]) == 0
    [row, *_] = json.loads(capsys.readouterr().out)
    return row["run"], row["id"]


def test_without_a_terminal_what_is_asked_about_is_refused(
    agent: Callable[..., int], place: Path, home: Path, capsys: Captured
) -> None:
    (home / "agentic.toml").unlink()
    (place / "refused").touch()
    assert agent(*ASK) == 1
    out, err = capsys.readouterr()
    assert out.endswith("Not sent.\n")
    assert "nobody was there to be asked" in err
    assert sent(place) == []
    assert run(["approvals", "list"]) == 0
    assert capsys.readouterr() == ("", "No run waits for an answer.\n")


def test_or_waits_where_the_user_says_so(
    agent: Callable[..., int], place: Path, capsys: Captured
) -> None:
    assert agent(*ASK) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "approval: it brings something to others" in err
    assert "`agentic approvals list` says for what" in err
    assert re.search(r"`agentic resume [0-9a-f]{12}` goes on with it", err)
    assert agent(*ASK, "--json") == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["status"], result["pending"][0]["kind"]) == ("paused", "approval")
    assert sent(place) == []


@pytest.mark.parametrize(("mode", "code", "made"), [("auto", 0, 1), ("never", 1, 0)])
def test_a_mode_is_chosen_for_once(
    agent: Callable[..., int], place: Path, mode: str, code: int, made: int, capsys: Captured
) -> None:
    if mode == "never":
        (place / "refused").touch()
    assert agent(*ASK, "--approve", mode) == code
    assert len(sent(place)) == made


def test_nothing_waits(place: Path, capsys: Captured) -> None:
    assert run(["approvals", "list"]) == 0
    assert run(["approvals", "list", "--json"]) == 0
    assert capsys.readouterr() == ("[]\n", "No run waits for an answer.\n")


def test_what_waits_is_listed_whole_and_harmlessly(
    agent: Callable[..., int], place: Path, capsys: Captured
) -> None:
    run_id, id = left(agent, place, capsys)
    assert run(["approvals", "list"]) == 0
    out, err = capsys.readouterr()
    assert (err, "\x1b" in out, "\u2066" in out) == ("", False, False)
    told = " ".join(out.split())
    assert told.startswith(f'{id} approval: send(to="Ann"')
    assert "[bold]Ann[/bold]" in told
    assert r"\u001b[31m\u2066" in told
    assert told.endswith(f'end.") - it brings something to others (run {run_id})')
    assert run(["approvals", "list", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert row == {
        "run": run_id,
        "id": id,
        "name": "send",
        "args": {"to": "Ann", "text": TEXT},
        "kind": "approval",
        "why": "it brings something to others",
    }


@pytest.mark.parametrize(
    ("said", "code", "made"),
    [
        (["yes"], 0, ["Ann: Good morning [bold]Ann[/bold]"]),
        (["no"], 1, []),
        (["--args", '{"to": "Bob", "text": "早"}'], 0, ["Bob: 早"]),
    ],
)
def test_an_answer_is_noted_and_the_run_gone_on_with(
    said: list[str],
    code: int,
    made: list[str],
    agent: Callable[..., int],
    place: Path,
    capsys: Captured,
) -> None:
    run_id, id = left(agent, place, capsys)
    if not made:
        (place / "refused").touch()
    assert run(["approvals", "answer", id, *said]) == 0
    noted = f"Noted; `agentic resume {run_id}` goes on with the run.\n"
    assert capsys.readouterr().out == noted
    assert run(["approvals", "list", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"
    assert sent(place) == []
    assert agent("resume", "--no-memory") == code
    assert capsys.readouterr().out.endswith("It was sent.\n" if made else "Not sent.\n")
    assert sent(place) == made
    assert agent("resume", run_id) == 2
    assert "it has ended" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["ID"], "Give one of: yes, no, repeat, skip, --args JSON, --result TEXT."),
        (["ID", "yes", "--result", "x"], "Give one of: yes, no"),
        (["ID", "maybe"], "'maybe' is no answer to call"),
        (["ID", "repeat"], "can't be answered by 'repeat'; it takes 'yes' or 'no'."),
        (["ID", "skip"], "can't be answered by 'skip'; it takes 'yes' or 'no'."),
        (["ID", "--result", "x"], "can't be answered by 'result'; it takes 'yes' or 'no'."),
        (["ID", "--args", "{x"], "--args is no JSON: "),
        (["ID", "--args", "[]"], '--args must be an object, such as {"path": "a.txt"}.'),
        (["NEAR", "yes"], "is waited for; there are: ID. Did you mean 'ID'?"),
        (["nothing", "yes"], "No question 'nothing' is waited for; there are: ID."),
        ([], "Missing argument 'ID'. See `agentic approvals answer --help`."),
    ],
)
def test_wrong_answers_are_one_line_and_change_nothing(
    args: list[str], said: str, agent: Callable[..., int], place: Path, capsys: Captured
) -> None:
    _, id = left(agent, place, capsys)
    names = {"ID": id, "NEAR": f"{id}x"}
    assert run(["approvals", "answer", *(names.get(arg, arg) for arg in args)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said.replace("ID", id) in err or "Missing" in said in err
    assert run(["approvals", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1


def test_a_call_in_doubt_is_answered_by_its_own_words(
    agent: Callable[..., int], place: Path, capsys: Captured
) -> None:
    from agentic.state import ToolCall

    run_id, id = left(agent, place, capsys)
    assert run(["approvals", "answer", id, "yes"]) == 0
    with Runs(settings().home / "runs").journal(run_id) as journal:  # as a kill would leave it
        journal.begin(ToolCall(id=id, name="send", args={"to": "Ann", "text": TEXT}))
    capsys.readouterr()
    assert agent("resume", run_id) == 1
    assert "doubt: send was cut off; it may or may not have been done" in " ".join(
        capsys.readouterr().err.split()
    )
    assert run(["approvals", "answer", id, "yes"]) == 2
    assert "it takes 'repeat' or 'skip' or 'result'" in capsys.readouterr().err
    assert run(["approvals", "answer", id, "--result", "it was sent"]) == 0
    capsys.readouterr()
    assert agent("resume", run_id, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["calls"][0]["result"], sent(place)) == ("it was sent", [])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "No run is waiting or was cut off; there is nothing to go on with."),
        (["0123456789ab"], "There is no run '0123456789ab' to go on with."),
        (["../x"], "'../x' can't be a run's id."),
        (["--approve", "maybe"], "No run is waiting"),
    ],
)
def test_there_is_nothing_to_go_on_with(
    args: list[str], said: str, place: Path, capsys: Captured
) -> None:
    assert run(["resume", *args]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_a_run_that_waits_is_not_gone_on_with_unanswered(
    agent: Callable[..., int], place: Path, capsys: Captured
) -> None:
    run_id, id = left(agent, place, capsys)
    assert agent("resume") == 2
    assert f"it waits for: {id} (send: approval)" in capsys.readouterr().err
    near = run_id[:-1] + ("0" if run_id[-1] != "0" else "1")
    assert agent("resume", near) == 2
    assert f"Did you mean '{run_id}'?" in capsys.readouterr().err
    assert agent("resume", run_id, "--approve", "nevr") == 2
    assert "Did you mean 'never'?" in capsys.readouterr().err


HOLD = """
import sys
from agentic.runs import Runs
from agentic.settings import settings
with Runs(settings().home / "runs").held(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_another_process_works_on_is_left_to_it(
    agent: Callable[..., int], place: Path, capsys: Captured
) -> None:
    run_id, id = left(agent, place, capsys)
    assert run(["approvals", "answer", id, "yes"]) == 0
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, run_id], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        capsys.readouterr()
        assert agent("resume", run_id) == 2
        said = capsys.readouterr().err
        assert f"Run {run_id} is being worked on by process {holder.pid}; wait until" in said
        assert agent("resume") == 2
        assert "No run is waiting or was cut off" in capsys.readouterr().err
        assert holder.stdin is not None
        holder.stdin.close()
    assert sent(place) == []
    assert agent("resume") == 0
    assert len(sent(place)) == 1


def screen(shown: str, columns: int) -> list[str]:
    """The rows of a terminal after all that was shown, wide characters once."""
    terminal = pyte.Screen(columns, 60)
    pyte.Stream(terminal).feed(shown)
    rows = ("".join(terminal.buffer[y][x].data for x in range(columns)) for y in range(60))
    return [row.rstrip() for row in rows]


def typed(
    asked: "pexpect.spawn[str]", *turns: tuple[str, str], code: int, columns: int = 80
) -> list[str]:
    """What stands on the screen after a talk: what is waited for, and what is typed then."""
    log = StringIO()
    asked.logfile_read = log
    for wanted, keys in turns:
        asked.expect_exact(wanted)
        asked.send(keys)
    asked.expect(pexpect.EOF)
    asked.close()
    assert asked.exitstatus == code
    return screen(log.getvalue(), columns)


ENGLISH, CHINESE = "[e]dit: ", "改參數："


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize(
    ("locale", "prompt", "why"),
    [
        ("C.UTF-8", ENGLISH, "? send: it brings something to others"),
        ("zh_TW.UTF-8", CHINESE, "? send: 會把東西送到外面"),
    ],
)
def test_a_question_shows_the_whole_call_and_nothing_in_it_acts(
    columns: int, locale: str, prompt: str, why: str, arguments: list[str], place: Path
) -> None:
    asked = start(arguments, *ASK, columns=columns, LC_ALL=locale)
    rows = typed(asked, (prompt, "y\r"), code=0, columns=columns)
    at = rows.index(why)
    assert rows[at + 1 : at + 3] == ["    to = Ann", "    text ="]
    bars = [row for row in rows[at + 3 :] if row.startswith("    │ ")]
    assert bars[:2] == ["    │ Good morning [bold]Ann[/bold]", "    │     to = Eve"]
    whole = " ".join(bar.removeprefix("    │ ").strip() for bar in bars)
    assert whole.split() == TEXT.replace("\x1b", r"\u001b").replace("\u2066", r"\u2066").split()
    assert rows[at + 3 + len(bars)].endswith("y")
    assert "It was sent." in rows
    assert sum("sent" in row and "c1" in row for row in rows) >= 1
    assert not any("paused" in row for row in rows)
    assert sent(place) == ["Ann: Good morning [bold]Ann[/bold]"]


@pytest.mark.parametrize("locale", ["C.UTF-8", "zh_TW.UTF-8"])
def test_a_wrong_word_is_asked_about_again_and_arguments_are_changed(
    locale: str, arguments: list[str], place: Path
) -> None:
    chinese = locale.startswith("zh")
    prompt, args = (CHINESE, "全部參數（JSON）：") if chinese else (ENGLISH, "as JSON: ")
    asked = start(arguments, *ASK, LC_ALL=locale)
    rows = typed(
        asked,
        *((prompt, "maybe\r"), (prompt, "e\r"), (args, "\r"), (prompt, "改\r"), (args, "{x\r")),
        *((args, "[]\r"), (args, '{"to": "Bob", "text": "hi"}\r')),
        code=0,
    )
    assert ("請輸入 y、n 或 e。" if chinese else "Type y, n or e.") in rows
    no_object = "這不是 JSON 物件" if chinese else "That is no JSON object such as {"
    assert sum(row.startswith(no_object) for row in rows) == 2
    assert sent(place) == ["Bob: hi"]


@pytest.mark.parametrize("word", ["n", "", "不"])
def test_a_no_is_a_no(word: str, arguments: list[str], place: Path) -> None:
    (place / "refused").touch()
    rows = typed(start(arguments, *ASK), (ENGLISH, f"{word}\r"), code=1)
    assert rows[-1] == ""
    assert any("Not sent." in row for row in rows)
    assert sent(place) == []


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_a_question_that_is_left_is_asked_by_resume(
    key: str, arguments: list[str], place: Path
) -> None:
    rows = typed(start(arguments, *ASK), (ENGLISH, key), code=1)
    text = "\n".join(rows)
    [run_id] = re.findall(r"`agentic resume (\w+)` goes on with it", text)
    assert "`agentic approvals list` says for what" in text
    assert sent(place) == []
    (place / "after").touch()
    again = typed(start(arguments, "resume", run_id), (ENGLISH, key), code=1)
    assert f"`agentic resume {run_id}` goes on with it" in "\n".join(again)
    rows = typed(start(arguments, "resume"), (ENGLISH, "y\r"), code=0)
    assert "? send: it brings something to others" in rows
    assert "It was sent." in rows
    assert len(sent(place)) == 1


def test_what_was_typed_before_a_question_is_no_answer_to_it(
    arguments: list[str], place: Path, shelf: Path, tmp_path: Path
) -> None:
    said, heard = (repr(str(tmp_path / pipe)) for pipe in ("said", "heard"))
    early = f"open({said}, 'w').close()\nopen({heard}).close()\n"
    (shelf / "sending.py").write_text(early + SENDING)
    asked = start(arguments, *ASK)
    (tmp_path / "said").read_bytes()  # it has started, and has asked nothing yet
    asked.send("y\r")
    asked.expect_exact("y")
    (tmp_path / "heard").write_bytes(b"")
    rows = typed(asked, (ENGLISH, "\x04"), code=1)
    assert any("goes on with it" in row for row in rows)
    assert sent(place) == []


def test_a_talk_is_begun_with_the_run_that_was_left(arguments: list[str], place: Path) -> None:
    typed(start(arguments, *ASK), (ENGLISH, "\x04"), code=1)
    (place / "after").touch()
    talk = start(arguments, "--continue", "--no-memory", columns=40)
    rows = typed(talk, (ENGLISH.strip(), "y\r"), ("❯", "\x04"), code=0, columns=40)
    assert "It was sent." in rows
    assert len(sent(place)) == 1
    none = start(arguments, "--continue", "--no-memory")
    assert any("No run is waiting" in row for row in typed(none, code=2))


def test_a_run_that_is_interrupted_says_how_to_go_on(
    arguments: list[str], tmp_path: Path, place: Path
) -> None:
    args = ("ask", "wait", "--agent", "waiting", "--no-memory")
    asked = start(arguments, *args, columns=40)
    assert (tmp_path / "said").read_text() == "waiting"
    log = StringIO()
    asked.logfile_read = log
    asked.sendintr()
    asked.expect(pexpect.EOF)
    asked.close()
    assert asked.exitstatus == 130
    text = " ".join(" ".join(screen(log.getvalue(), 40)).split())
    assert re.search(r"interrupted `agentic resume \w+` goes on with it", text)


def test_reasons_are_said_in_the_users_language(monkeypatch: pytest.MonkeyPatch) -> None:
    from agentic.console.reasons import reason
    from agentic.nodes.call import MIXED
    from agentic.safety.permissions import Permissions

    monkeypatch.setenv("LC_ALL", "zh_TW.UTF-8")
    settings.cache_clear()
    whys = [MIXED, "send was cut off; it may or may not have been done", "it is made elsewhere"]
    for effects, foreign in ((["sends"], False), (["executes"], False), (None, True)):
        whys.append(Permissions().ruling(_tool(effects, foreign), {}, Path.cwd()).why)
    whys.append(Permissions(ask=("do",)).ruling(_tool([], False), {}, Path.cwd()).why)
    for why in whys:
        assert re.search(r"[\u4e00-\u9fff]", reason(why)), why
    assert reason("another\x1b[31m reason") == "another reason"


def _tool(effects: Any, foreign: bool) -> Tool:
    from dataclasses import replace

    from agentic import tool

    @tool(name="do", effects=effects)
    def do() -> str:
        """Do it."""
        return ""

    return replace(do, foreign=foreign)
