"""Documents taken in from the command line."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from agentic.console.cli import run
from memory import Memory

Captured = pytest.CaptureFixture[str]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of mixed files, in which we stand."""
    folder = tmp_path / "docs"
    (folder / "子夾").mkdir(parents=True)
    (folder / "guide.md").write_text("# Guide\n\nA night costs 180 kroner.\n")
    (folder / "子夾" / "港口.md").write_text("# 港口\n\n停泊一晚一百八十克朗。\n")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder of many small files, which are embedded in several batches."""
    folder = tmp_path / "library"
    folder.mkdir()
    for number in range(120):
        (folder / f"{number}.txt").write_text(f"Berth {number} is free on weekdays and on Sundays.")
    return folder


def ingested(capsys: Captured, *args: str, code: int = 0) -> Any:
    assert run(["ingest", *args, "--json"]) == code
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return json.loads(printed)


def test_what_became_of_each_file_is_told(docs: Path, capsys: Captured) -> None:
    assert run(["ingest", "docs"]) == 1
    printed, told = capsys.readouterr()
    files, passages, failed, *_ = printed.splitlines()
    assert files == "3 files: 2 added, 1 failed"
    assert passages == "2 passages added, 0 removed"
    assert failed.startswith("✗ docs/broken.pdf is damaged")
    assert told.splitlines()[:3] == ["files: 1 of 3", "files: 2 of 3", "files: 3 of 3"]
    assert "vectors: 2 of 2" in told


def test_the_same_for_programs(docs: Path, capsys: Captured) -> None:
    row = ingested(capsys, "docs", code=1)
    assert (row["added"], row["failed"], row["pending"]) == (2, 1, 0)
    assert row["passages"] == {"added": 2, "removed": 0}
    outcomes = {Path(file["path"]).name: file["outcome"] for file in row["files"]}
    assert outcomes == {"guide.md": "added", "港口.md": "added", "broken.pdf": "failed"}
    [reason] = [file["reason"] for file in row["files"] if file["reason"] is not None]
    assert "broken.pdf" in reason


def test_only_what_changed_is_read_again(docs: Path, capsys: Captured) -> None:
    (docs / "broken.pdf").unlink()
    assert ingested(capsys, "docs")["added"] == 2
    (docs / "guide.md").write_text("# Guide\n\nA night costs 200 kroner.\n")
    (docs / "子夾" / "港口.md").unlink()
    row = ingested(capsys, "docs")
    assert (row["changed"], row["removed"]) == (1, 0)
    row = ingested(capsys, "docs", "--remove-missing")
    assert (row["unchanged"], row["removed"]) == (1, 1)
    assert run(["memory", "documents", "--json"]) == 0
    [volume] = json.loads(capsys.readouterr().out)
    assert (Path(volume["source"]).name, volume["title"]) == ("guide.md", "Guide")


def test_what_is_ingested_is_found_and_cited(docs: Path, capsys: Captured) -> None:
    assert run(["ingest", "docs", "--glob", "**/*.md"]) == 0
    assert run(["memory", "documents"]) == 0
    assert "港口 · markdown · 1 passage" in capsys.readouterr().out
    assert run(["recall", "停泊費用", "--source", "docs/子夾", "--limit", "1"]) == 0
    assert "docs/子夾/港口.md:1-3" in capsys.readouterr().out
    assert run(["memory", "forget", "--source", "docs", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["forgotten"] == 2


def test_vectors_may_follow_later(docs: Path, capsys: Captured) -> None:
    row = ingested(capsys, "docs/guide.md", "--no-vectors")
    assert row["pending"] == 1
    assert run(["ingest", "docs/guide.md"]) == 0
    assert "1 file: 1 unchanged\n" in capsys.readouterr().out
    assert run(["memory", "stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pending"] == 0


def test_passages_have_the_size_that_is_asked_for(docs: Path, capsys: Captured) -> None:
    (docs / "long.txt").write_text("這是一個關於港口的長句子。" * 60)
    few = ingested(capsys, "docs/long.txt")["passages"]["added"]
    many = ingested(capsys, "docs/long.txt", "--size", "64", "--overlap", "0")["passages"]["added"]
    assert many > 2 * few


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "Missing argument 'PATH"),
        (["docs", "--size", "64", "--overlap", "64"], "--overlap 64 must be less than --size 64"),
        (["docs", "--size", "1"], "Invalid value for '--size'"),
    ],
)
def test_wrong_usage(args: list[str], said: str, docs: Path, home: Path, capsys: Captured) -> None:
    assert run(["ingest", *args]) == 2
    assert said in capsys.readouterr().err
    assert not home.exists()


def test_a_path_that_is_not_there_is_a_failure_and_the_rest_is_done(
    docs: Path, capsys: Captured
) -> None:
    row = ingested(capsys, "docs/guide.md", "docs/沒有.md", code=1)
    assert (row["added"], row["failed"]) == (1, 1)


def test_ctrl_c_stops_it_cleanly_and_the_next_call_goes_on(
    library: Path, arguments: list[str], agentic: Run, home: Path
) -> None:
    running = subprocess.Popen(
        [*arguments, "ingest", str(library), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    while not running.stderr.readline().startswith("vectors: "):
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (130, "")
    assert "Traceback" not in err
    told = re.search(
        r"interrupted: all files are read and found by words; the next call goes on with (\d+)", err
    )
    assert told is not None
    with Memory(home / "memory") as memory:
        assert memory.stats().pending >= int(told[1]) > 0
        assert "Berth 77" in memory.search("Berth 77", limit=1)[0].record.text
    done = agentic("ingest", str(library), "--json")
    assert done.returncode == 0
    row = json.loads(done.stdout)
    assert (row["unchanged"], row["added"], row["pending"]) == (120, 0, 0)


def test_on_a_terminal_there_are_bars_with_the_time_left(
    library: Path, arguments: list[str]
) -> None:
    command, *rest = arguments
    shown = pexpect.spawn(
        command,
        [*rest, "ingest", str(library)],
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
        encoding="utf-8",
        timeout=120,
        dimensions=(30, 60),
    )
    shown.expect(r"files .*120/120")
    shown.expect(r"vectors .*/\d+.*\d:\d\d")
    shown.sendintr()
    shown.expect("stopping|interrupted")
    shown.expect("\x1b\\[\\?25h")
    shown.expect(pexpect.EOF)
    shown.close()
    assert shown.exitstatus == 130
