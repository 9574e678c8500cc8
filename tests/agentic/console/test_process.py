"""The program as users start it: streams, signals, locales, what it imports."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ASK = ("ask", "Add 2 and 3", "--agent", "scripted", "--no-memory")


def test_a_locale_without_the_characters_never_breaks_it(agentic: Run) -> None:
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    task = "加 2 和 3".encode()
    args = ("ask", "-", "--agent", "scripted", "--no-memory", "-v", "--json")
    done = agentic(*args, input=task, **locale)
    assert done.returncode == 0
    assert json.loads(done.stdout)["task"] == "加 2 和 3"
    assert done.stdout.isascii()
    assert done.stderr.isascii()
    assert b"+ c1 add" in done.stderr


def test_a_closed_pipe_ends_it_quietly(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*arguments, *ASK], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 128 + signal.SIGPIPE
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_a_trace_nobody_reads_does_not_cost_the_answer(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*arguments, *ASK], stdout=subprocess.PIPE, stderr=writer, check=False)
    os.close(writer)
    assert (done.returncode, done.stdout.decode()) == (0, "是 5 ✓\n")


def test_being_ended_from_outside_unwinds(arguments: list[str], tmp_path: Path) -> None:
    args = ["ask", "wait", "--agent", "waiting", "--no-memory"]
    running = subprocess.Popen(
        [*arguments, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert (tmp_path / "said").read_text() == "waiting"
    running.terminate()
    out, err = running.communicate(timeout=120)
    assert (running.returncode, out) == (128 + signal.SIGTERM, "")
    assert "Traceback" not in err


def test_what_runs_nothing_imports_nothing_heavy() -> None:
    code = """
import sys
from agentic.console.cli import run
for line in "-h", "ask --help", "--version", "bogus", "ingest -h", "memory -h", "memory list -h":
    run(line.split())
print("|", *sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.rpartition("|")[2].split()}
    assert "typer" in loaded
    heavy = {"langgraph", "chromadb", "langchain_core", "numpy", "xllamacpp", "prompt_toolkit"}
    assert loaded & (heavy | {"httpx", "agents"}) == set()
