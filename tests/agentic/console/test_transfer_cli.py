"""A memory written as lines, and read from them."""

import io
import json
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentic.console.cli import run
from memory import Memory

Captured = pytest.CaptureFixture[str]
Run = Callable[..., subprocess.CompletedProcess[bytes]]
TEXTS = {"The harbour city is Bergen.", "海港城市是高雄。", "a \x9b31m sign \U0001f6a2"}


@pytest.fixture
def memory(home: Path) -> Iterator[Memory]:
    """The default memory, with a few facts in it."""
    with Memory(home / "memory") as memory:
        for text in TEXTS:
            memory.add(text)
        yield memory


def texts(path: Path) -> set[str]:
    with Memory(path) as memory:
        return {record.text for record in memory.list()}


def test_through_a_pipe_into_another_memory(
    memory: Memory, arguments: list[str], tmp_path: Path
) -> None:
    program = shlex.join(arguments)
    other = shlex.quote(str(tmp_path / "other"))
    line = f"{program} memory export | {program} memory import - --mine --memory {other} --json"
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, env=os.environ | locale, timeout=120, check=True
    )
    told = json.loads(done.stdout)
    assert told == {"stored": 3, "known": 0, "pending": 0, "errors": {}}
    assert texts(tmp_path / "other") == TEXTS
    with Memory(tmp_path / "other") as there:
        assert set(there.list()) == set(memory.list())


def test_the_memory_of_others_is_marked_as_theirs_and_no_secret_goes_out(
    memory: Memory, tmp_path: Path
) -> None:
    key = "ghp_" + "a1B2" * 9
    memory.add(f"The key of the shop is {key}.", kind="fact")
    file, other = tmp_path / "out.jsonl", str(tmp_path / "other")
    assert run(["memory", "export", str(file)]) == 0
    assert key not in file.read_text("utf-8")
    assert run(["memory", "import", str(file), "--memory", other]) == 0
    with Memory(other) as there:
        kept = list(there.list())
    assert {record.metadata["untrusted"] for record in kept} == {True}
    assert "The key of the shop is [secret: GitHub token]." in {record.text for record in kept}


def test_through_a_file(memory: Memory, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "匯出.jsonl"
    assert run(["memory", "export", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"lines": 4, "file": str(file)}
    assert [json.loads(line) for line in file.read_text().splitlines()[1:]]
    assert list(tmp_path.glob(".*")) == []
    assert run(["memory", "import", str(file), "--memory", str(tmp_path / "other")]) == 0
    assert run(["memory", "import", str(file), "--memory", str(tmp_path / "other")]) == 0
    assert capsys.readouterr().out == "stored  3\nknown   0\nstored  0\nknown   3\n"
    assert texts(tmp_path / "other") == TEXTS


def test_a_reader_that_leaves_early_ends_it_quietly(memory: Memory, arguments: list[str]) -> None:
    memory.load(json.dumps({"text": f"Line {n}. " + "x" * 900}) for n in range(500))
    memory.close()
    line = f"({shlex.join(arguments)} memory export; echo $? >&2) | head -n 1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=120, check=True)
    assert json.loads(done.stdout)["format"]
    assert done.stderr.decode() == f"{128 + signal.SIGPIPE}\n"


def test_lines_that_cannot_be_read_are_named_and_the_others_are_in(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "lines"
    file.write_bytes(
        b'\xef\xbb\xbf{"text": "One."}\nnonsense\n\n{"text": "caf\xe9"}\n[]\n{"text": " "}\n'
        + '{"text": "二。"}'.encode()
    )
    assert run(["memory", "import", str(file), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["stored"], set(told["errors"])) == (2, {"2", "4", "5", "6"})
    assert texts(home / "memory") == {"One.", "二。"}
    assert run(["memory", "import", str(file)]) == 1
    assert "failed  line 2: no line of an exported memory" in capsys.readouterr().out


def test_lines_from_stdin(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    lines = io.TextIOWrapper(io.BytesIO('{"text": "三。"}\n'.encode()), encoding="ascii")
    monkeypatch.setattr("sys.stdin", lines)
    assert run(["memory", "import", "-", "--no-vectors", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stored"] == 1
    assert texts(home / "memory") == {"三。"}


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["import", "nowhere.jsonl"], 2, "Can't read nowhere.jsonl: No such file"),
        (["import", "."], 2, "Can't read .: Is a directory"),
        (["import"], 2, "Missing argument 'FILE'"),
        (["export", "nowhere/x.jsonl"], 1, "Can't write nowhere/x.jsonl: No such file"),
    ],
)
def test_files_that_are_not_there(
    args: list[str],
    code: int,
    said: str,
    memory: Memory,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["memory", *args]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_file_is_whole_or_as_it_was(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("before")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "ledger.sqlite3").write_bytes(b"no database" * 1000)
    args = ["memory", "export", str(tmp_path / "kept"), "--memory", str(tmp_path / "damaged")]
    assert run(args) == 1
    assert (tmp_path / "kept").read_text() == "before"
    assert list(tmp_path.glob(".kept*")) == []
