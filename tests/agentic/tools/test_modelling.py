"""A JSON schema as a pydantic class, and tools described by schema or class."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from agentic import Agent
from agentic.errors import UsageError
from agentic.state import ToolCall
from agentic.testing import ScriptedModel
from agentic.tools import ToolContext, as_tool, tool, toolbox
from agentic.tools.modelling import model_of
from agentic.tools.runner import run_call

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "description": "Name.", "maxLength": 20},
        "days": {"type": "integer", "minimum": 1, "maximum": 7, "default": 3},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "near": {
            "type": "object",
            "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}},
            "required": ["lat", "lon"],
        },
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "either": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "both": {"type": ["string", "boolean"]},
        "free": {"type": "object"},
        "rates": {"type": "object", "additionalProperties": {"type": "number"}},
        "schema": {"const": "v1"},
    },
    "required": ["city"],
}


def test_what_fits_comes_out_as_it_went_in() -> None:
    given = {
        "city": "臺北",
        "days": 2,
        "unit": "celsius",
        "near": {"lat": 25.0, "lon": 121.5},
        "tags": ["a", "b"],
        "either": None,
        "both": True,
        "free": {"any": [1]},
        "rates": {"eur": 1.5},
        "schema": "v1",
    }
    model = model_of("weather", SCHEMA)
    read = model.model_validate(given)
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == given
    assert model.model_validate({"city": "x"}).model_dump(by_alias=True, exclude_unset=True) == {
        "city": "x"
    }
    assert model.model_json_schema() == SCHEMA


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({}, ("city",)),
        ({"city": "x" * 21}, ("city",)),
        ({"city": "x", "days": 0}, ("days",)),
        ({"city": "x", "days": 1.5}, ("days",)),
        ({"city": "x", "unit": "kelvin"}, ("unit",)),
        ({"city": "x", "near": {"lat": 1}}, ("near", "lon")),
        ({"city": "x", "near": {"lat": 1, "lon": 2, "alt": 3}}, ("near", "alt")),
        ({"city": "x", "tags": ["a", "b", "c"]}, ("tags",)),
        ({"city": "x", "town": "y"}, ("town",)),
        ({"city": "x", "rates": {"eur": "much"}}, ("rates", "eur")),
        ({"city": "x", "schema": "v2"}, ("schema",)),
        ({"city": "x", "days": None}, ("days",)),
    ],
)
def test_what_does_not_fit_is_told_by_its_place(
    given: dict[str, Any], where: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        model_of("weather", SCHEMA).model_validate(given)
    assert caught.value.errors()[0]["loc"][: len(where)] == where


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        [],
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": "string"}},
        {"type": "object", "properties": {"a": {"type": "string", "minLength": []}}},
    ],
)
def test_a_schema_that_can_not_be_read_is_said(schema: Any) -> None:
    with pytest.raises(UsageError, match="parameters of tool 'odd'"):
        model_of("odd", schema)


def test_names_that_python_writes_alike_stay_apart() -> None:
    schema = {"type": "object", "properties": {"a-b": {"type": "integer"}, "a.b": {}}}
    read = model_of("odd", schema).model_validate({"a-b": 1, "a.b": 2})
    assert read.model_dump(by_alias=True) == {"a-b": 1, "a.b": 2}


def test_a_choice_of_numbers_with_fractions_is_let_be() -> None:
    schema = {"type": "object", "properties": {"a": {"enum": [0.5, 1]}}}
    assert model_of("odd", schema).model_validate({"a": 0.5}).model_dump() == {"a": 0.5}


def described(name: str = "get_weather") -> dict[str, Any]:
    function = {"name": name, "description": "Weather.\nNow.", "parameters": SCHEMA}
    return {"type": "function", "function": function}


def test_a_dict_is_a_tool_without_a_body() -> None:
    made = as_tool(described())
    assert (made.name, made.description, made.function) == ("get_weather", "Weather. Now.", None)
    assert made.schema == SCHEMA
    assert made.may_write
    with pytest.raises(UsageError, match=r"no body; its calls are answered by agent\.resume"):
        made("x")
    bare = {"name": "ping", "description": "Ping."}
    assert as_tool(bare).schema == {"type": "object", "properties": {}}
    anthropics = {"name": "w", "description": "", "input_schema": SCHEMA}
    assert as_tool(anthropics).schema == SCHEMA


@pytest.mark.parametrize("source", [{}, {"function": 3}, {"function": {"name": 3}}])
def test_a_dict_that_names_no_function_is_said_where_the_agent_is_defined(source: Any) -> None:
    with pytest.raises(UsageError, match="needs a name"):
        Agent("a", tools=[source], model=ScriptedModel())


def test_two_tools_of_one_name_are_refused_whatever_they_are_made_of() -> None:
    @tool(name="get_weather")
    def weather(city: str) -> str:
        return city

    with pytest.raises(UsageError, match="Two tools are named 'get_weather'"):
        toolbox([weather, described()])


@tool(effects=[], max_chars=200)
class Distance(BaseModel):
    """Distance between two points.

    More that no model has to read.
    """

    x: float = Field(description="East.")
    y: float = 0.0

    def __call__(self, context: ToolContext) -> str:
        return f"{(self.x**2 + self.y**2) ** 0.5:g} in {context.run_id}"


class Asking(BaseModel):
    """Ask later."""

    topic: str

    async def __call__(self) -> str:
        return f"asked about {self.topic}"


class Bodiless(BaseModel):
    """Only a form."""

    topic: str


def called(made: Any, **args: Any) -> Any:
    call = ToolCall(name=made.name, args=args, id="c1")
    return asyncio.run(run_call(made, call, ToolContext(Path(), run_id="r1")))


def test_a_pydantic_class_is_a_tool() -> None:
    assert Distance.signature_line == (
        "Distance(x: number, y: number = 0.0) - Distance between two points. x: East."
    )
    assert (Distance.effects, Distance.max_chars) == (frozenset(), 200)
    assert called(Distance, x="3", y=4).result == "5 in r1"
    assert "there is no argument 'z'" in called(Distance, x=1, z=2).result


def test_its_call_may_be_a_coroutine_and_may_be_missing() -> None:
    made = as_tool(Asking)
    assert called(made, topic="rain").result == "asked about rain"
    assert as_tool(Bodiless).function is None
