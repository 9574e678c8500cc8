"""A home folder of its own, ready-made agents with a script, and the program as users start it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input

import agents
from agentic.settings import settings

SCRIPTED = '''"""Does sums by a script."""

from agentic import Agent, tool
from agentic.testing import ScriptedModel, call, enough, plan


@tool(effects=[])
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


model = ScriptedModel(
    plan(("add", "2 and 3", "the sum")), call("add", a=2, b=3), enough("It is 5."), "是 5 ✓"
)
agent = Agent("scripted", tools=[add], model=model)
'''

WAITING = '''"""Calls a tool that comes back when it is told to."""

import os

from agentic import Agent, tool
from agentic.testing import ScriptedModel, call, enough, plan


@tool(effects=[])
def wait(said: str, heard: str) -> str:
    """Wait for a word."""
    with open(said, "w") as file:
        file.write("waiting")
    with open(heard) as file:
        return file.read()


begun = [plan(("wait", "wait")), call("wait", said=SAID, heard=HEARD)]
model = ScriptedModel(*begun, enough("heard"), "Heard.", *begun)
agent = Agent("waiting", tools=[wait], model=model)
'''

LAUNCHER = """
import sys
import agents
agents.__path__.append(sys.argv.pop(1))
from agentic.console.cli import main
main()
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home folder, not made yet."""
    home = tmp_path / "home"
    monkeypatch.setenv("AGENTIC_HOME", str(home))
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield home
    settings.cache_clear()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of ready-made agents that this process and those it starts find."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for pipe in ("said", "heard"):
        os.mkfifo(tmp_path / pipe)
    waiting = WAITING.replace("SAID", repr(str(tmp_path / "said")))
    (folder / "waiting.py").write_text(waiting.replace("HEARD", repr(str(tmp_path / "heard"))))
    (folder / "scripted.py").write_text(SCRIPTED)
    monkeypatch.setattr(agents, "__path__", [*agents.__path__, str(folder)])
    yield folder
    for name in ("scripted", "waiting"):
        sys.modules.pop(f"agents.{name}", None)


@pytest.fixture
def arguments(shelf: Path) -> list[str]:
    """What starts the program with the agents of the shelf."""
    return [sys.executable, "-c", LAUNCHER, str(shelf)]


@pytest.fixture
def agentic(arguments: list[str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the program as users do."""

    def start(
        *args: str, input: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*arguments, *args],
            input=input,
            capture_output=True,
            env=os.environ | environment,
            timeout=120,
            check=False,
        )

    return start


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    """The keyboard."""
    with create_pipe_input() as pipe:
        yield pipe
