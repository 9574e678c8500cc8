"""Tool calls decided by a model: two ways, one outcome."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, SystemMessage
from langchain_core.messages.tool import invalid_tool_call, tool_call

from agentic.errors import ModelError
from agentic.models.calling import Call, closed, decide_call, decide_calls, native
from agentic.models.decide import Decision
from agentic.settings import settings
from agentic.testing import ScriptedModel
from agentic.tools import as_tool, tool

TRANSCRIPT = [SystemMessage("system")]


@tool(effects=["reads", "network"])
def get_weather(city: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Weather in a city."""
    return city


@tool(effects=[])
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def decided(model: Any, *tools: Any, **options: Any) -> Decision[Any]:
    work = decide_calls(model, TRANSCRIPT, "CALLS", tools or (get_weather, add), **options)
    return asyncio.run(work)


def found(decision: Decision[Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, call.args) for call in decision.value.calls]


def own(*calls: tuple[str, Any], text: str = "") -> AIMessage:
    """An answer with tool calls in the form of a provider."""
    right = [
        tool_call(name=name, args=args, id=f"p{n}")
        for n, (name, args) in enumerate(calls)
        if isinstance(args, dict)
    ]
    wrong = [
        invalid_tool_call(name=name, args=args, id="w", error="not JSON")
        for name, args in calls
        if not isinstance(args, dict)
    ]
    return AIMessage(text, tool_calls=right, invalid_tool_calls=wrong)


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def put(value: str) -> None:
        monkeypatch.setenv("AGENTIC_TOOL_CALLS", value)
        settings.cache_clear()

    yield put
    monkeypatch.undo()
    settings.cache_clear()


TWO = [("get_weather", {"city": "Taipei"}), ("get_weather", {"city": "Paris", "unit": "celsius"})]


def test_several_calls_at_once_by_json() -> None:
    said = {"calls": [{"name": name, "args": args} for name, args in TWO]}
    model = ScriptedModel(json.dumps(said))
    decision = decided(model)
    assert found(decision) == TWO
    assert [message.type for message in decision.messages] == ["human", "ai"]
    assert '"const": "get_weather"' in model.asked[0]
    assert model.offered == [[]]


def test_several_calls_at_once_by_the_models_own_form() -> None:
    model = ScriptedModel(own(*TWO), profile={"tool_calling": True})
    decision = decided(model)
    assert found(decision) == TWO
    assert model.offered == [["get_weather", "add"]]
    # the transcript is plain text whatever the form
    assert json.loads(str(decision.messages[-1].content))["calls"][0]["name"] == "get_weather"
    assert "JSON Schema" not in model.asked[0]


@pytest.mark.parametrize("answer", ['{"calls": []}', AIMessage("No tool does that.")])
def test_no_call_where_no_tool_fits(answer: Any) -> None:
    profile = {"tool_calling": isinstance(answer, AIMessage)}
    assert found(decided(ScriptedModel(answer, profile=profile))) == []


def test_the_profile_decides_and_a_setting_overrides(setting: Any) -> None:
    able, unable = (ScriptedModel(profile={"tool_calling": can}) for can in (True, False))
    assert (native(able), native(unable), native(ScriptedModel())) == (True, False, False)
    setting("json")
    assert not native(able)
    setting("native")
    assert native(unable)


def test_a_model_that_has_no_tool_calls_and_is_said_to(setting: Any) -> None:
    setting("native")
    with pytest.raises(ModelError, match="no tool calls of its own; set AGENTIC_TOOL_CALLS=json"):
        decided(FakeListChatModel(responses=["x"]))


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "add", "arguments": {"a": 1, "b": 2}}</tool_call>',
        'Sure!\n```json\n{"name": "add", "arguments": "{\\"a\\": 1, \\"b\\": 2}"}\n```',
        "add(a=1, b=2)",
        'Thought: sum\nAction: add\nAction Input: {"a": "1", "b": "２"}',
        '{"calls": [{"name": "functions.add", "args": {"A": 1, "b": "2"}}]}',
        '{"calls": [{"name": "add", "args": {"a": 1, "b": 2,}}',
    ],
)
@pytest.mark.parametrize("can", [True, False])
def test_a_call_written_in_another_form_is_recognised_either_way(text: str, can: bool) -> None:
    model = ScriptedModel(AIMessage(text), profile={"tool_calling": can})
    assert found(decided(model)) == [("add", {"a": 1, "b": 2})]


@pytest.mark.parametrize("can", [True, False])
def test_what_is_wrong_is_told_and_asked_for_again(can: bool) -> None:
    def line(name: str, args: dict[str, Any]) -> Any:
        return own((name, args)) if can else json.dumps({"calls": [{"name": name, "args": args}]})

    model = ScriptedModel(
        line("get_wether", {"city": "Oslo"}),
        line("get_weather", {"town": "Oslo"}),
        line("get_weather", {"city": "Oslo"}),
        profile={"tool_calling": can},
    )
    decision = decided(model)
    assert found(decision) == [("get_weather", {"city": "Oslo"})]
    assert "Did you mean 'get_weather'?" in model.asked[1]
    assert "'city' is missing" in model.asked[2]
    assert decision.usage.model_calls == 3


def test_arguments_of_the_models_own_form_that_are_no_json_are_mended_or_asked_for_again() -> None:
    model = ScriptedModel(own(("add", '{"a": 1, "b": 2')), profile={"tool_calling": True})
    assert found(decided(model)) == [("add", {"a": 1, "b": 2})]
    model = ScriptedModel(
        own(("add", "one and two")), own(("add", {"a": 1, "b": 2})), profile={"tool_calling": True}
    )
    assert found(decided(model)) == [("add", {"a": 1, "b": 2})]


def test_a_model_that_never_says_what_fits_decides_nothing() -> None:
    decision = decided(ScriptedModel("I think", "well", "perhaps"))
    assert decision.value is None
    assert decision.usage.model_calls == 3
    assert len(decision.messages) == 6


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": 2}',
        '{"a": "1", "b": 2.0}',
        '{"name": "add", "arguments": {"a": 1, "b": 2}}',
        "add(1, 2)",
    ],
)
def test_arguments_of_one_tool(text: str) -> None:
    decision = asyncio.run(decide_call(ScriptedModel(text), TRANSCRIPT, "ACT", add))
    assert decision.value == Call(name="add", args={"a": 1, "b": 2})


def test_arguments_of_one_tool_by_the_models_own_form() -> None:
    model = ScriptedModel(own(("add", {"a": 1, "b": 2})), profile={"tool_calling": True})
    decision = asyncio.run(decide_call(model, TRANSCRIPT, "ACT", add))
    assert decision.value == Call(name="add", args={"a": 1, "b": 2})


def test_a_schema_is_closed_at_every_level() -> None:
    inner = {"type": "object", "properties": {"x": {"type": "integer"}}}
    free = {"type": "object"}
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": inner}, "b": free}}
    shut = closed(schema)
    assert shut["additionalProperties"] is False
    assert shut["properties"]["a"]["items"]["additionalProperties"] is False
    assert shut["properties"]["b"] == free
    assert "additionalProperties" not in schema
    assert closed(as_tool({"name": "ping"}).schema)["additionalProperties"] is False
