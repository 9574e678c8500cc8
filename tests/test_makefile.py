"""`make run` hands over what was typed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from agentic.settings import child_environment

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def make(tmp_path: Path, *args: str, **environment: str) -> list[str]:
    """What `make run` gives to a program that stands in for `agentic`."""
    program = tmp_path / "bin" / "agentic"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    program.chmod(0o700)
    (tmp_path / ".ready").touch()
    ran = subprocess.run(
        ["make", "--no-print-directory", f"VENV={tmp_path}", "run", *args],
        cwd=ROOT,
        env=child_environment(MAKEFLAGS="", MODEL="", AGENT="", **environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.splitlines()


@pytest.mark.parametrize(
    "task",
    ["What is $500 + $20?", "-5 plus 3", '$(shell false) `x` "y" #z', "巴黎鐵塔's 高"],
)
def test_a_task_goes_through_as_it_was_typed(tmp_path: Path, task: str) -> None:
    assert make(tmp_path, f"TASK={task}", "MODEL=local")[-2:] == ["--", task]


def test_the_environment_serves_too(tmp_path: Path) -> None:
    given = make(tmp_path, "MODEL=local:0.5b", "AGENT=assistant", TASK="Add $1 and $2")
    assert given == [
        *("ask", "--agent", "assistant", "--model", "local:0.5b", "--", "Add $1 and $2")
    ]
