"""Every Python snippet in the documents runs, and the commands they name exist."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentic.settings import child_environment

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "AGENTS.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def snippets(language: str) -> list[tuple[str, str]]:
    """The fenced blocks of a language, with the document each stands in."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.DOTALL | re.MULTILINE)
    return [
        (path.name, block)
        for path in DOCUMENTS
        for block in fence.findall(path.read_text(encoding="utf-8"))
    ]


def test_there_are_snippets() -> None:
    assert len(snippets("python")) >= 3


@pytest.mark.parametrize(("document", "code"), snippets("python"))
def test_python_snippets_run(document: str, code: str, tmp_path: Path) -> None:
    opening = (
        "from agentic.testing import ScriptedModel, call, enough, plan\n"
        "import agentic.models.catalog as catalog\n"
        "catalog.resolve = lambda name, **_: ScriptedModel(\n"
        "    plan(('population', 'France and Spain')), call('population', country='France'),\n"
        "    enough('68 million'), '68 million.')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", opening + code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=child_environment(AGENTIC_HOME=str(tmp_path / "home")),
        check=False,
    )
    assert ran.returncode == 0, f"{document}: {ran.stderr}"


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.stem)
def test_examples_at_least_compile(example: Path) -> None:
    compile(example.read_text(encoding="utf-8"), str(example), "exec")


def commands() -> set[tuple[str, ...]]:
    """What can follow `agentic` on the command line: a command, or a group and its command."""
    from agentic.console.app import app

    found = {(_named(command),) for command in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        inner = {_named(command) for command in group.typer_instance.registered_commands}
        found |= {(str(group.name), name) for name in inner}
    return found


def _named(command: Any) -> str:
    return str(command.name or command.callback.__name__)


def shown(text: str) -> set[tuple[str, ...]]:
    """The commands in a document's console blocks and back-ticks, with the word after each."""
    typed = re.compile(r"(?:^(?:\$ )?[\w./]*|`)agentic ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)
    return set(typed.findall(text))


def test_commands_are_found_wherever_they_stand() -> None:
    text = '$ .venv/bin/agentic ask "x"\nagentic pull\n| `agentic memory stats`, `agentic` | x |'
    assert shown(text) == {("ask", ""), ("pull", ""), ("memory", "stats")}


def test_commands_in_the_readme_exist() -> None:
    named = shown((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {("ask", ""), ("memory", "stats"), ("doctor", "")} <= named
    known = commands()
    unknown = {words for words in named if words not in known and words[:1] not in known}
    assert not unknown


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in DOCUMENTS:
        assert set(re.findall(r"`?make ([\w-]+)", path.read_text(encoding="utf-8"))) <= targets
