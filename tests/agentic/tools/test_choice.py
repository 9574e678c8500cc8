"""Of many tools, the ones that fit a text."""

from pathlib import Path
from typing import Any

import pytest

from agentic.tools import Tool, as_tool
from agentic.tools.choice import SHOWN, ToolIndex
from memory.embedding import LexicalHash

ABOUT = {
    "getWeather": "Current weather and forecast for a city.",
    "send_mail": "Send an e-mail to somebody.",
    "convert_currency": "Convert an amount of money into another currency.",
    "find_recipe": "Find a recipe for a dish by its ingredients.",
    "查詢公車": "查詢公車的到站時間。",
    "book_flight": "Book a flight between two airports.",
    "play_music": "Play a song or an album.",
    "set_alarm": "Set an alarm for a time of day.",
    "translate": "Translate a text into another language.",
    "stock_price": "Price of a share on the stock exchange.",
}


def described(name: str, about: str) -> Tool:
    return as_tool({"name": name, "description": about})


TOOLS = {name: described(name, about) for name, about in ABOUT.items()}


@pytest.fixture(scope="module")
def index() -> ToolIndex:
    return ToolIndex(TOOLS)


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("Will it rain in Oslo tomorrow?", "getWeather"),
        ("How much is 100 US dollars in yen?", "convert_currency"),
        ("What can I cook with eggs and rice?", "find_recipe"),
        ("下一班公車什麼時候到？", "查詢公車"),
        ("明天台北會下雨嗎？", "getWeather"),
        ("Wake me at seven.", "set_alarm"),
        ("把這句話翻成法文", "translate"),
    ],
)
def test_the_tool_that_fits_comes_among_the_first(task: str, name: str, index: ToolIndex) -> None:
    assert name in index.best(task, limit=3)


def test_a_tool_that_the_text_names_comes_first(index: ToolIndex) -> None:
    assert index.best("Cook something, then call play_music and send_mail.")[:2] == [
        "send_mail",
        "play_music",
    ]


def test_no_more_than_asked_for_each_once(index: ToolIndex) -> None:
    found = index.best("anything at all")
    assert len(found) == len(set(found)) == SHOWN
    assert set(index.best("", limit=100)) == set(TOOLS)


class Counting(LexicalHash):
    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    def passages(self, texts: Any) -> Any:
        self.made += len(texts) > 1  # a query is one
        return super().passages(texts)


def test_vectors_are_kept_until_a_tool_changes(tmp_path: Path) -> None:
    embedder = Counting()
    first = ToolIndex(TOOLS, embedder, tmp_path).best("rain")
    assert ToolIndex(TOOLS, embedder, tmp_path).best("rain") == first
    assert embedder.made == 1
    changed = {**TOOLS, "set_alarm": described("set_alarm", "Another thing.")}
    ToolIndex(changed, embedder, tmp_path).best("rain")
    assert embedder.made == 2


def test_a_broken_file_of_vectors_is_made_anew(tmp_path: Path) -> None:
    first = ToolIndex(TOOLS, LexicalHash(), tmp_path).best("rain")
    [kept] = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-100])
    assert ToolIndex(TOOLS, LexicalHash(), tmp_path).best("rain") == first
    kept.write_bytes(b"rubbish")
    assert ToolIndex(TOOLS, LexicalHash(), tmp_path).best("rain") == first


def test_a_folder_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert ToolIndex(TOOLS, LexicalHash(), tmp_path / "file").best("rain")
