"""Arguments become what the schema wants where that is certain, and are else let be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.tools.arguments.coercion import coerced, named
from agentic.tools.arguments.conforming import conforms

Schema = dict[str, Any]

INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
NUMBERS: Schema = {"type": "array", "items": NUMBER}
UNIT: Schema = {"enum": ["celsius", "fahrenheit", "high priority"], "type": "string"}
UNITS: Schema = {"type": "array", "items": UNIT}
MAYBE: Schema = {"anyOf": [INTEGER, {"type": "null"}]}
SIGNS: Schema = {"enum": ["+1", "-1"]}
GUEST: Schema = {
    "type": "object",
    "properties": {"full_name": TEXT, "age": INTEGER},
    "required": ["full_name"],
}


def closed(required: list[str] | None = None, **properties: Schema) -> Schema:
    needed = list(properties) if required is None else required
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("kind", "given_", "wanted"),
    [
        (INTEGER, "3", 3),
        (INTEGER, " 3.0 ", 3),
        (INTEGER, "1,234", 1234),
        (INTEGER, "-12", -12),
        (INTEGER, "３", 3),
        (INTEGER, "１，２３４", 1234),
        (INTEGER, 3.0, 3.0),
        (NUMBER, "3", 3),
        (NUMBER, "2.50", 2.5),
        (NUMBER, "1,234.5", 1234.5),
        (NUMBER, "1e3", 1000.0),
        (NUMBER, "３．５", 3.5),
        (NUMBER, "－２", -2),
        (BOOLEAN, "true", True),
        (BOOLEAN, "False", False),
        (BOOLEAN, "yes", True),
        (BOOLEAN, "是", True),
        (BOOLEAN, "否", False),
        (TEXT, 5, "5"),
        (TEXT, 2.5, "2.5"),
        (TEXT, 12345678901234567890, "12345678901234567890"),
        (TEXTS, "red", ["red"]),
        (TEXTS, '["a", "b"]', ["a", "b"]),
        (TEXTS, "['a', 'b']", ["a", "b"]),
        (TEXTS, [1, "b"], ["1", "b"]),
        (NUMBERS, "3", [3]),
        (NUMBERS, 3, [3]),
        (NUMBERS, "[1, 2]", [1, 2]),
        (NUMBERS, ["1", 2], [1, 2]),
        (UNIT, "Celsius", "celsius"),
        (UNIT, " ＣＥＬＳＩＵＳ ", "celsius"),
        (UNIT, "high_priority", "high priority"),
        (UNITS, "celsius, Fahrenheit", ["celsius", "fahrenheit"]),
        (UNITS, "celsius、fahrenheit", ["celsius", "fahrenheit"]),
        ({"enum": [1, 2]}, "2", 2),
        (MAYBE, "null", None),
        (MAYBE, "7", 7),
        ({"type": ["integer", "null"]}, "7", 7),
        (GUEST, '{"full_name": "Ann"}', {"full_name": "Ann"}),
        (GUEST, {"Full-Name": "Ann", "age": "30"}, {"full_name": "Ann", "age": 30}),
        (GUEST, "{'fullName': 'Ann', 'age': ''}", {"full_name": "Ann"}),
        ({"type": "array", "items": GUEST}, {"full_name": "Ann"}, [{"full_name": "Ann"}]),
        ({"type": "object", "additionalProperties": INTEGER}, {"a": "1"}, {"a": 1}),
    ],
)
def test_what_is_certain_is_converted(kind: Schema, given_: Any, wanted: Any) -> None:
    found = coerced(closed(value=kind), {"value": given_})
    assert found == {"value": wanted}
    assert json.dumps(found) == json.dumps({"value": wanted})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((INTEGER, each) for each in ("3.5", "three", "三", "", "1,23", "12,34", "3 km", "0x10")),
        *((INTEGER, each) for each in ("5²", "½", "①", "1e3", "3-4", "--3", "9" * 5000, None, 3.5)),
        *((NUMBER, each) for each in ("1.2.3", "3,5", "50%", "$5", "nan", "inf", "1e999", ".", "")),
        *((BOOLEAN, each) for each in ("maybe", "1", 1, "on", "是的嗎", "", None, "不")),
        *((TEXT, each) for each in (True, None, ["a"], {"a": 1}, float("nan"), 1e300)),
        *((TEXTS, each) for each in ("a, b", "a、b", "a\nb", "", None, {"a": 1}, '["a", ')),
        *((NUMBERS, each) for each in ("1, 2", "x", "[1, x]", "1 2")),
        *(
            (UNIT, each)
            for each in ("kelvin", "celsius or fahrenheit", "c", 5, None, "highpriority")
        ),
        *((UNITS, each) for each in ("celsius, kelvin", "celsius fahrenheit")),
        *((SIGNS, each) for each in ("1", 1, "+ 1")),
        ({"enum": ["a b", "a-b"]}, "A_B"),
        ({"anyOf": [INTEGER, NUMBERS]}, "3"),
        ({"anyOf": [TEXT, INTEGER]}, "3"),
        (GUEST, "Ann"),
        (GUEST, '{"full_name": "An'),
        ({"type": "string", "format": "date-time"}, "2026-01-31 10:00"),
    ],
)
def test_what_leaves_doubt_is_let_be(kind: Schema, value: Any) -> None:
    assert repr(coerced(closed(value=kind), {"value": value})) == repr({"value": value})


@pytest.mark.parametrize("nothing", ["", "null", "None", " none "])
def test_a_text_for_nothing_is_left_out_where_nothing_is_needed(nothing: str) -> None:
    schema = closed([], count=INTEGER, text=TEXT, unit=UNIT, tags=TEXTS)
    assert coerced(schema, {"count": nothing, "unit": nothing, "tags": nothing}) == {}
    assert coerced(schema, {"text": nothing}) == {"text": nothing}
    assert coerced(closed(count=INTEGER), {"count": nothing}) == {"count": nothing}


CITY = closed(["city"], city=TEXT, user_name=TEXT, days=INTEGER)


@pytest.mark.parametrize(
    ("given_", "wanted"),
    [
        ({"City": "Oslo"}, {"city": "Oslo"}),
        ({"ｃｉｔｙ": "Oslo"}, {"city": "Oslo"}),
        ({"city": "Oslo", "user-name": "ann"}, {"city": "Oslo", "user_name": "ann"}),
        ({"city": "Oslo", "userName": "ann"}, {"city": "Oslo", "user_name": "ann"}),
        ({"city": "Oslo", "state": None}, {"city": "Oslo"}),
        ({"city": "Oslo", "state": "", "x": [], "y": {}}, {"city": "Oslo"}),
        ({"arguments": {"city": "Oslo", "days": "2"}}, {"city": "Oslo", "days": 2}),
        ({"input": {"city": "Oslo"}}, {"city": "Oslo"}),
        ({"kwargs": '{"city": "Oslo"}'}, {"city": "Oslo"}),
        ({"args": {"input": {"city": "Oslo"}}}, {"city": "Oslo"}),
        ({"arguments": {"city": "Oslo", "days": "many"}}, {"city": "Oslo", "days": "many"}),
        ({"input": "Oslo"}, {"city": "Oslo"}),
        ({"__arg1": "Oslo"}, {"city": "Oslo"}),
        ('{"city": "Oslo"}', {"city": "Oslo"}),
        ("{'city': 'Oslo'}", {"city": "Oslo"}),
        ('"{\\"city\\": \\"Oslo\\"}"', {"city": "Oslo"}),
        ("Oslo", {"city": "Oslo"}),
        (5, {"city": "5"}),
        (["Oslo", "ann", "2"], {"city": "Oslo", "user_name": "ann", "days": 2}),
        ('["Oslo", "ann"]', {"city": '["Oslo", "ann"]'}),
        ({"arguments": None}, {}),
        (None, {}),
        (" ", {}),
        ([], {}),
    ],
)
def test_arguments_in_other_shapes(given_: Any, wanted: dict[str, Any]) -> None:
    assert coerced(CITY, given_) == wanted


@pytest.mark.parametrize(
    "args",
    [
        {"town": "Oslo"},
        {"city": "Oslo", "day": 2},
        {"city": "Oslo", "CITY": "Bergen"},
        {"City": "Oslo", "CITY": "Bergen"},
        {"city": "Oslo", "arguments": {"days": 2}},
        {"arguments": {"town": "Oslo"}},
        {"data": {"city": "Oslo"}},
        {"city": "Oslo", "zero": 0, "off": False},
    ],
)
def test_a_name_is_never_guessed(args: dict[str, Any]) -> None:
    assert coerced(CITY, args) == args


def test_a_tool_that_knows_a_wrapper_by_name_keeps_it() -> None:
    schema = closed(["input"], input={"type": "object"}, city=TEXT)
    assert coerced(schema, {"input": {"city": "Oslo"}}) == {"input": {"city": "Oslo"}}


def test_bare_values_have_one_place_or_none() -> None:
    assert named(closed(a=NUMBER, b=NUMBER), "3") == {"input": "3"}
    assert named(closed(values=NUMBERS), [1, 2]) == {"values": [1, 2]}
    assert named(closed(values=NUMBERS), "[1, 2]") == {"values": "[1, 2]"}
    assert named(closed(a=NUMBER, b=NUMBER), [1, 2]) == {"a": 1, "b": 2}
    assert named(closed(a=NUMBER, b=NUMBER), [1, 2, 3]) == {"input": [1, 2, 3]}
    assert named(closed(), "x") == {"input": "x"}
    assert named(closed(query=TEXT), '{"query": "cut o') == {"input": '{"query": "cut o'}
    assert coerced(closed(input=TEXT), {"args": "x"}) == {"input": "x"}


LEAVES = {
    "integer": st.integers(-99, 99),
    "number": st.floats(-99, 99),
    "boolean": st.booleans(),
    "string": st.text(max_size=6) | st.sampled_from(["3", "true", "null", "[1]", "{}", "a, b"]),
    "null": st.none(),
}
NAMES = st.sampled_from(["city", "user_name", "input", "arguments", "n", "城市"])


@st.composite
def pairs(draw: st.DrawFn, depth: int = 2) -> tuple[Schema, Any]:
    """A schema, and a value that fits it by how it is made."""
    kinds = [*LEAVES, "enum"] + (["array", "object", "anyOf"] if depth else [])
    match kind := draw(st.sampled_from(kinds)):
        case "enum":
            choices = draw(st.lists(st.text(max_size=4) | st.integers(0, 9), min_size=1))
            return {"enum": choices}, draw(st.sampled_from(choices))
        case "array":
            items, value = draw(pairs(depth=depth - 1))
            return {"type": "array", "items": items}, draw(st.sampled_from([[], [value]]))
        case "anyOf":
            several = draw(st.lists(pairs(depth=depth - 1), min_size=1, max_size=3))
            schemas = [schema for schema, _ in several]
            return {"anyOf": schemas}, draw(st.sampled_from(several))[1]
        case "object":
            return draw(objects(depth - 1))
    return {"type": kind}, draw(LEAVES[kind])


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> tuple[Schema, Any]:
    fields = draw(st.dictionaries(NAMES, pairs(depth=depth), max_size=3))
    required = [name for name in fields if draw(st.booleans())]
    schema = closed(required, **{name: kind for name, (kind, _) in fields.items()})
    given_ = {n: v for n, (_, v) in fields.items() if n in required or draw(st.booleans())}
    return schema, given_


SCRAPS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["3", " 3.0", "1,234", "３", "true", "null", "", "[1]", '{"n": "1"}', '"{}"']
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(NAMES | st.sampled_from(["City", "userName", "args"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(objects())
def test_what_fits_is_never_changed(pair: tuple[Schema, Any]) -> None:
    schema, args = pair
    assert conforms(args, schema)
    assert repr(coerced(schema, args)) == repr(args)


@given(objects(), SCRAPS)
def test_doing_it_again_changes_nothing(pair: tuple[Schema, Any], args: Any) -> None:
    schema, _ = pair
    once = coerced(schema, args)
    assert repr(coerced(schema, once)) == repr(once)


@given(pairs(), SCRAPS)
def test_a_value_is_made_to_fit_or_kept(pair: tuple[Schema, Any], value: Any) -> None:
    kind, _ = pair
    found = coerced(closed(value=kind), {"value": value}).get("value", value)
    fits = conforms(found, kind)
    assert fits or isinstance(found, list | dict) or repr(found) == repr(value)
