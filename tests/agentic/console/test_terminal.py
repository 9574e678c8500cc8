"""The program on a real pseudo-terminal."""

import os
from pathlib import Path

import pexpect


def start(arguments: list[str], *args: str, columns: int = 80, **environment: str) -> pexpect.spawn:
    whole = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"} | environment
    command, *rest = arguments
    return pexpect.spawn(
        command, [*rest, *args], env=whole, encoding="utf-8", timeout=120, dimensions=(30, columns)
    )


def test_a_talk(arguments: list[str], home: Path, tmp_path: Path) -> None:
    talk = start(arguments, "--agent", "waiting", "--no-memory", columns=40, LANG="zh_TW.UTF-8")
    talk.expect("輸入任務")
    talk.expect("❯")
    talk.send("等一下\r")
    assert (tmp_path / "said").read_text() == "waiting"
    talk.send("/new\r")  # typed ahead: not seen before its turn
    (tmp_path / "heard").write_text("now")
    talk.expect("Heard")
    assert "/new" not in talk.before
    talk.expect("The next task")
    talk.expect("❯")
    talk.send("再等\r")
    assert (tmp_path / "said").read_text() == "waiting"
    talk.sendintr()
    talk.expect("interrupted")
    talk.expect("❯")
    talk.send("\x04")
    talk.expect(pexpect.EOF)
    talk.close()
    assert talk.exitstatus == 0
    assert "等一下" in (home / "history").read_text()


def test_ask_leaves_the_terminal_as_it_was(arguments: list[str], tmp_path: Path) -> None:
    asked = start(arguments, "ask", "wait", "--agent", "waiting", "--no-memory")
    asked.expect("\x1b\\[\\?25l")
    assert (tmp_path / "said").read_text() == "waiting"
    asked.expect("wait\\(said")
    asked.sendintr()
    asked.expect("\x1b\\[\\?25h")
    asked.expect("interrupted")
    asked.expect(pexpect.EOF)
    asked.close()
    assert asked.exitstatus == 130
