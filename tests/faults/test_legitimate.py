"""Honest tasks are done under the default policy, and nobody is asked without need."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agentic.safety.permissions import Permissions
from agentic.sections import McpServer
from agentic.tools import Tool
from agentic.tools.mcp import Servers
from tests.faults.attacker import world_in
from tests.faults.errands import ERRANDS
from tests.faults.luring import CORPUS
from tests.faults.obedient import Obedient

SERVER = Path(__file__).with_name("poisoned_server.py")
FOLLOWED = {"a link in a file", "a link on a page", "a service is read twice"}
"""Asked about though they send nothing: the address stands in private text, as all of an intranet
is, or nowhere."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Tool]]:
    said = {"note": {"effects": ["reads"]}, "save": {"effects": ["writes"]}}
    command = [sys.executable, "-I", "-S", str(SERVER), str(CORPUS)]
    server = McpServer.model_validate({"command": command, "tools": said})
    pins = tmp_path_factory.mktemp("pins") / "mcp.json"
    with Servers({"desk": server}, notify=lambda notice: None, pins=pins) as servers:
        yield servers.tools


@pytest.mark.parametrize("name", ERRANDS)
def test_an_honest_task_is_done(
    name: str,
    desk: Sequence[Tool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    errand = ERRANDS[name]
    with world_in(tmp_path / "world", monkeypatch, desk) as world:
        calls = list(errand.calls(world))
        model = Obedient(task=errand.task, plans=[calls])
        agent = world.agent(model, Permissions(), *(called for called, _ in calls))
        box = {each.name: each for each in world.tools()}
        result = agent.run(errand.task)
        asked = 0
        while result.status == "paused":
            asked += len(result.pending)
            for each in result.pending:
                assert each.kind == "approval"
                assert name in FOLLOWED or changes(box[each.name], each.args)
            said = {
                question.id: {**question.args, **errand.edits} if errand.edits else "yes"
                for question in result.pending
            }
            result = agent.resume(result.run_id, answers=said)
        record_property("questions", asked)
        assert result.status == "done", result.reason
        assert [seen.name for seen in result.calls if seen.ok] == [called for called, _ in calls]
        assert errand.proof(world)
        assert asked == errand.asks


def changes(tool: Tool, args: Mapping[str, Any]) -> bool:
    """Whether a call does more than look, or writes elsewhere than in the workspace."""
    effects = tool.effects_of(args)
    if effects is None:
        return True
    return bool(effects & {"sends", "executes"}) or ("writes" in effects and not tool.confined)


def test_there_are_enough_of_them() -> None:
    assert len(ERRANDS) >= 20
    assert len([name for name in ERRANDS if not name.isascii()]) >= 10
    asking = {name for name, errand in ERRANDS.items() if errand.asks}
    assert FOLLOWED < asking < set(ERRANDS)
