"""A memory in a folder of its own, and processes that use it too."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from memory import Memory
from memory.embedding import LexicalHash

__all__ = ["Start", "memory", "path", "start"]

ROOT = Path(__file__).parents[2]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    with Memory(path, embedder=LexicalHash()) as memory:
        yield memory


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a process that does what `child.py` says; it is killed when the test ends."""
    children: list[subprocess.Popen[str]] = []

    def start(action: str, *args: object) -> "subprocess.Popen[str]":
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.memory.child", action, *map(str, args)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()
