"""Which spellings of a name are certain, and which are only near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.naming import did_you_mean, folded, matched, narrow, nearest

NAMES = ["web_search", "get_weather", "add", "查匯率", "files.read", "readFile"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("web_search", "web_search"),
        ("Web_Search", "web_search"),
        ("web-search", "web_search"),
        ("web search", "web_search"),
        ("web.search", "web_search"),
        ("webSearch", "web_search"),
        ("WebSearch", "web_search"),
        ("web\u2011search", "web_search"),
        (" `web_search` ", "web_search"),
        ("「web_search」", "web_search"),
        ("functions.web_search", "web_search"),
        ("default_api.get_weather", "get_weather"),
        ("tool:add", "add"),
        ("tools/add", "add"),
        ("functions.get_weather:0", "get_weather"),
        ("add()", "add"),
        ("add（）", "add"),
        ("ａｄｄ", "add"),
        ("Ｗｅｂ＿Ｓｅａｒｃｈ", "web_search"),
        ("查匯率", "查匯率"),
        ("functions.查匯率", "查匯率"),
        ("files_read", "files.read"),
        ("read_file", "readFile"),
    ],
)
def test_a_spelling_that_can_mean_but_one_name(written: str, name: str) -> None:
    assert matched(written, NAMES) == name


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "_", "-", "functions.", "tool:", "()", "web_serch", "adds", "ad", "dad"),
        *("browser.add", "add.web_search", "web_search2", "add²", "①add", "查汇", "x" * 10**6),
        *("add\n\nweb_search", "web_search, add", "\ud800", "\x00add"),
    ],
)
def test_what_is_only_near_is_no_match(written: str) -> None:
    assert matched(written, NAMES) is None


def test_two_names_that_differ_in_their_spelling_alone() -> None:
    names = ["get_weather", "getWeather", "a_bc", "ab_c"]
    assert matched("get_weather", names) == "get_weather"
    assert matched("functions.getWeather", names) == "getWeather"
    assert matched("Get-Weather", names) is None
    assert matched("abc", names) is None


@given(st.text(max_size=30), st.lists(st.text(max_size=8), max_size=5))
def test_a_match_is_one_of_the_names_and_of_its_letters(written: str, names: list[str]) -> None:
    found = matched(written, names)
    assert found is None or found in names
    assert found is None or found == written or folded(found) in folded(written)
    assert all(matched(name, names) == name for name in names)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert narrow(narrow(text)) == narrow(text)
    assert folded(folded(text)) == folded(text)


def test_what_is_near_is_suggested() -> None:
    assert nearest("get_wether", NAMES) == "get_weather"
    assert nearest("qqq", NAMES) is None
    assert did_you_mean("add") == " Did you mean 'add'?"
    assert did_you_mean(None) == ""
