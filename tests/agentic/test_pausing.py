"""A tool without a body: its calls are handed to the caller, and the run waits for what it says."""

from pathlib import Path
from typing import Any

import pytest

from agentic import Agent, ToolError, ToolOutput, UsageError
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, missing, plan

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name of the city."},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city"],
        },
    },
}


def agent(*script: Any) -> Agent:
    return Agent("caller", tools=[WEATHER], model=ScriptedModel(*script))


def paused(*rest: str) -> tuple[Agent, Any]:
    asker = agent(
        plan(("get_weather", "weather in Taipei")), call("get_weather", city="Taipei"), *rest
    )
    return asker, asker.run("What is the weather in Taipei?")


def test_a_run_waits_for_the_result_and_goes_on_with_it() -> None:
    asker, result = paused(enough("27 degrees"), "It is 27 °C in Taipei.")
    assert result.status == "paused"
    assert result.reason == "waits for the results of get_weather"
    assert result.answer == ""
    [wanted] = result.pending
    assert (wanted.name, wanted.args) == ("get_weather", {"city": "Taipei"})
    assert result.calls == []

    done = asker.resume(result.run_id, results={wanted.id: {"temperature": 27}})
    assert (done.status, done.answer) == ("done", "It is 27 °C in Taipei.")
    assert done.pending == []
    assert done.task == "What is the weather in Taipei?"
    [made] = done.calls
    assert (made.id, made.ok, made.result) == (wanted.id, True, '{"temperature":27}')
    assert done.steps[0].evidence == wanted.id
    assert done.usage.model_calls == 4
    assert done.usage.tool_calls == 1


def test_another_process_can_go_on(tmp_path: Path) -> None:
    _, result = paused()
    asker = agent(enough("27"), "27 °C")  # the same agent, made anew
    done = asker.resume(result.run_id, results={result.pending[0].id: "27"})
    assert done.answer == "27 °C"


def test_what_the_caller_could_not_do_is_told_to_the_model() -> None:
    asker, result = paused(call("get_weather", city="Taipei City"))
    again = asker.resume(
        result.run_id, results={result.pending[0].id: ToolError("No city named Taipei.")}
    )
    assert again.status == "paused"
    assert [(each.ok, each.result) for each in again.calls] == [(False, "No city named Taipei.")]
    assert again.pending[0].args == {"city": "Taipei City"}


def test_any_exception_and_any_value_are_results() -> None:
    asker, result = paused(call("get_weather", city="Taipei"), enough("x"), "done")
    again = asker.resume(result.run_id, results={result.pending[0].id: ValueError("broken")})
    assert again.calls[0].result == "ValueError: broken"
    done = asker.resume(
        again.run_id, results={again.pending[0].id: ToolOutput("sunny", ("https://a.example",))}
    )
    assert done.calls[-1].result == "sunny"
    assert done.sources == ["https://a.example"]


def test_arguments_that_do_not_fit_never_reach_the_caller() -> None:
    asker = agent(
        plan(("get_weather", "weather in Taipei")),
        call("get_weather", town="Taipei"),
        call("get_weather", city="Taipei", unit="kelvin"),
        call("get_weather", city="Taipei", unit="celsius"),
    )
    result = asker.run("What is the weather in Taipei?")
    assert result.pending[0].args == {"city": "Taipei", "unit": "celsius"}


def test_what_can_not_be_resumed_is_said() -> None:
    asker, result = paused(enough("27"), "27 °C")
    id = result.pending[0].id
    with pytest.raises(UsageError, match="There is no run 'nothere' to go on with"):
        asker.resume("nothere", results={"c": 1})
    with pytest.raises(UsageError, match=r"'\.\./x' can't be a run's id"):
        asker.resume("../x", results={"c": 1})
    with pytest.raises(UsageError, match=rf"needs an answer to go on; it waits for: {id}"):
        asker.resume(result.run_id)
    with pytest.raises(UsageError, match=r"has no call 'c9' to answer; it waits for: .*get_weath"):
        asker.resume(result.run_id, results={"c9": 1})
    asker.resume(result.run_id, results={id: "27"})
    with pytest.raises(UsageError, match="is not paused, it is done"):
        asker.resume(result.run_id, results={id: "27"})


def test_calls_of_one_turn_wait_together_and_are_answered_one_by_one() -> None:
    asker = agent(
        plan(("get_weather", "weather in Taipei"), ("get_weather", "and in Paris")),
        call("get_weather", city="Taipei"),
        call("get_weather", city="Paris"),
        enough("both"),
        "27 and 14",
    )
    result = asker.run("Compare the weather in Taipei and in Paris.")
    assert [each.args["city"] for each in result.pending] == ["Taipei", "Paris"]
    first, second = (each.id for each in result.pending)
    half = asker.resume(result.run_id, results={second: "14"})
    assert half.status == "paused"
    assert [each.id for each in half.pending] == [first]
    done = asker.resume(result.run_id, results={first: "27"})
    assert done.status == "done"
    assert {each.id: each.result for each in done.calls} == {first: "27", second: "14"}


def test_files_of_runs_are_the_users_own() -> None:
    _, result = paused()
    place = settings().home / "runs" / result.run_id / "events.jsonl"
    assert place.stat().st_mode & 0o077 == 0


def test_a_later_plan_may_pause_again() -> None:
    asker, result = paused(
        missing("the unit"),
        plan(("get_weather", "What is", "unit")),
        call("get_weather", city="Taipei", unit="celsius"),
    )
    again = asker.resume(result.run_id, results={result.pending[0].id: "27"})
    assert again.status == "paused"
    assert again.pending[0].args["unit"] == "celsius"
