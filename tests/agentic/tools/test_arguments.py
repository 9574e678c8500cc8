"""What is wrong with arguments is said so that a small model can mend it."""

import json
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from agentic.errors import ToolError
from agentic.tools import BUILTIN, Tool, tool
from agentic.tools.arguments.example import example
from agentic.tools.arguments.validation import shortened, storable, validated
from benchmarks.malformed import TOOLS


class Guest(BaseModel):
    """Who comes."""

    name: str
    age: Annotated[int, Field(ge=0)] = 30


@tool(effects=["writes"])
def book(
    guest: Guest,
    seats: Annotated[int, Field(ge=1, le=12)],
    day: date,
    place: Literal["inside", "outside"] = "inside",
    wishes: list[str] | int | None = None,
) -> str:
    """Book a table."""
    return f"{guest.name} {seats} {day} {place} {wishes}"


@tool(effects=[])
def ask(question: str) -> str:
    """Ask."""
    return question


RIGHT = {"guest": {"name": "Ann"}, "seats": 2, "day": "2026-05-01"}


def refusal(made: Tool, args: dict[str, Any]) -> str:
    with pytest.raises(ToolError) as caught:
        validated(made, args)
    return str(caught.value)


def given_to(made: Tool, args: Any) -> dict[str, Any]:
    return validated(made, args).model_dump(mode="json", exclude_unset=True, by_alias=True)


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        (RIGHT, {**RIGHT, "guest": {"name": "Ann"}}),
        ({**RIGHT, "seats": "２"}, RIGHT),
        ({**RIGHT, "guest": '{"name": "Ann"}'}, RIGHT),
        (
            {**RIGHT, "guest": {"Name": "Ann", "age": "4"}},
            {**RIGHT, "guest": {"name": "Ann", "age": 4}},
        ),
        ({**RIGHT, "place": "Outside"}, {**RIGHT, "place": "outside"}),
        ({**RIGHT, "place": ""}, RIGHT),
        ({**RIGHT, "note": None, "other": ""}, RIGHT),
        ({**RIGHT, "wishes": '["quiet"]'}, {**RIGHT, "wishes": ["quiet"]}),
        ({"arguments": RIGHT}, RIGHT),
        ({"input": json.dumps(RIGHT)}, RIGHT),
        ({"Guest": {"name": "Ann"}, "SEATS": 2, "Day": "2026-05-01"}, RIGHT),
    ],
)
def test_certain_arguments_get_through(args: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert given_to(book, args) == wanted


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"seats": "many"}, "'seats': input should be a valid integer, not 'many'"),
        ({"seats": 0}, "'seats': input should be greater than or equal to 1, not 0"),
        ({"seats": "99"}, "'seats': input should be less than or equal to 12, not 99"),
        ({"place": "roof"}, "'place': input should be 'inside' or 'outside', not 'roof'"),
        ({"day": "someday"}, "'day': input should be a valid date"),
        ({"guest": "Ann"}, "'guest': input should be a valid dictionary"),
        ({"guest": {}}, "'guest.name' is missing"),
        ({"guest": {"name": "Ann", "age": -1}}, "'guest.age': input should be greater than"),
        (
            {"wishes": "a, b"},
            "'wishes': input should be a valid list or a valid integer, not 'a, b'",
        ),
        ({"wishes": ["a", []]}, "'wishes.1': input should be a valid string, not []"),
        ({"seat": 3}, "there is no argument 'seat', perhaps 'seats'"),
        ({"zzz": 3}, "there is no argument 'zzz'. "),
        (
            {"seats": {"a": {"b": 1}}},
            "'seats': input should be a valid integer, not {'a': {'b': 1}}",
        ),
        ({"\ud800": 1}, "there is no argument '\ufffd'"),
        ({"place": "\ud800"}, "not '\ufffd'"),
    ],
)
def test_a_refusal_says_what_is_wrong_what_is_right_and_shows_it(
    change: dict[str, Any], fault: str
) -> None:
    said = refusal(book, RIGHT | change)
    assert said.startswith("Wrong arguments: ")
    assert fault in said
    assert '"inside"|"outside"' in said
    shown = said.rpartition("For example: book ")[2]
    assert given_to(book, json.loads(shown))
    assert len(said) < 600
    said.encode()


def test_every_missing_argument_is_named() -> None:
    said = refusal(book, {})
    for name in ("guest", "seats", "day"):
        assert f"{name!r} is missing" in said


def test_the_example_keeps_what_was_right() -> None:
    said = refusal(book, {**RIGHT, "seats": "many", "place": "outside"})
    shown = json.loads(said.rpartition("For example: book ")[2])
    assert shown == {"guest": {"name": "Ann"}, "seats": 1, "day": "2026-05-01", "place": "outside"}


def test_at_most_five_faults_are_told() -> None:
    said = refusal(ask, {f"q{n}": n for n in range(50)})
    assert said.count("there is no argument") + said.count("is missing") == 5


HUGE: dict[str, Any] = {
    "text": "x" * 10**7,
    "number": 10**5000,
    "list": [0] * 10**5,
    "names": {str(n): n for n in range(10**4)},
    "brackets": "[" * 10**5,
    "digits": "9" * 10**6,
}


@pytest.mark.parametrize("huge", HUGE.values(), ids=HUGE)
def test_a_huge_argument_is_refused_in_short(huge: Any) -> None:
    for made in (book, odd):
        assert len(refusal(made, {"guest": huge, "url": huge, "seats": huge})) < 1200


def test_a_text_of_any_length_is_taken_as_it_is() -> None:
    assert given_to(ask, {"question": "長" * 10**6})["question"] == "長" * 10**6


def nested(levels: int) -> Any:
    deep: Any = "x"
    for _ in range(levels):
        deep = {"guest": deep}
    return deep


@pytest.mark.parametrize("levels", [2, 49, 60, 5000])
def test_nesting(levels: int) -> None:
    said = refusal(book, nested(levels))
    assert ("nested too deeply" in said) == (levels > 50)
    assert "…" in shortened(nested(levels)) or levels == 2
    json.dumps(storable(nested(levels)))


def test_what_can_not_be_shown_in_an_example_is_not_shown() -> None:
    @tool
    def strict(code: Annotated[str, Field(pattern=r"^[A-Z]{3}-\d{3}$")]) -> None:
        """Take a code."""

    said = refusal(strict, {"code": 5})
    assert "For example" not in said
    assert "strict(code: string)" in said


class Odd(BaseModel):
    """Limits of every kind."""

    low: Annotated[int, Field(gt=10)]
    high: Annotated[float, Field(lt=-3.5)]
    narrow: Annotated[float, Field(gt=0, lt=0.5)]
    fives: Annotated[int, Field(multiple_of=5, ge=7)]
    long: Annotated[str, Field(min_length=30)]
    short: Annotated[str, Field(max_length=2)]
    several: Annotated[list[int], Field(min_length=3)]
    either: list[str] | int
    when: date
    on: bool
    nothing: None
    any: Any
    fixed: Literal["only"]
    said: Annotated[str, Field(examples=["Keelung"])]


@tool
def odd(odd: Odd, url: str, note_path: str, 數量: int) -> None:
    """Take odd things."""


@pytest.mark.parametrize("made", [book, ask, odd, *TOOLS.values(), *BUILTIN.values()])
def test_the_example_of_a_tool_is_one_that_it_takes(made: Tool) -> None:
    shown = example(made)
    validated(made, shown)
    assert set(shown) == set(made.schema.get("required", ()))


def test_an_example_is_like_what_is_wanted() -> None:
    shown = example(odd)
    assert shown["odd"]["said"] == "Keelung"
    assert shown["odd"]["fixed"] == "only"
    assert shown["url"].startswith("https://")
    assert shown["note_path"] == "notes.txt"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["guest", "seats", "input", "name"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*RIGHT, "place", "wishes", "input"]), ANY, max_size=5))
def test_any_arguments_are_taken_or_refused(args: dict[str, Any]) -> None:
    for made in (book, ask, odd):
        try:
            validated(made, args)
        except ToolError as error:
            said = str(error).encode()
        else:
            said = b""
        assert len(said) < 3000


@given(st.fixed_dictionaries({"question": st.text()}))
def test_a_right_argument_is_never_changed(args: dict[str, str]) -> None:
    assert given_to(ask, args) == {"question": storable(args["question"])}
