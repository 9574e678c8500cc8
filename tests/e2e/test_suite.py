"""The whole product on the embedded model: `agentic ask --json`, a process for each task."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentic.settings import child_environment, settings
from memory import Memory
from tests.e2e.tasks import TASKS, Outcome, Task

PASS_MARK = 15
"""Of 18 tasks. Decoding is greedy and each task runs once: nothing is retried to get here."""
CACHED_SHARE = 0.85
"""Least share of prompt tokens from the cache over the tasks of two and more steps."""

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Outcome, bool]]:
    """What came of every task, in one memory, and whether its check holds."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "home").mkdir()
    for shared in ("models", "prompts"):  # the memory is the suite's own, the weights are not
        (settings().home / shared).mkdir(exist_ok=True)
        (folder / "home" / shared).symlink_to(settings().home / shared)
    return {task.id: _outcome(task, folder) for task in TASKS}


def _outcome(task: Task, folder: Path) -> tuple[Outcome, bool]:
    home, workspace = folder / "home", folder / "workspaces" / task.id
    for name, text in task.files.items():
        path = workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    workspace.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "agentic", "ask", task.text, "--json", "--max-seconds", "240"]
    command += ["--workspace", str(workspace)]
    env = child_environment(AGENTIC_HOME=str(home))
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert ran.returncode in (0, 1), ran.stderr
    out: Outcome = json.loads(ran.stdout)
    with Memory(home / "memory") as memory:
        out["facts"] = [record.text for record in memory.list(kinds=["fact"])]
    return out, task.check(out)


def test_enough_tasks_are_right(outcomes: dict[str, tuple[Outcome, bool]]) -> None:
    failed = [f"{name}: {out['answer']!r}" for name, (out, right) in outcomes.items() if not right]
    print(f"\n{len(TASKS) - len(failed)} of {len(TASKS)} right; wrong: {failed}")

    assert len(TASKS) - len(failed) >= PASS_MARK, failed


def test_every_finished_step_names_its_evidence(outcomes: dict[str, tuple[Outcome, bool]]) -> None:
    for out, _ in outcomes.values():
        proofs = {call["id"] for call in out["calls"] if call["ok"]}
        assert all(s["evidence"] in proofs for s in out["steps"] if s["status"] == "done")


@pytest.mark.parametrize("name", ["sum", "feet"])
def test_a_calculation_is_done_with_evidence(
    name: str, outcomes: dict[str, tuple[Outcome, bool]]
) -> None:
    out, right = outcomes[name]

    assert right, out["answer"]
    assert out["status"] == "done"
    assert {step["tool"] for step in out["steps"] if step["evidence"]} == {"calculator"}


def test_a_poem_takes_no_tool(outcomes: dict[str, tuple[Outcome, bool]]) -> None:
    out, _ = outcomes["haiku"]

    assert (out["status"], out["calls"]) == ("done", [])
    assert out["usage"]["model_calls"] <= 2


def test_what_one_process_remembers_another_knows(
    outcomes: dict[str, tuple[Outcome, bool]],
) -> None:
    assert outcomes["colour"][1], outcomes["colour"][0]["answer"]
    assert outcomes["水果"][1], outcomes["水果"][0]["answer"]


def test_prompts_come_from_the_cache(outcomes: dict[str, tuple[Outcome, bool]]) -> None:
    several = [outcomes[task.id][0]["usage"] for task in TASKS if task.steps >= 2]
    share = sum(u["cached_tokens"] for u in several) / sum(u["prompt_tokens"] for u in several)
    print(f"\n{share:.1%} of the prompt tokens of {len(several)} tasks were cached")

    assert share >= CACHED_SHARE
