"""Agent: the doors to a run, and what bad input gets."""

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agentic import Agent, Limits, ModelError, UsageError, tool
from agentic.events import Answered, RunEnded, RunStarted, ToolEnded, ToolStarted, parse_event
from agentic.result import Result
from agentic.testing import ScriptedModel, call, enough, plan


@tool(effects=[])
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


SCRIPT = (plan(("add", "2 and 3")), call("add", a=2, b=3), enough("5"), "It is 5.")


def adder(*script: str | Exception) -> Agent:
    return Agent("adder", tools=[add], model=ScriptedModel(*script))


def test_events_tell_the_run_in_order() -> None:
    events = list(adder(*SCRIPT).stream("Add 2 and 3"))

    kinds = [event.type for event in events if event.type != "model_called"]
    assert kinds == [
        "run_started",
        "recalled",
        "planned",
        "tool_started",
        "tool_ended",
        "reflected",
        "answered",
        "learned",
        "run_ended",
    ]
    assert sum(event.type == "model_called" for event in events) == 4


def test_events_survive_json_unchanged() -> None:
    events = list(adder(*SCRIPT).stream("Add 2 and 3"))

    assert [parse_event(event.model_dump_json()) for event in events] == events


def test_a_result_is_made_of_events_and_is_one_json_object() -> None:
    events = list(adder(*SCRIPT).stream("Add 2 and 3"))
    result = Result.of(events)

    told = json.loads(result.model_dump_json())
    assert {"run_id", "status", "answer", "steps", "calls", "sources", "usage"} <= set(told)
    assert told["calls"][0]["args"] == {"a": 2, "b": 3}
    assert told["steps"][0]["evidence"] == told["calls"][0]["id"]


def test_run_works_inside_a_running_event_loop() -> None:
    async def main() -> Result:
        return adder(*SCRIPT).run("Add 2 and 3")

    assert asyncio.run(main()).answer == "It is 5."


def test_astream_is_cancelled_with_its_task() -> None:
    started, never = threading.Event(), threading.Event()

    @tool(effects=[])
    def wait() -> str:
        """Wait."""
        started.set()
        never.wait()
        return ""

    model = ScriptedModel(plan(("wait", "Wait")), call("wait"))
    agent = Agent("waiter", tools=[wait], model=model)

    async def main() -> None:
        async def consume() -> None:
            async for _ in agent.astream("Wait"):
                pass

        task = asyncio.create_task(consume())
        assert await asyncio.to_thread(started.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    never.set()


def test_closing_the_stream_stops_the_run() -> None:
    model = ScriptedModel(*SCRIPT)
    events = Agent("adder", tools=[add], model=model).stream("Add 2 and 3")
    assert isinstance(next(events), RunStarted)

    events.close()  # type: ignore[attr-defined]

    assert list(events) == []


def test_runs_of_one_agent_in_many_threads_do_not_mix() -> None:
    def once(number: int) -> Result:
        script = (plan(("add", "Add")), call("add", a=number, b=1), enough("ok"), f"{number + 1}")
        return Agent("adder", tools=[add], model=ScriptedModel(*script)).run(f"Add {number} and 1")

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(once, range(12)))

    assert [result.answer for result in results] == [str(n + 1) for n in range(12)]
    assert [result.calls[0].result for result in results] == [str(n + 1) for n in range(12)]
    assert len({result.run_id for result in results}) == 12


def test_earlier_turns_stand_before_the_task() -> None:
    model = ScriptedModel(plan(("none", "And in Chinese?")), "你好")
    history = [HumanMessage("Say hello"), AIMessage("Hello")]
    Agent("talker", tools=[add], model=model).run("And in Chinese?", history=history)

    sent = [str(message.content) for message in model.transcripts[0]]
    assert sent.index("Say hello") < sent.index("Hello") < len(sent) - 1


def test_a_variant_leaves_the_agent_as_it_was() -> None:
    agent = adder()
    variant = agent.with_(name="other", limits=Limits(tool_calls=1))

    assert (agent.name, variant.name) == ("adder", "other")
    assert agent.limits == Limits()


@pytest.mark.parametrize("task", ["", "   \n"])
def test_an_empty_task_is_refused(task: str) -> None:
    with pytest.raises(UsageError, match="task is empty"):
        adder().run(task)


def test_a_task_of_100_000_characters_is_refused_with_a_way_out() -> None:
    with pytest.raises(UsageError, match=r"100,000 characters.*Put long text in a file"):
        adder().run("字" * 100_000)


def test_two_tools_of_one_name_are_refused_where_the_agent_is_defined() -> None:
    with pytest.raises(UsageError, match="add"):
        Agent("twice", tools=[add, tool(name="add")(lambda: "x")])


def test_a_model_that_breaks_ends_the_run_with_its_error() -> None:
    with pytest.raises(ModelError, match="out of memory"):
        adder(ModelError("out of memory")).run("Add 2 and 3")


def test_a_script_that_is_used_up_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="used up"):
        adder(plan(("add", "2 and 3"))).run("Add 2 and 3")


@pytest.mark.parametrize("said", ["[bold]x[/bold]\x1b[31m", "\ud800", "x" * 100_000])
def test_whatever_a_model_says_the_run_ends_and_json_can_carry_it(said: str) -> None:
    events = list(adder(plan(("none", "x")), said).stream("Say it"))

    assert isinstance(events[-1], RunEnded)
    [answered] = [event for event in events if isinstance(event, Answered)]
    assert parse_event(answered.model_dump_json()) == answered


def test_tool_events_name_the_step_they_belong_to() -> None:
    events = list(adder(*SCRIPT).stream("Add 2 and 3"))

    [started] = [event for event in events if isinstance(event, ToolStarted)]
    [ended] = [event for event in events if isinstance(event, ToolEnded)]
    assert (started.id, started.step) == (ended.id, ended.step)


def test_importing_costs_nothing() -> None:
    heavy = {"langgraph", "langchain_core", "chromadb", "pydantic", "rich", "httpx", "numpy"}
    code = "import sys, agentic, agents, memory; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not heavy & set(ran.stdout.split())


def test_public_names_are_there() -> None:
    import agentic

    assert all(hasattr(agentic, name) for name in agentic.__all__)
    with pytest.raises(AttributeError):
        agentic.nonsense  # noqa: B018
