"""Runs that go in circles: the patterns, and what the loop makes of them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic import Agent, Limits, ToolError, tool
from agentic.result import Result
from agentic.safety.stuck import going_in_circles
from agentic.state import Observation
from agentic.testing import ScriptedModel, call, enough, missing, plan


def seen(
    name: str, result: str, ok: bool = True, repeated: bool = False, **args: Any
) -> Observation:
    return Observation(
        id="c",
        step=1,
        name=name,
        args=args,
        ok=ok,
        result=result,
        seconds=0.0,
        repeated=repeated,
    )


def failed(result: str, name: str = "page", **args: Any) -> Observation:
    return seen(name, result, ok=False, **args)


def pattern(*observations: Observation, since: int = 0, turn: int = 1) -> str | None:
    found = going_in_circles(observations, since, turn)
    return None if found is None else found.pattern


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("busy", "busy", "busy"),
        ("busy for 3s, at 12:30", "busy for 12s, at 12:31", "busy for 1.5s, at 9:00"),
        (
            "no run 3fa9c0d1b2e4",
            "no run 99a1c0d1b2e4",
            "no run 550e8400-e29b-41d4-a716-446655440000",
        ),
        ("等30秒再試", "等5秒再試", "等7秒再試"),
    ],
)
def test_the_same_error_but_for_numbers_three_times_in_a_row(
    first: str, second: str, third: str
) -> None:
    errors = [failed(first, n=1), failed(second, n=2), failed(third, n=3)]
    assert pattern(*errors) == "same error"
    assert pattern(*errors[:2]) is None
    assert pattern(*errors[:2], seen("page", "home"), errors[2]) is None
    assert pattern(*errors[:2], failed(third, name="other")) is None
    assert pattern(*errors, seen("page", "home")) is None


def test_errors_about_other_names_are_other_errors() -> None:
    assert pattern(*(failed(f"no page 'page{number}'") for number in range(3))) is None
    assert pattern(failed("no facade"), failed("no decade"), failed("no facade")) is None


def test_calls_of_one_turn_are_no_pattern_by_themselves() -> None:
    errors = [failed("busy", n=number) for number in range(8)]
    assert pattern(*errors, turn=8) is None
    assert pattern(*errors, turn=7) == "same error"


def test_two_calls_that_take_turns_and_show_the_same() -> None:
    a, b = seen("look", "dark", at=1), seen("light", "off")
    assert pattern(a, b, a, b) == "alternating"
    assert pattern(a, b, a) is None
    assert pattern(a, b, a, seen("light", "on")) is None
    assert pattern(a, b, seen("look", "dark", at=2), b) is None
    assert pattern(a, a, a, a) is None
    shut = [failed("busy 1"), failed("shut"), failed("busy 2"), failed("shut")]
    assert pattern(*shut) == "alternating"


def test_six_in_a_row_without_anything_new() -> None:
    idle = [
        failed("one"),
        seen("search", "nothing found", q="a"),
        seen("search", "nothing found", q="b"),
        seen("search", "home", repeated=True),
        failed("two"),
        seen("search", "nothing found", q="c"),
        failed("three"),
    ]
    begun = [seen("search", "nothing found", q="0")]
    assert pattern(*begun, *idle[:6]) == "nothing new"
    assert pattern(*begun, *idle[:5]) is None
    assert pattern(*begun, *idle[:5], seen("search", "found!"), failed("x")) is None
    assert pattern(*begun, *idle, since=2) == "nothing new"
    assert pattern(*begun, *idle, since=3) is None


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(0, 30))
def test_what_shows_something_new_each_time_is_no_pattern(names: list[str], since: int) -> None:
    fresh = [seen(name, f"{name} {number}") for number, name in enumerate(names)]
    assert pattern(*fresh, since=since) is None


def test_a_long_error_takes_no_time() -> None:
    hostile = "a1" * 50_000 + "-" * 50_000 + "g" + "1." * 50_000
    assert pattern(*[failed(hostile)] * 3) == "same error"


@tool(effects=["reads"], cached=False)
def page(name: str) -> str:
    """Read a page."""
    raise ToolError("The server is busy, wait 3 s.")


@tool(effects=["reads"])
def search(words: str) -> str:
    """Search."""
    return "nothing found"


@tool(effects=["writes"])
def ring(door: str) -> str:
    """Ring at a door."""
    return "nobody there"


def run(task: str, *script: Any, tools: Any = (page, search)) -> tuple[Result, ScriptedModel]:
    model = ScriptedModel(*script)
    agent = Agent("a", tools=tools, model=model, limits=Limits(tokens=None))
    return agent.run(task), model


def pages(*names: str) -> list[str]:
    return [call("page", name=name) for name in names]


def test_the_same_error_leads_to_another_plan_once_and_then_to_an_honest_end() -> None:
    result, model = run(
        "Read the page, the whole page",
        *(plan(("page", "Read the page")), *pages("a", "b", "c")),
        *(plan(("page", "the whole page")), *pages("d", "e", "f")),
        "I could not read it.",
    )

    assert result.status == "incomplete"
    assert result.reason == (
        "page failed again and again with the same error: The server is busy, wait 3 s."
    )
    assert result.answer.startswith("This is not finished: page failed again and again")
    sent = [[(m.type, m.content) for m in messages] for messages in model.transcripts]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(sent))


def test_it_is_told_in_the_language_of_the_task() -> None:
    result, _ = run(
        "讀這一頁，整頁都要",
        *(plan(("page", "讀這一頁")), *pages("a", "b", "c")),
        *(plan(("page", "整頁都要")), *pages("d", "e", "f")),
        "我讀不到。",
    )

    assert result.reason.startswith("page 一再出現同樣的錯誤：")


def test_a_plan_that_does_better_is_done() -> None:
    result, _ = run(
        "Read the page or search",
        *(plan(("page", "Read the page")), *pages("a", "b", "c")),
        *(plan(("search", "search")), call("search", words="x"), enough("nothing there")),
        "Nothing there.",
    )

    assert result.status == "done"


def test_calls_of_one_turn_that_fail_alike_are_tried_again_first() -> None:
    parts = [("page", "page one"), ("page", "page two"), ("page", "page three")]
    result, model = run(
        "Read page one, page two, page three",
        plan(*parts),
        *pages("one", "two", "three"),
        *pages("one", "two", "three"),
        plan(),
        "Busy.",
    )

    assert len(result.calls) == 6
    assert [step.status for step in result.steps] == ["failed"] * 3
    assert len(model.asked) == 9


DOORS = [f"door{letter}" for letter in "abcdefghijklmn"]


def ringing(doors: list[str]) -> list[str]:
    return [plan(*(("ring", door) for door in doors)), *(call("ring", door=door) for door in doors)]


def test_calls_that_bring_nothing_new_lead_to_another_plan_and_then_to_an_honest_end() -> None:
    result, model = run(
        f"Ring {' '.join(DOORS)}",
        *(*ringing(DOORS[:8]), missing("an open door")),
        *(*ringing(DOORS[8:]), missing("an open door")),
        "Nobody was there.",
        tools=[ring],
    )

    assert (result.status, len(result.calls)) == ("incomplete", 14)
    assert result.reason == "the last 6 calls brought nothing new"
    assert len(model.asked) == len(model.script)


def test_a_plan_whose_steps_succeed_is_followed_to_its_end() -> None:
    result, _ = run(
        f"Ring {' '.join(DOORS)}",
        *(*ringing(DOORS[:8]), enough("nobody"), "Nobody was there."),
        tools=[ring],
    )

    assert (result.status, len(result.calls)) == ("done", 8)
