"""A turn of several calls, runs with many tools, and what runs keep of long results."""

import threading
from pathlib import Path
from typing import Any

from agentic import Agent, Limits, tool
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, missing, plan
from agentic.tools import as_tool
from agentic.tools.configured import configured


def meeting(parties: int) -> Any:
    """A tool whose calls come back only when so many run at once."""
    barrier = threading.Barrier(parties)

    @tool(effects=["reads"], timeout=20)
    def population(place: str) -> str:
        """Population of a place."""
        barrier.wait(15)
        return f"{place}: many"

    return population


def test_calls_that_need_no_result_are_made_at_once() -> None:
    model = ScriptedModel(
        plan(("population", "people in Oslo"), ("population", "and in Rome")),
        call("population", place="Oslo"),
        call("population", place="Rome"),
        enough("many"),
        "Many in Oslo, many in Rome.",
    )
    agent = Agent("a", tools=[meeting(2)], model=model)
    result = agent.run("How many people in Oslo, and in Rome?")
    assert result.status == "done"
    assert [seen.result for seen in result.calls] == ["Oslo: many", "Rome: many"]
    assert [step.evidence for step in result.steps] == [seen.id for seen in result.calls]
    assert "Oslo: many" in model.asked[3]
    assert "Rome: many" in model.asked[3]


def test_a_call_that_needs_a_result_waits_for_it() -> None:
    @tool(effects=["reads"])
    def boss(person: str) -> str:
        """Who somebody works for."""
        return {"Ann": "Bob", "Bob": "Cleo"}[person]

    model = ScriptedModel(
        plan(("boss", "the boss of Ann"), ("boss", "that one's boss")),
        call("boss", person="Ann"),
        call("boss", person="Dora"),  # a guess, before the first result is known
        call("boss", person="Bob"),
        enough("Cleo"),
        "Cleo.",
    )
    result = Agent("a", tools=[boss], model=model).run(
        "Who is the boss of Ann, and that one's boss?"
    )
    assert [seen.args["person"] for seen in result.calls] == ["Ann", "Bob"]
    assert result.usage.model_calls == 6
    assert "Dora" not in model.asked[3]


def test_calls_that_write_are_made_one_by_one() -> None:
    running: list[str] = []

    @tool(effects=["writes"])
    def note(text: str) -> str:
        """Note a text."""
        running.append(text)
        return "noted"

    model = ScriptedModel(
        plan(("note", "Note milk"), ("note", "note bread")),
        call("note", text="milk"),
        call("note", text="bread"),
        enough("noted"),
        "Noted.",
    )
    Agent("a", tools=[note], model=model).run("Note milk, note bread.")
    assert running == ["milk", "bread"]
    assert "noted" in model.asked[2]  # the first was made before the second was decided


def test_a_turn_keeps_to_the_limit_of_tool_calls() -> None:
    model = ScriptedModel(
        plan(*(("population", f"in {place}") for place in ("Oslo", "Rome", "Bern"))),
        call("population", place="Oslo"),
        call("population", place="Rome"),
    )
    agent = Agent("a", tools=[meeting(2)], model=model, limits=Limits(tool_calls=2))
    result = agent.run("People in Oslo, in Rome, in Bern?")
    assert result.status == "incomplete"
    assert len(result.calls) == 2


def test_a_tool_whose_answer_changes_is_called_again() -> None:
    thrown = iter("35")

    @tool(effects=["reads"], cached=False)
    def dice(sides: int) -> str:
        """Throw dice."""
        return next(thrown)

    model = ScriptedModel(
        plan(("dice", "Throw dice")),
        call("dice", sides=6),
        missing("the second throw"),
        plan(("dice", "throw again")),
        call("dice", sides=6),
        enough("3 and 5"),
        "3 and 5",
    )
    result = Agent("a", tools=[dice], model=model).run("Throw dice, and throw again, 6 sides.")
    assert [seen.result for seen in result.calls] == ["3", "5"]


def test_a_long_result_is_read_on() -> None:
    text = "\n".join(f"line {number}" for number in range(2000))

    @tool(effects=["reads"])
    def log() -> str:
        """The log."""
        return text

    class Reading(ScriptedModel):
        """Reads on where the result says so."""

    model = Reading(
        plan(("log", "the log")),
        call("log"),
        missing("the middle of it"),
        plan(("read_result", "the middle of it")),
        '{"call": "ID", "start": 9000}',
        enough("line 1000"),
        "It is there.",
    )

    def named(self: Any = None) -> None:
        id = next(iter((settings().home / "runs").glob("*/results/*.txt"))).stem
        model.script[4] = model.script[4].replace("ID", id)

    agent = Agent("a", tools=[log], model=model)
    for event in agent.stream("What is in the middle of the log?"):
        if event.type == "tool_ended" and event.kept:
            named()
        if event.type == "tool_ended" and event.name == "read_result":
            assert event.ok
            assert text[9000:9100] in event.result
    assert '"const"' not in model.asked[0]
    assert "read_result" not in model.asked[0]  # it is offered once there is something to read
    assert "read_result(call=" in model.asked[2]


def many() -> list[Any]:
    about = {f"tool_{n}": f"Handle the thing of number {n}, whatever it may be." for n in range(40)}
    about["translate_text"] = "Translate a text into another language."
    made = []
    for name, what in about.items():

        def work(text: str, name: str = name) -> str:
            return f"{name}: {text}"

        work.__doc__ = what
        made.append(tool(name=name, effects=["reads"])(work))
    return made


def test_of_many_tools_a_plan_is_shown_those_that_fit() -> None:
    model = ScriptedModel(
        plan(("translate_text", 'Translate "good morning"')),
        call("translate_text", text="good morning"),
        enough("bonjour"),
        "bonjour",
    )
    agent = Agent("a", tools=many(), model=model)
    result = agent.run('Translate "good morning" into French.')
    assert result.status == "done"
    system, asked = (str(model.transcripts[0][at].content) for at in (0, -1))
    assert "tool_7" not in system
    assert "- translate_text(text" in asked
    assert asked.count("\n- ") == 8


def test_tools_of_a_configuration(tmp_path: Path) -> None:
    from agentic.configuration import Configuration

    assert configured(Configuration()) == []
    found = configured(
        Configuration.model_validate(
            {
                "databases": {"shop": str(tmp_path / "shop.db")},
                "http": {"hosts": ["api.example.org"]},
                "web": {"intranet": ["wiki.local:80"]},
            }
        )
    )
    assert [each.name for each in found] == ["query_database", "http_request", "web_fetch"]
    assert all(as_tool(each) is each for each in found)


def test_an_agent_may_have_a_tool_that_is_called_as_ours() -> None:
    @tool(effects=["reads"])
    def read_result(race: str) -> str:
        """Result of a race."""
        return f"{race}: a draw"

    model = ScriptedModel(
        plan(("read_result", "result of the derby")),
        call("read_result", race="derby"),
        enough("a draw"),
        "A draw.",
    )
    result = Agent("a", tools=[read_result], model=model).run("What is the result of the derby?")
    assert result.calls[0].result == "derby: a draw"
