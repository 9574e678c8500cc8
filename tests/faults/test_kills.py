"""Real processes, killed at random instants; `make faults` does it ten times as often."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLS = int(os.environ.get("FAULTS_KILLS", "500"))
OUTPUTS = int(os.environ.get("FAULTS_OUTPUTS", "3000"))

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")


def told(module: str, *options: str) -> dict[str, Any]:
    """What a module of the faults tells, run as a process of its own: one that may be forked."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"{module} --seed {seed}")
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{module}", *options, "--seed", str(seed)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(found)
    return found


def test_no_effect_is_lost_or_happens_twice_whenever_the_process_is_killed() -> None:
    tally = told("killing", "--kills", str(KILLS))
    assert tally["kills"] >= KILLS
    assert set(tally["lost"].values()) == {0}
    assert set(tally["duplicated"].values()) == {0}
    assert (tally["broken"], tally["unfinished"]) == (0, 0)
    # calls in doubt do come up, and are asked about: without that the rest would prove nothing
    assert tally["shown"] > 0
    assert tally["refused"] > 0, "two processes never met at one run"


def test_runs_end_in_a_status_whatever_the_model_says() -> None:
    ends = told("fuzzing", "--outputs", str(OUTPUTS))
    assert ends["outputs"] >= OUTPUTS
    assert ends["uncaught"] == []
