"""`propose`: the calls that a task asks for first, checked, none of them made."""

import json
from typing import Any

import pytest

from agentic import Agent, UsageError, tool
from agentic.models.calling import Call
from agentic.proposing import said
from agentic.testing import ScriptedModel
from agentic.tools import as_tool

made: list[str] = []


@tool(effects=["writes"])
def book_table(restaurant: str, people: int = 2, note: str = "", terrace: bool = False) -> str:
    """Book a table in a restaurant."""
    made.append(restaurant)
    return "booked"


def calls(*args: dict[str, Any], name: str = "book_table") -> str:
    return json.dumps({"calls": [{"name": name, "args": each} for each in args]})


def agent(*script: Any, tools: Any = (book_table,)) -> Agent:
    return Agent("waiter", tools=tools, model=ScriptedModel(*script))


def test_calls_are_proposed_and_none_is_made() -> None:
    asked = agent(calls({"restaurant": "Roma", "people": 4}, {"restaurant": "Kyoto"}))
    found = asked.propose("Book a table for 4 at Roma, and one at Kyoto.")
    assert [(call.name, call.args) for call in found] == [
        ("book_table", {"restaurant": "Roma", "people": 4}),
        ("book_table", {"restaurant": "Kyoto"}),
    ]
    assert len({call.id for call in found}) == 2
    assert made == []


def test_the_same_call_is_proposed_once() -> None:
    asked = agent(calls({"restaurant": "Roma"}, {"restaurant": "Roma", "people": 9}))
    assert len(asked.propose("Book a table at Roma.")) == 1


def test_nothing_is_proposed_where_no_tool_fits() -> None:
    assert agent(calls()).propose("Who painted this?") == []
    assert agent().with_(tools=()).propose("Who painted this?") == []


def test_a_model_that_can_not_be_read_proposes_nothing() -> None:
    assert agent("hm", "well", "no").propose("Book a table at Roma.") == []


def test_optional_arguments_that_nobody_gave_are_left_out() -> None:
    asked = agent(calls({"restaurant": "Roma", "people": 6, "note": "near the window please"}))
    [call] = asked.propose("Book a table at Roma.")
    assert call.args == {"restaurant": "Roma"}


@pytest.mark.parametrize(
    ("args", "text", "left"),
    [
        ({"people": 4}, "a table for 4", {"people": 4}),
        ({"people": 4}, "四位，靠窗。桌號 ４", {"people": 4}),
        ({"people": 5}, "a table for 4", {}),
        ({"note": "window seat"}, "by the window", {"note": "window seat"}),
        ({"note": "靠窗的位子"}, "訂靠窗的桌子", {"note": "靠窗的位子"}),
        ({"note": "vegan"}, "a table for 4", {}),
        ({"terrace": True}, "outside", {"terrace": True}),
        ({"restaurant": "made up"}, "anywhere", {"restaurant": "made up"}),
    ],
)
def test_what_was_said(args: dict[str, Any], text: str, left: dict[str, Any]) -> None:
    assert said(Call(name="book_table", args=args), {"book_table": book_table}, text) == left


def test_lists_and_objects_stay_if_a_part_of_them_was_said() -> None:
    schema = {"type": "object", "properties": {"tags": {"type": "array"}, "at": {"type": "object"}}}
    made_of = as_tool({"name": "note", "parameters": schema})
    call = Call(name="note", args={"tags": ["rain", "x"], "at": {"day": "Friday"}})
    assert said(call, {"note": made_of}, "rain on Friday") == call.args
    assert said(call, {"note": made_of}, "sun") == {}


def test_earlier_turns_count_as_said() -> None:
    from langchain_core.messages import HumanMessage

    asked = agent(calls({"restaurant": "Roma", "people": 6}))
    history = [HumanMessage("There are 6 of us.")]
    assert asked.propose("Book at Roma.", history=history)[0].args["people"] == 6


def test_bad_tasks_are_said() -> None:
    with pytest.raises(UsageError, match="task is empty"):
        agent().propose(" ")


def test_of_many_tools_those_that_fit_are_shown() -> None:
    def described(name: str, what: str) -> dict[str, Any]:
        parameters = {"type": "object", "properties": {"text": {"type": "string"}}}
        return {"name": name, "description": what, "parameters": parameters}

    many = [described(f"tool_{n}", f"Does the thing of number {n}.") for n in range(60)]
    wanted = described("translate_text", "Translate a text into another language.")
    model = ScriptedModel(calls({"text": "good morning"}, name="translate_text"))
    asked = Agent("many", tools=[*many[:30], wanted, *many[30:]], model=model)
    [call] = asked.propose('Translate "good morning" into French.')
    assert call.name == "translate_text"
    shown = model.asked[0].rpartition("Tools:")[2].partition("JSON Schema")[0]
    assert '"translate_text"' in shown
    assert shown.count('"name"') <= 8
