"""The battery of sandboxes: each case on each sandbox that this machine has, seen from outside."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agentic.safety.sandboxes import MOST_OUTPUT, Choice, Kind, Outcome, Sandbox, monty
from tests.faults.sandbox_cases import CASES, LEGITIMATE, Case

if sys.platform != "linux":
    pytest.skip("evidence is taken from /proc", allow_module_level=True)

from agentic.safety.sandboxes import cpython
from tests.faults.sandbox_world import World, world_of

SECONDS = 0.7
MEMORY = 64 * 2**20
ROOM = 900
"""MB that a run limited to 64 may hold at most: addresses meant for libraries can be used up."""
LACKING: set[Kind] = {"raised", "unsupported", "syntax", "memory", "time", "output"}
"""How an interpreter fails that can't do what is asked."""
COMES_TO_AN_END = {
    ("monty", "a pattern that never ends"),  # its patterns take linear time
    ("monty", "an endless repr"),  # it shows a value without asking it
}
BACKENDS: list[Choice] = ["monty", "sandlock", "bubblewrap"]


def _missing(choice: Choice) -> str:
    return monty.missing() if choice == "monty" else cpython.missing(choice)


@pytest.fixture(scope="module", params=BACKENDS)
def choice(request: pytest.FixtureRequest) -> Choice:
    wanted: Choice = request.param
    if reason := _missing(wanted):
        pytest.skip(reason)
    return wanted


@pytest.fixture(scope="module")
def sandbox(choice: Choice) -> Sandbox:
    return monty.MontySandbox() if choice == "monty" else cpython.cpython(choice)


@pytest.fixture
def world(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    with world_of(tmp_path_factory.mktemp("w"), monkeypatch) as made:
        yield made


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_blocked(case: Case, choice: Choice, sandbox: Sandbox, world: World) -> None:
    outcome = sandbox.run(world.filled(case.code), SECONDS, MEMORY)
    assert world.got_out(outcome) == []
    _check_shape(outcome)
    if case.kinds and (choice, case.name) not in COMES_TO_AN_END:
        assert outcome.failure is not None, outcome
        assert outcome.failure.kind in case.kinds | (LACKING if choice == "monty" else set())
    if case.group == "holding":
        assert outcome.failure is not None, outcome
        assert max(map(int, outcome.printed.split()), default=0) < ROOM


def _check_shape(outcome: Outcome) -> None:
    """Whatever came out is text, no more than may come out, and can be written down."""
    failure = outcome.failure
    told = [outcome.value, outcome.name, outcome.printed, failure.message if failure else ""]
    for text in told:
        assert text is None or isinstance(text, str)
        assert len((text or "").encode()) <= 4 * MOST_OUTPUT
        assert len(text or "") <= MOST_OUTPUT


class _NoWall:
    """Runs code as anybody could: to see that the battery would notice."""

    def run(self, code: str, seconds: float, memory: int) -> Outcome:
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, close_fds=False, capture_output=True, cwd=folder)
        return Outcome(printed=done.stdout.decode(errors="replace"))


def _shows(case: Case) -> bool:
    """Whether a machine without a wall lets this one through."""
    if not case.harmless or ("raw system call" in case.name and platform.machine() != "x86_64"):
        return False
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    guarded = os.getuid() != 0 and scope.exists() and scope.read_text().strip() != "0"
    return not (guarded and "of the parent" in case.name)


@pytest.mark.parametrize("case", [*filter(_shows, CASES)], ids=lambda case: case.name)
def test_the_evidence_is_there_without_a_wall(case: Case, world: World) -> None:
    assert world.got_out(_NoWall().run(world.filled(case.code), SECONDS, MEMORY)) != []


@pytest.mark.parametrize("name", LEGITIMATE)
def test_what_is_honest_works(name: str, choice: Choice, sandbox: Sandbox) -> None:
    if choice == "monty":
        pytest.skip("it only computes")
    if name.startswith(("numpy", "pandas")) and find_spec(name.split("'")[0]) is None:
        pytest.skip("it is not installed")
    code, value = LEGITIMATE[name]
    outcome = sandbox.run(code, 20.0, 512 * 2**20)
    assert (outcome.value, outcome.failure) == (value, None)
