"""The language of a task, and Traditional Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.language import language_of, to_traditional


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is 2 + 2?", "English"),
        ("巴黎鐵塔高330公尺，換算成英尺是多少？", "Traditional Chinese"),
        ("讀 README.md 並記住授權條款", "Traditional Chinese"),
        ("台北市長是誰？", "Traditional Chinese"),
        ("范先生和余小姐的電話", "Traditional Chinese"),
        ("里長是岳飛嗎", "Traditional Chinese"),
        ("请读这个文件", "Simplified Chinese"),
        ("Wie viele Einwohner hat Berlin?", "the language of the task"),
        ("エッフェル塔の高さは？", "Japanese"),
        ("에펠탑의 높이는?", "Korean"),
        ("Quelle est la hauteur de la tour à Paris, en été?", "the language of the task"),
        ("Translate 你好 into plain English words please", "English"),
        ("12 + 7", "English"),
        ("List the files", "English"),
    ],
)
def test_the_language_is_named(text: str, language: str) -> None:
    assert language_of(text) == language


def test_simplified_characters_become_traditional_and_latin_text_stays() -> None:
    assert to_traditional("这个 file 的结果") == "這個 file 的結果"
    assert to_traditional("plain text") == "plain text"


def test_what_is_traditional_already_stays_as_it_is() -> None:
    text = "台北的范先生和余小姐看余額.txt"
    assert to_traditional(text, written=text) == text
    assert to_traditional("台北的范先生说等于五", "范先生住台北") == "台北的范先生說等於五"


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text)
