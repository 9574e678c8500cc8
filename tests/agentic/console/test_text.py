"""Text made safe, cut and wrapped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agentic.console.text import clean, cut, one_line, printable_json, wrap

from .happenings import EVIL

MIXED = st.text(
    st.one_of(st.characters(), st.sampled_from("港口城市，。「」（ abc 　é👩‍🚀")), max_size=80
)


def is_safe(text: str) -> bool:
    """Whether a text can neither move the cursor nor hide or turn itself."""
    return text.replace("\n", "").replace("\t", "").translate(
        dict.fromkeys(
            [*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
        )
    ) == text.replace("\n", "").replace("\t", "")


@given(MIXED)
def test_clean_text_can_do_nothing_and_is_left_as_it_is(text: str) -> None:
    assert is_safe(clean(text))
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


def test_what_stays_of_hostile_text_is_what_can_be_read() -> None:
    assert one_line(EVIL) == "[red]x[/red]2Jesrever \ufffd[/]"


@given(MIXED, st.integers(8, 60))
def test_rows_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    safe = clean(text)
    rows = wrap(safe, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(safe.split())


def test_a_row_breaks_beside_wide_characters_but_not_before_a_closing_mark() -> None:
    assert wrap("港口城市是卑爾根，人口很多。", 10) == ["港口城市是", "卑爾根，人", "口很多。"]
    assert wrap("它在「卑爾根」。", 6) == ["它在", "「卑爾", "根」。"]
    assert wrap("abc 港口城市", 8) == ["abc 港口", "城市"]


def test_the_first_row_leaves_room_for_what_stands_before_it() -> None:
    assert wrap("one two three", 9, used=5) == ["one", "two three"]
    assert wrap("overlong12 x", 10, used=8) == ["", "overlong12", "x"]


def test_lines_and_their_indents_stay() -> None:
    assert wrap("a:\n  - b\n\n\tc", 20) == ["a:", "  - b", "", "    c"]


@given(MIXED, st.integers(4, 40))
def test_a_cut_text_fits(text: str, width: int) -> None:
    short = cut(one_line(text), width)
    assert cell_len(short) <= width
    assert short == one_line(text) or short.endswith("…")


def test_a_cut_never_leaves_half_a_wide_character() -> None:
    assert cut("港口城市", 6) == "港口…"
    assert cut("港口城市", 7) == "港口城…"
    assert cut("港口城市", 8) == "港口城市"


@pytest.mark.parametrize("ascii_only", [True, False])
@given(text=MIXED)
def test_json_can_be_printed_and_is_the_same_when_read(text: str, ascii_only: bool) -> None:
    line = printable_json({"text": text}, ascii_only=ascii_only)
    assert is_safe(line)
    assert "\n" not in line
    assert json.loads(line) == {"text": text}
    assert not ascii_only or line.isascii()
