"""LangChain's tools under our runner."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain_core.tools import (
    BaseTool,
    InjectedToolArg,
    StructuredTool,
    ToolException,
)
from langchain_core.tools import (
    tool as langchain_tool,
)
from pydantic import BaseModel, Field

from agentic.state import Observation, ToolCall
from agentic.tools import Tool, ToolContext, as_tool
from agentic.tools.runner import run_call


def run(tool: Tool, path: Path, **args: Any) -> Observation:
    return asyncio.run(run_call(tool, ToolCall(name=tool.name, args=args), ToolContext(path)))


@langchain_tool
def add(a: int, b: int = 2) -> int:
    """Add two numbers.

    More text."""
    return a + b


@langchain_tool
async def greet(name: str) -> str:
    """Greet."""
    return f"你好 {name}"


@langchain_tool
def fail(why: str) -> str:
    """Fail."""
    raise ToolException(why)


@langchain_tool
def secret(a: int, key: Annotated[str, InjectedToolArg] = "k") -> str:
    """Keep it."""
    return f"{a}{key}"


def test_a_sync_and_an_async_tool(tmp_path: Path) -> None:
    made = as_tool(add)
    assert (made.name, made.description, made.effects) == ("add", "Add two numbers.", None)
    assert made.schema["properties"] == {
        "a": {"type": "integer"},
        "b": {"type": "integer", "default": 2},
    }
    assert run(made, tmp_path, a="3").result == "5"
    assert run(as_tool(greet), tmp_path, name="小明").result == "你好 小明"


def test_errors_reach_the_model(tmp_path: Path) -> None:
    assert run(as_tool(fail), tmp_path, why="no paper").result == "no paper"
    wrong = run(as_tool(add), tmp_path, a=1, c=2)
    assert not wrong.ok
    assert "there is no argument 'c'" in wrong.result


def test_injected_arguments_are_not_shown(tmp_path: Path) -> None:
    made = as_tool(secret)
    assert list(made.schema["properties"]) == ["a"]
    assert run(made, tmp_path, a=1).result == "1k"


class Line(BaseModel):
    start: int = Field(ge=0)


class Measure(BaseTool):
    name: str = "measure"
    description: str = "Measure a line."
    args_schema: type[BaseModel] = Line

    def _run(self, start: int) -> str:
        return f"from {start}"


def test_a_subclass_with_a_schema_of_its_own(tmp_path: Path) -> None:
    made = as_tool(Measure())
    assert made.schema["properties"] == {"start": {"type": "integer", "minimum": 0}}
    assert run(made, tmp_path, start=4).result == "from 4"
    assert "greater than or equal to 0" in run(made, tmp_path, start=-1).result


def test_arguments_given_as_a_json_schema(tmp_path: Path) -> None:
    def call(**args: Any) -> str:
        return str(args)

    schema = {
        "type": "object",
        "title": "x",
        "properties": {"city": {"type": "string"}, "copy": {"type": "integer"}, "a-b": {}},
        "required": ["city"],
    }
    source = StructuredTool(name="remote", description="Ask.", args_schema=schema, func=call)
    made = as_tool(source)
    assert made.schema == {key: value for key, value in schema.items() if key != "title"}
    assert run(made, tmp_path, city="臺北", copy="2").result == "{'city': '臺北', 'copy': 2}"
    assert run(made, tmp_path, **{"city": "臺北", "a-b": [1]}).ok
    assert "'city' is missing" in run(made, tmp_path).result


@pytest.mark.parametrize("wrong", [object(), "add", 3])
def test_anything_else_is_refused(wrong: Any) -> None:
    from agentic.errors import UsageError

    with pytest.raises(UsageError, match="is no tool"):
        as_tool(wrong)
