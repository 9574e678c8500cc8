"""Every value has one form as text, and no text can harm who reads it."""

import itertools
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from agentic.cleaning import clean
from agentic.errors import ToolError
from agentic.tools.context import ToolOutput
from agentic.tools.rendering import fit, render


class Place(BaseModel):
    name: str
    day: date


@dataclass
class Point:
    x: int
    where: Any = None


class Unit(Enum):
    km = "km"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("巴黎", "巴黎"),
        (3, "3"),
        (0.5, "0.5"),
        (True, "true"),
        (None, "(no result)"),
        (Decimal("1.10"), "1.10"),
        ([1, "巴", None], '[1,"巴",null]'),
        (("a",), '["a"]'),
        ({"高": 330, "ok": False}, '{"高":330,"ok":false}'),
        ({"b", "a"}, '["a","b"]'),
        (Place(name="塔", day=date(2026, 11, 24)), '{"name":"塔","day":"2026-11-24"}'),
        ([Point(1, Unit.km)], '[{"x":1,"where":"km"}]'),
        (date(2026, 11, 24), "2026-11-24"),
        (b"\x89PNG" * 300, "(1,200 bytes of binary data)"),
        ([bytearray(3)], '["(3 bytes of binary data)"]'),
        (PurePosixPath("a/b"), "a/b"),
        (range(3), "range(0, 3)"),
        ([], "[]"),
        ("", ""),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert render(value) == ToolOutput(text)


def test_an_output_keeps_its_sources() -> None:
    output = ToolOutput("text", ("a.md",))
    assert render(output) == output
    untyped: Any = ToolOutput
    assert render(untyped({"a": 1}, "a.md")) == ToolOutput('{"a":1}', ("a.md",))


async def endless() -> Any:
    yield 1


@pytest.mark.parametrize(
    "value",
    [itertools.count(), (n for n in range(2)), endless(), [itertools.count()], {"a": map(str, [])}],
)
def test_a_generator_is_no_result(value: Any) -> None:
    with pytest.raises(ToolError, match="returned a generator, which is no result"):
        render(value)


def test_what_json_can_not_hold() -> None:
    circle: list[Any] = []
    circle.append(circle)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep, {(1, 2): 3}):
        with pytest.raises(ToolError, match="can't be written as text"):
            render(value)
    while deep:  # taken apart one by one: freeing it at once would nest as deeply
        deep = deep.pop()


def test_long_text_is_cut_in_the_middle_and_says_so() -> None:
    text = "頭" * 5_000_000 + "尾" * 5_000_000
    cut = fit(text, 400)
    assert len(cut) <= 400
    head, line, tail = cut.split("\n")
    assert set(head) == {"頭"}
    assert set(tail) == {"尾"}
    left_out = len(text) - len(head) - len(tail)
    assert line == f"… {left_out:,} characters left out …"
    assert fit("x" * 400, 400) == "x" * 400


@given(st.text(max_size=600), st.integers(100, 500))
def test_what_fits_is_bounded_printable_and_encodable(text: str, limit: int) -> None:
    cut = fit(text, limit)
    assert len(cut) <= limit
    cut.encode("utf-8")
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in cut)
    assert clean(cut) == cut


def test_terminal_codes_and_half_characters_are_taken_out() -> None:
    text = "\x1b[31mred\x1b[0m\x1b]0;title\x07 a\x00b\x08\r\nc\td \ud83d \x9b2J"
    assert clean(text) == "red ab\nc\td \ufffd 2J"
    json.loads(json.dumps(clean(text)))
