"""Agents inside tools of agents: how deep, on whatever thread."""

import asyncio
import threading
from typing import Any

import pytest

from agentic import Agent, Limits, UsageError, tool
from agentic.portal import drained
from agentic.safety.depth import admitted, deeper
from agentic.testing import ScriptedModel, call, enough, plan
from agentic.tools.threads import in_thread


def allowed() -> bool:
    try:
        admitted("inner")
    except UsageError:
        return False
    return True


def test_as_many_agents_run_inside_one_another_as_the_tightest_limit_allows() -> None:
    assert allowed()
    with deeper(Limits(depth=2)):
        assert allowed()
        with deeper(Limits(depth=9)):
            assert allowed()
            with deeper(Limits(depth=None)):
                assert not allowed()
        assert allowed()
    with deeper(Limits(depth=0)), pytest.raises(UsageError, match="'inner' would run deeper"):
        admitted("inner")
    with deeper(Limits(depth=None)):
        assert allowed()
    assert allowed()


def test_depth_is_known_on_the_threads_of_tools_and_behind_the_portal() -> None:
    async def events() -> Any:
        yield threading.current_thread(), allowed()
        yield await in_thread(lambda: (threading.current_thread(), allowed()))

    for limits, expected in ((Limits(depth=0), False), (Limits(depth=1), True)):
        with deeper(limits):
            seen = list(drained(events))
        threads = {thread for thread, _ in seen} | {threading.current_thread()}
        assert len(threads) == 3
        assert [fits for _, fits in seen] == [expected, expected]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_tool_knows_that_it_runs_inside_an_agent(depth: int) -> None:
    fits: list[bool] = []

    @tool(effects=["reads"])
    def outer() -> str:
        """Ask another agent."""
        fits.append(allowed())
        return agent(inner).run("Ask").answer

    @tool(effects=["reads"])
    async def inner() -> str:
        """Ask nobody."""
        fits.append(await asyncio.to_thread(allowed))
        return "asked"

    def agent(used: Any) -> Agent:
        script = (plan((used.name, "Ask")), call(used.name), enough("asked"), "Asked.")
        return Agent("a", tools=[used], model=ScriptedModel(*script), limits=Limits(depth=depth))

    assert agent(outer).run("Ask").status == "done"
    assert fits == [True, depth > 1]
