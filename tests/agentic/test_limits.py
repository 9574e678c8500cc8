"""Every limit ends a run honestly: of a run, of a day, of the time left after a pause."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agentic import Agent, Limits, tool
from agentic.graph import build
from agentic.safety.budget import DayLimits, Usage
from agentic.safety.spending import Spending
from agentic.settings import settings
from agentic.state import Observation, State, ToolCall, beginning
from agentic.testing import ScriptedModel, call, enough, plan

PRICED = "[prices.ScriptedModel]\ninput = 100\noutput = 100\n"


@tool(effects=[])
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def begun() -> list[str]:
    return [
        plan(("add", "Add 2 and 3"), ("add", "and 4")),
        call("add", a=2, b=3),
        call("add", a=5, b=4),
    ]


def agent(*script: Any, limits: Limits) -> Agent:
    return Agent("a", tools=[add], model=ScriptedModel(*script), limits=limits)


def ended(
    agent: Agent, task: str, spending: Spending | None = None, **before: Any
) -> tuple[State, Spending | None]:
    """The last state of a run that began with `before`, in a graph with an account of the day."""
    context, _ = agent._bound()
    graph = build(replace(context, spending=spending))
    start: dict[str, Any] = {**beginning("run1", task), **before}
    return asyncio.run(graph.ainvoke(start)), spending


@pytest.mark.parametrize(
    ("used", "named", "chinese"),
    [
        (Usage(cost=0.5), "0.5 US dollars", "0.5 美元"),
        (Usage(result_bytes=2_000_000), "2 MB of tool results", "2 MB 的工具結果"),
        (Usage(model_calls=4, cost=0.0), "4 model calls", "4 次模型呼叫"),
        (Usage(prompt_tokens=90_000), "90,000 tokens", "90,000 個 token"),
    ],
)
def test_a_limit_ends_a_run_with_what_was_found(used: Usage, named: str, chinese: str) -> None:
    limits = Limits(money=0.5, result_bytes=2_000_000, model_calls=4, tokens=90_000)
    found = Observation(id="c1", step=1, name="add", args={}, ok=True, result="5", seconds=0.0)
    step = {"id": 1, "serves": "Add 2 and 3", "tool": "add", "yields": "", "status": "done"}
    for task, words in (("Add 2 and 3 and 4", named), ("請把二和三相加", chinese)):
        end, _ = ended(
            agent(limits=limits),
            task,
            observations=[found],
            plan=[_step(step | {"evidence": "c1"})],
            usage=used,
        )
        assert end["status"] == "incomplete"
        assert words in end["answer"]
        assert "- 5" in end["answer"]


def _step(told: dict[str, Any]) -> Any:
    from agentic.state import Step

    return Step.model_validate(told)


def test_money_ends_a_run_where_its_price_is_known() -> None:
    settings().home.mkdir()
    (settings().home / "agentic.toml").write_text(PRICED)
    result = agent(*begun(), limits=Limits(money=0.01, tokens=None)).run("Add 2 and 3 and 4")
    assert result.status == "incomplete"
    assert "0.01 US dollars" in result.answer
    assert result.usage.cost is not None
    assert result.usage.cost >= 0.01


def test_a_run_without_limits_is_done() -> None:
    names = ("model_calls", "tool_calls", "tokens", "seconds", "money", "result_bytes", "depth")
    limits = Limits(**dict.fromkeys(names), per_day=DayLimits(money=None, tokens=None))
    end, _ = ended(agent(*begun(), enough("9"), "It is 9.", limits=limits), "Add 2 and 3 and 4")
    assert (end["status"], end["answer"]) == ("done", "It is 9.")


def test_the_day_ends_a_run_in_the_middle(tmp_path: Path) -> None:
    spending = Spending(tmp_path)
    spending.note("other", Usage(model_calls=8, cost=0.0))
    limits = Limits(per_day=DayLimits(model_calls=10))
    end, _ = ended(agent(*begun(), limits=limits), "Add 2 and 3 and 4", spending)
    assert end["status"] == "incomplete"
    assert (
        "all runs of today together have reached the day's limit of 10 model calls"
        in (end["answer"])
    )
    assert "midnight" in end["answer"]
    assert "per_day" in end["answer"]
    told = spending.note("other", Usage(model_calls=8, cost=0.0))
    assert told.model_calls == end["usage"].model_calls == 3  # both calls of the turn are decided


def test_a_full_day_asks_no_model(tmp_path: Path) -> None:
    spending = Spending(tmp_path)
    spending.note("other", Usage(cost=20.0))
    end, _ = ended(agent(limits=Limits()), "請把二和三相加", spending)
    assert "每日上限：20 美元" in end["answer"]
    assert end["usage"].model_calls == 0


def test_the_account_holds_what_a_whole_run_used(tmp_path: Path) -> None:
    spending = Spending(tmp_path)
    end, _ = ended(
        agent(*begun(), enough("9"), "It is 9.", limits=Limits()), "Add 2 and 3 and 4", spending
    )
    told = spending.note("other", Usage())
    assert (told.model_calls, told.tool_calls) == (end["usage"].model_calls, 2)
    assert told.fresh_tokens == end["usage"].fresh_tokens


def test_a_run_that_goes_on_another_day_counts_what_is_new(tmp_path: Path) -> None:
    days = iter([date(2026, 5, 1)] * 4 + [date(2026, 5, 2)] * 20)
    day = date(2026, 5, 1)

    def today() -> date:
        nonlocal day
        day = next(days, day)
        return day

    spending = Spending(tmp_path, today)
    end, _ = ended(
        agent(*begun(), enough("9"), "It is 9.", limits=Limits()), "Add 2 and 3 and 4", spending
    )
    first = Spending(tmp_path, lambda: date(2026, 5, 1)).note("other", Usage())
    second = Spending(tmp_path, lambda: date(2026, 5, 2)).note("other", Usage())
    assert first.model_calls > 0
    assert second.model_calls > 0
    assert first.model_calls + second.model_calls == end["usage"].model_calls


def test_calls_side_by_side_take_as_long_as_the_longest() -> None:
    from agentic.graph import _waited

    def took(*seconds: float) -> float:
        names = [f"c{number}" for number in range(len(seconds))]
        seen = [
            Observation(id=id, step=1, name="add", args={}, ok=True, result="", seconds=each)
            for id, each in zip(names, seconds, strict=True)
        ]
        earlier = Observation(
            id="old", step=1, name="add", args={}, ok=True, result="", seconds=99.0
        )
        pending = [ToolCall(name="add", id=id) for id in names]
        return _waited(State(pending=pending, observations=[earlier, *seen]))

    assert took() == 0.0
    assert took(1.0, 4.0, 2.0) == 4.0
    assert took(4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0) == 8.0


def test_a_run_that_is_gone_on_with_has_what_is_left_of_its_time() -> None:
    left: list[float] = []

    wait = {"name": "wait", "description": "Wait for a word.", "parameters": {"type": "object"}}
    model = ScriptedModel(plan(("wait", "Wait")), "{}", enough("word"), "Word.")
    context, _ = Agent("a", tools=[wait], model=model, limits=Limits(seconds=100))._bound()

    class Watching(type(context)):  # type: ignore[misc]
        def time_left(self, state: State) -> float:
            left.append(super().time_left(state))
            return left[-1]

    fields = {name: getattr(context, name) for name in context.__dataclass_fields__}
    graph = build(Watching(**fields)).copy({"checkpointer": InMemorySaver()})
    config = {"configurable": {"thread_id": "t"}}
    start = State(**{**beginning("run1", "Wait"), "usage": Usage(seconds=60.0)})
    resume: Command[Any] = Command(resume={"said": "result", "result": "word"})
    asked: list[int] = []
    for given in (start, resume):
        end = asyncio.run(graph.ainvoke(given, config))
        asked.append(len(left))
    assert end["status"] == "done"
    assert 0 < asked[0] < asked[1]
    assert all(each <= 40.0 for each in left)
    assert left == sorted(left, reverse=True)
