"""What `@tool` makes of a function, and what it refuses."""

import inspect
import subprocess
import sys
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from agentic.errors import UsageError
from agentic.tools import BUILTIN, Tool, ToolContext, as_tool, tool, toolbox
from tests.agentic.tools import postponed


class Place(BaseModel):
    name: str
    height: float = Field(default=0, gt=-500)


class Node(BaseModel):
    value: int
    children: list["Node"] = []


class Colour(Enum):
    red = "red"
    teal = "teal"


def test_a_bare_decorator_reads_signature_and_docstring() -> None:
    @tool
    def population(country: str) -> int:
        """Population of a country,
        in people.

        More that the model need not read.

        Args:
            country: English name of the country.
        """
        return len(country)

    assert population.name == "population"
    assert population.description == "Population of a country, in people."
    assert population("France") == 6
    assert population.schema == {
        "type": "object",
        "properties": {
            "country": {"type": "string", "description": "English name of the country."}
        },
        "required": ["country"],
        "additionalProperties": False,
    }
    assert population.signature_line == (
        "population(country: string) - Population of a country, in people. "
        "country: English name of the country."
    )


def test_schema_of_every_kind_of_hint_is_inlined_untitled_and_in_order() -> None:
    @tool
    def plan(
        when: date,
        places: list[Place],
        unit: Literal["km", "mi"] = "km",
        note: str | None = None,
        colour: Colour = Colour.red,
        count: Annotated[int, Field(ge=1, description="How many.")] = 1,
        title: Annotated[str, "A title."] = "x",
        options: dict[str, int] = {},  # noqa: B006 a default that JSON carries
    ) -> str:
        return ""

    properties = plan.schema["properties"]
    assert list(properties) == [*inspect.signature(plan.function).parameters]
    text = str(plan.schema)
    assert "$" not in text
    assert "'title': 'P" not in text
    assert properties["when"] == {"type": "string", "format": "date"}
    assert properties["unit"]["enum"] == ["km", "mi"]
    assert properties["places"]["items"]["properties"]["height"]["exclusiveMinimum"] == -500
    assert properties["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    assert properties["colour"]["enum"] == ["red", "teal"]
    assert properties["count"]["description"] == "How many."
    assert properties["count"]["minimum"] == 1
    assert properties["title"]["description"] == "A title."
    assert plan.signature_line == (
        "plan(when: date, places: list of {name: string, height: number}, "
        'unit: "km"|"mi" = "km", note: string = null, colour: "red"|"teal" = "red", '
        'count: integer = 1, title: string = "x", options: object = {}) '
        "count: How many; title: A title."
    )


def test_a_model_that_holds_itself_becomes_an_open_object_within() -> None:
    @tool
    def grow(tree: Node) -> int:
        return tree.value

    inner = grow.schema["properties"]["tree"]["properties"]["children"]["items"]
    assert inner == {"type": "object"}


def test_google_docstring_with_types_and_continuation_lines() -> None:
    @tool
    def move(source: str, target: str = "裡", *, force: bool = False) -> None:
        """移動檔案。

        Args:
            source (str): Where it
                lies now: a path.
            target: 目的地。第二句不需要。

        Returns:
            nothing: really.
        """

    assert move.schema["properties"]["source"]["description"] == "Where it lies now: a path."
    assert "nothing" not in str(move.schema)
    assert move.signature_line == (
        'move(source: string, target: string = "裡", force: boolean = false) - 移動檔案。 '
        "source: Where it lies now: a path; target: 目的地."
    )


def test_context_is_injected_and_not_shown() -> None:
    @tool
    def where(context: ToolContext, name: str, spare: ToolContext | None = None) -> str:
        return str(context.workspace)

    assert where.injected == ("context", "spare")
    assert list(where.schema["properties"]) == ["name"]


def test_a_module_with_postponed_annotations(tmp_path: Any) -> None:
    made = postponed.describe
    assert list(made.schema["properties"]) == ["place", "on"]
    arguments = made.arguments.model_validate({"place": {"name": "玉山"}, "on": "2026-11-24"})
    assert made.invoke(arguments, ToolContext(tmp_path)) == f"玉山 2026-11-24 {tmp_path}"


@pytest.mark.parametrize("name", ["schema", "copy", "json", "_hidden", "model_config", "self_"])
def test_parameters_named_like_pydantics_own(name: str, tmp_path: Any) -> None:
    scope: dict[str, Any] = {}
    exec(f"def f({name}: int, /, rest: int = 2) -> int:\n    return {name} + rest", scope)
    made = tool(scope["f"])
    assert list(made.schema["properties"]) == [name, "rest"]
    assert made.invoke(made.arguments.model_validate({name: "3"}), ToolContext(tmp_path)) == 5


def test_defaults_in_hints_and_fields_reach_the_function(tmp_path: Any) -> None:
    @tool
    def add(a: Annotated[int, Field(default=1)], b: int = Field(2, ge=0), c: int = 3) -> int:
        return a + b + c

    assert add.invoke(add.arguments(), ToolContext(tmp_path)) == 6


def test_effects_say_whether_a_tool_may_write_and_be_repeated() -> None:
    def act() -> None: ...

    assert tool(act).effects is None
    assert tool(act).may_write
    assert not tool(act).repeatable
    assert tool(repeatable=True)(act).repeatable
    pure = tool(effects=[])(act)
    assert (pure.effects, pure.may_write, pure.repeatable) == (frozenset(), False, True)
    assert tool(effects=["reads", "network"])(act).repeatable
    assert not tool(effects=["writes"])(act).repeatable
    assert tool(effects=["executes"])(act).may_write
    assert not tool(effects=["reads"], repeatable=False)(act).repeatable
    with pytest.raises(UsageError, match="No effect named 'reeds'; there are: reads, writes"):
        tool(effects=["reeds"])(act)  # type: ignore[list-item]


def test_a_tool_is_frozen() -> None:
    with pytest.raises(AttributeError):
        BUILTIN["calculator"].name = "other"  # type: ignore[misc]


def untyped(a: int, b) -> int:  # type: ignore[no-untyped-def]
    return a + int(b)


def starred(*numbers: int) -> int:
    return sum(numbers)


def keyed(**options: int) -> int:
    return len(options)


def lost(a: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821
    ...


def unfit(a: type[inspect.Signature], b: object = print) -> None: ...


def opaque(a: inspect.Signature) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (untyped, "Parameter 'b' of tool 'untyped' has no type hint; write, for example, 'b: str'"),
        (starred, r"Tool 'starred' takes any number of arguments as '\*numbers'"),
        (keyed, r"takes any number of arguments as '\*\*options'"),
        (lost, "type hints of tool 'lost' can't be resolved .*Nowhere"),
        (opaque, "Tool 'opaque' can't take these arguments"),
        (lambda: 1, "'<lambda>' can't be a tool's name"),
        (Path, "can't be a tool; give a function"),
        (len, "has no type hint"),
    ],
)
def test_what_can_not_be_a_tool_says_so_when_it_is_defined(function: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tool(function)


@pytest.mark.parametrize("options", [{"timeout": 0}, {"max_chars": 5}, {"name": "a b"}])
def test_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        tool(**options)(starless)


def starless(a: int) -> int:
    return a


class Box:
    def weigh(self, item: str) -> int:
        """Weigh it."""
        return len(item)


def test_as_tool_takes_tools_functions_and_methods() -> None:
    assert as_tool(BUILTIN["recall"]) is BUILTIN["recall"]
    assert as_tool(starless).name == "starless"
    weigh = as_tool(Box().weigh)
    assert list(weigh.schema["properties"]) == ["item"]
    with pytest.raises(UsageError, match="is no tool"):
        as_tool(42)


def test_toolbox_refuses_two_tools_of_one_name() -> None:
    mine = tool(name="recall")(starless)
    assert list(toolbox([mine, BUILTIN["calculator"], mine])) == ["recall", "calculator"]
    with pytest.raises(UsageError, match="Two tools are named 'recall'"):
        toolbox([mine, BUILTIN["recall"]])


def test_builtin_tools_are_described_in_short() -> None:
    assert list(BUILTIN) == [
        *("calculator", "datetime", "python"),
        *("list_files", "read_file", "search_files", "query_database"),
        *("write_file", "edit_file", "move_file"),
        *("web_search", "web_fetch", "weather"),
        *("remember", "recall", "search_documents"),
    ]
    for each in BUILTIN.values():
        assert isinstance(each, Tool)
        assert each.effects is not None
        assert 10 < len(each.short_line) < 200
        assert len(each.signature_line) < 500
    assert [name for name, each in BUILTIN.items() if each.may_write] == [
        *("write_file", "edit_file", "move_file", "remember")
    ]


def test_importing_the_tools_is_cheap() -> None:
    heavy = ("ddgs", "primp", "httpx", "langchain_core", "chromadb", "numpy", "memory")
    code = f"import sys, agentic.tools; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
