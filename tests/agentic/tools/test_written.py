"""Calls that models write as text are found in every dialect; what is none never becomes one."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.naming import folded, matched
from agentic.tools import tool, toolbox
from agentic.tools.written.calls import Written, written_calls
from agentic.tools.written.scalars import unescaped
from agentic.tools.written.values import Unreadable, read_all
from benchmarks.malformed import DECOYS, TOOLS, Case, corpus
from benchmarks.mangled import HOSTILE, WAYS, mangled

CASES = corpus()
TEXTS = [case.text for case in CASES]
ALL = TOOLS | DECOYS
WAY_NAMES = [way.__name__ for way in WAYS]


def found(text: str) -> list[dict[str, Any]]:
    return [{"name": each.name, "args": each.args} for each in written_calls(text, ALL)]


def names(text: str) -> list[str | None]:
    return [matched(each.name, ALL) for each in written_calls(text, ALL)]


def call(name: str, **args: Any) -> str:
    return json.dumps({"name": name, "arguments": args}, ensure_ascii=False)


def test_the_corpus_is_large_and_has_texts_without_calls() -> None:
    assert len(CASES) >= 200
    assert sum(not case.expect for case in CASES) >= 60
    assert len(set(TEXTS)) == len(TEXTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.text[:40]))
def test_written_case(case: Case) -> None:
    calls = found(case.text)
    assert calls == case.expect
    assert None not in names(case.text)
    assert json.dumps(calls) == json.dumps(case.expect)  # 1 is not True, nor 1.0


@pytest.mark.parametrize("case", [case for case in CASES if case.expect])
def test_prose_around_a_call_changes_nothing(case: Case) -> None:
    if "\\" not in case.text[:3]:  # a text that is quoted as a whole is read as a whole only
        assert found(f"好的，我來處理。\n\n{case.text}") == case.expect


@pytest.mark.parametrize("case", [case for case in CASES if case.expect])
def test_what_is_only_thought_is_not_called(case: Case) -> None:
    if "</" not in case.text:
        assert found(f"<think>\n{case.text}\n</think>\nDone.") == []
        assert found(f"<think>\n{case.text}") == []


def test_a_call_inside_of_an_argument_is_text() -> None:
    for inner in TEXTS:
        outer = call("write_note", title="t", text=inner)
        assert found(outer) == [{"name": "write_note", "args": {"title": "t", "text": inner}}]
        assert names(f"write_note('t', {inner!r})") == ["write_note"]
        assert names(f"<tool_call>{outer}</tool_call>") == ["write_note"]


def test_a_call_inside_of_other_data_is_data() -> None:
    for inner in TEXTS:
        assert found(json.dumps({"answer": inner}, ensure_ascii=False)) == []
        assert found(json.dumps({"user": {"said": [inner]}})) == []


@pytest.mark.parametrize("text", [call("add", a=12, b=34), 'add(a=12, b="34")'])
def test_a_call_that_is_cut_off_is_whole_or_none(text: str) -> None:
    whole = found(text)
    for end in range(len(text)):
        assert found(text[:end]) in ([], whole)


def test_a_value_that_is_cut_off_is_never_given_to_a_tool() -> None:
    text = call("send_mail", to=["ann@example.com"], subject="On Friday", body="Pay 1000 to Ann")
    for end in range(len(text)):
        for each in found(text[:end] + "\n" * (end % 2)):
            assert each["args"].get("subject", "On Friday") == "On Friday"
            assert each["args"].get("body", "Pay 1000 to Ann") == "Pay 1000 to Ann"


@tool
def research(topic: str) -> None:
    """Look deeper."""


@tool
def look(what: Any) -> None:
    """Look at it."""


@tool
def total(numbers: list[float]) -> None:
    """Sum."""


@tool(name="files.delete")
def delete(path: str) -> None:
    """Delete a file."""


OTHERS = toolbox([research, look, total, delete])


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ('look("x")', {"what": "x"}),
        ("look([1])", {"what": [1]}),
        ('look({"a": 1})', {"what": {"a": 1}}),
        ("total([1, 2])", {"numbers": [1, 2]}),
        ("total((1, 2))", {"numbers": [1, 2]}),
        ('{"name": "total", "arguments": [1, 2]}', {"numbers": [1, 2]}),
        ("total([1], 2)", {"numbers": [1], "argument 2": 2}),
        ('files.delete(path="a")', {"path": "a"}),
    ],
)
def test_positional_arguments(text: str, args: dict[str, Any]) -> None:
    assert [each.args for each in written_calls(text, OTHERS)] == [args]


@pytest.mark.parametrize(
    "text",
    [
        *('re.search("x")', 'x.look("y")', 'delete("a")', 'file.delete("a")', "total(numbers)"),
        *('look("x").run()', 'look("x") + 1', 'if look("x"):', 'return look("x")', "look(*[1])"),
        *('look("x" + "y")', "look(1 + 1)", "look(b'x')", "look(1, what=2)", "not look(1)"),
        *("look(lambda: 1)", "look(__import__('os'))", "look([x for x in y])", "look(0x10)"),
    ],
)
def test_code_that_is_no_call_of_literals(text: str) -> None:
    assert written_calls(text, OTHERS) == []


def test_no_tools_no_calls() -> None:
    assert all(written_calls(text, {}) == [] for text in TEXTS)


def test_a_call_is_a_record() -> None:
    (one,) = written_calls('add(a=1, b="x")', TOOLS)
    assert one == Written("add", {"a": 1, "b": "x"})
    with pytest.raises(AttributeError):
        one.name = "other"  # type: ignore[misc]


@given(st.sampled_from(WAYS), st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_a_fault_never_brings_up_a_tool_that_nobody_named(way: Any, text: str, seed: int) -> None:
    changed = way(text, random.Random(seed), TEXTS)[:20_000]
    for name in names(changed):
        assert name in TOOLS
        assert folded(str(name)) in folded(changed)


@given(st.sampled_from(TEXTS), st.integers(0, 2**32))
def test_several_faults(text: str, seed: int) -> None:
    changed = mangled(text, random.Random(seed), TEXTS)
    assert not DECOYS.keys() & set(names(changed))


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert all(matched(call.name, ALL) in ALL for call in written_calls(text, ALL))


PIECES = st.sampled_from(
    [*HOSTILE, "add", "(1", ", 2)", ")", "}", "]", ': "', '"', "\n", '"arguments"', "city", "="]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_pieces_of_calls_can_be_read(text: str) -> None:
    assert not DECOYS.keys() & set(names(text))


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_piece_written_thousands_of_times_over_is_read_to_an_end(piece: str) -> None:
    for text in (piece * 10_000, piece * 10_000 + "]" * 10_000, "[TOOL_CALLS]" + piece * 10_000):
        assert not DECOYS.keys() & set(names(text))


def test_a_megabyte_is_read() -> None:
    filler = "The quick brown fox. 敏捷的狐狸。\n" * 5_000
    assert found(filler + call("add", a=1, b=2)) == [{"name": "add", "args": {"a": 1, "b": 2}}]
    assert written_calls("a" * 10**6, ALL) == []
    assert names(call("write_note", title="t", text="x" * 400_000)) == ["write_note"]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    )
)
def test_json_and_python_values_are_read_as_they_are(value: Any) -> None:
    for written in (json.dumps([value]), json.dumps([value], ensure_ascii=False, indent=2)):
        assert read_all(written) == [value]
    assert read_all(repr([value])) == [value]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[1", "[1,", '["a', '{"a"', '{"a":', '{"a": 1, "a": 2}', "[01]", "[1 2]", "[x]"),
        *(
            '["a" "b"]',
            "[NaN]",
            "[1e999]",
            "[1.2.3]",
            "[2026-01-31]",
            "[1]]",
            "[1] x",
            "9" * 5000 + " ",
            "12",
        ),
        *("[" * 51 + "]" * 51, "[" * 10**5, '{1: "a"}', "[f'x']", "{'a', 'b'}", "“a"),
    ],
)
def test_values_that_leave_doubt(text: str) -> None:
    with pytest.raises(Unreadable):
        read_all(text)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        (r"a\nb\t\"c\" \\ \/", 'a\nb\t"c" \\ /'),
        (r"臺北", "臺北"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d", "\ud83d"),
        (r"C:\dir \d+ \u12", r"C:\dir \d+ \u12"),
        ("a\\\nb", "ab"),
        ("\\", "\\"),
    ],
)
def test_escapes(escaped: str, plain: str) -> None:
    assert unescaped(escaped) == plain
