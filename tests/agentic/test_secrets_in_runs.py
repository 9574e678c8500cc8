"""Secrets that a run comes across: they stay where they are, and reach neither model nor disk."""

import asyncio
from pathlib import Path

import pytest

from agentic import Agent, ToolContext, tool
from agentic.runs import Runs
from agentic.settings import settings
from agentic.state import Observation, ToolCall
from agentic.testing import ScriptedModel, call, enough, plan
from agentic.tools import BUILTIN
from agentic.tools.runner import run_call
from memory import Memory

VALUE = "Xk29" + "fLqP07wzTt81"
KEY = "ghp_" + "a1B2" * 9


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOP_TOKEN", VALUE)
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "settings.txt").write_text(f"地點 = 台北\ntoken = {VALUE}\nother = {KEY}\n", "utf-8")
    return folder


def reader(workspace: Path, memory: Memory | None, *script: str) -> tuple[Agent, ScriptedModel]:
    model = ScriptedModel(*script)
    tools = [BUILTIN["read_file"], BUILTIN["write_file"], BUILTIN["remember"]]
    return Agent("reader", tools=tools, model=model, memory=memory, workspace=workspace), model


def test_no_secret_reaches_model_events_journal_or_memory(workspace: Path, tmp_path: Path) -> None:
    with Memory(tmp_path / "memory") as memory:
        agent, model = reader(
            workspace,
            memory,
            plan(("read_file", "Read settings.txt"), ("remember", "remember where it is and how")),
            call("read_file", path="settings.txt"),
            call("remember", text=f"The shop in Taipei is reached with {VALUE} and {KEY}."),
            enough("the shop is in Taipei"),
            "The shop is in Taipei.",
        )
        result = agent.run("Read settings.txt and remember where it is and how")
    assert result.status == "done"
    assert "台北" in result.calls[0].result
    assert "[secret: SHOP_TOKEN]" in result.calls[0].result
    told = "\n".join(model.asked)
    assert VALUE not in told.replace(f"with {VALUE} and {KEY}", "")  # what it said itself
    kept = [*(tmp_path / "memory").rglob("*"), *_files(result.run_id)]
    holding = [
        place.name
        for place in kept
        if place.is_file() and {VALUE, KEY} & set(_found(place.read_bytes()))
    ]
    # what the model itself says next is decided from the state, and so that has it
    assert {name.partition("-")[0] for name in holding} <= {"checkpoints.sqlite"}


def _files(run_id: str) -> list[Path]:
    return list(Runs(settings().home / "runs").files(run_id).rglob("*"))


def _found(data: bytes) -> list[str]:
    return [each for each in (VALUE, KEY) if each.encode() in data]


def test_a_mark_is_not_written_in_the_place_of_a_secret(workspace: Path) -> None:
    agent, _ = reader(
        workspace,
        None,
        plan(("write_file", "Write settings.txt")),
        call("write_file", path="settings.txt", text="token = [secret: SHOP_TOKEN]\n"),
        *[call("write_file", path="settings.txt", text=f"t{n} = [secret: A]") for n in range(2)],
        plan(),
        "I could not.",
    )
    result = agent.run("Write settings.txt")
    assert result.status == "incomplete"
    assert "only stands for a secret" in result.calls[0].result
    assert VALUE in (workspace / "settings.txt").read_text("utf-8")


async def _seen(raises: bool, tmp_path: Path) -> Observation:
    @tool(effects=["reads"])
    def leak() -> str:
        """Leak."""
        if raises:
            raise ValueError(f"denied for {KEY}")
        return f"{'x' * 9_000}{KEY}{'y' * 9_000}"

    call = ToolCall(id="c1", name="leak")
    return await run_call(leak, call, ToolContext(tmp_path, files=tmp_path / "run"))


def test_errors_and_long_results_are_redacted_before_they_are_cut(tmp_path: Path) -> None:
    failed = asyncio.run(_seen(True, tmp_path))
    assert failed.result == "ValueError: denied for [secret: GitHub token]"
    seen = asyncio.run(_seen(False, tmp_path))
    assert seen.kept
    whole = (tmp_path / "run" / "results" / "c1.txt").read_text("utf-8")
    assert "[secret: GitHub token]" in whole
    assert KEY not in whole + seen.result
