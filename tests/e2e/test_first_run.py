"""The first thing that a newcomer does: `make run`, whose task must be done."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentic.settings import child_environment, settings

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.weights


def test_the_task_of_make_run_is_done(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(settings().home / "models")
    [task] = re.findall(r"^TASK \?= (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = [sys.executable, "-m", "agentic", "ask", task, "--json", "--workspace", str(ROOT)]
    env = child_environment(AGENTIC_HOME=str(tmp_path))
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    out = json.loads(ran.stdout)
    assert out["status"] == "done"
    assert [call["name"] for call in out["calls"] if call["ok"]][-1] == "remember"
