"""Words: what folds together, what is found under what, what a query may hold."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.words import informative, is_cjk, match_expression, stem, telling, terms, tokens

__all__: list[str] = []

CJK = st.text(alphabet="小美最愛的水果是芒臺灣裡面が한글ㄅ", min_size=1, max_size=12)


def finds(query: str, text: str, *, all: bool = False) -> bool:
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'ascii')")
        db.execute("INSERT INTO words VALUES (?)", [" ".join(tokens(text))])
        expression = match_expression(terms(query), all=all)
        return bool(
            expression
            and db.execute("SELECT 1 FROM words WHERE words MATCH ?", [expression]).fetchone()
        )
    finally:
        db.close()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("TEAL", "Ann's favourite colour is teal."),
        ("ann", "Ann’s favourite colour"),
        ("ｔｅａｌ", "teal"),
        ("cafe", "Café Zürich"),
        ("zurich", "Café Zürich"),
        ("水果", "小美最愛的水果是芒果"),
        ("台湾", "臺灣的水果"),
        ("臺灣", "台湾"),
        ("貓", "我的貓很可愛"),
        ("貓", "我有一隻貓"),
        ("のりもの", "のりもの図鑑"),
        ("서울", "서울은 수도이다"),
        ("8443", "port 8443"),
        ("snake", "snake_case"),
        ("𠮷野家", "在𠮷野家吃飯"),
        ("the who", "The Who"),
        ("什麼", "這是什麼"),
    ],
)
def test_a_query_finds_the_text(query: str, text: str) -> None:
    assert finds(query, text)


@pytest.mark.parametrize(("query", "text"), [("cat", "concatenate"), ("果芒", "芒果"), ("", "a")])
def test_a_query_does_not_find_another_text(query: str, text: str) -> None:
    assert not finds(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("moving boxes", "He moved the box."),
        ("organised theatres", "an organised theatre"),
        ("批評", "他的批评"),
    ],
)
def test_a_query_finds_other_forms_of_its_words(query: str, text: str) -> None:
    assert finds(query, text, all=True)


def test_any_of_the_terms_or_all_of_them() -> None:
    assert finds("teal door", "a teal boat")
    assert not finds("teal door", "a teal boat", all=True)
    assert finds("teal boat", "a teal boat", all=True)
    assert match_expression([]) == match_expression([], all=True) == ""


def test_stop_words_are_looked_up_only_where_there_is_nothing_else() -> None:
    assert terms("What is the colour of it?") == ["colour"]
    assert terms("who is it") == ["who", "is", "it"]
    assert terms("什麼") == ["什么"]
    assert terms("貓") == ["猫*"]
    assert terms("Ann ann ANN") == ["ann"]


def test_the_telling_words_keep_their_order() -> None:
    assert telling("The ticket of Ann, and her boats") == ["ticket", "ann", "boat"]
    assert telling("小美的貓是黑色的") == list("小美猫黑色")


@pytest.mark.parametrize("word", ["é", "naïve", "かな", ""])
def test_only_english_words_have_stems(word: str) -> None:
    assert stem(word) == word


def test_cjk_gives_overlapping_pairs_and_the_last_character() -> None:
    assert tokens("水果是mango") == ["水果", "果是", "是", "mango"]


def test_stop_words_carry_no_information() -> None:
    assert informative("What is the ... of you? 什麼是的") == []
    assert [unit.terms for unit in informative("你的貓")] == [("猫",)]
    assert informative("Ann") == informative("ann's")


@given(st.text())
def test_any_query_is_a_valid_expression(query: str) -> None:
    finds(query, "anything")


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(", "col:x", "*", "a*b", "-x", "^x", "🦊", "'; DROP", "()", "\0"]
)
def test_operators_are_only_text(query: str) -> None:
    finds(query, "anything")


@given(CJK)
def test_cjk_text_is_found_by_itself_and_by_each_character(text: str) -> None:
    assert finds(text, text)
    for character in text:
        assert finds(character, text)


@given(st.text())
def test_tokens_survive_being_joined(text: str) -> None:
    found = tokens(text)
    assert " ".join(found).split() == found


@given(st.text(alphabet="abcdefghijABC 0123", max_size=40))
def test_case_does_not_matter(text: str) -> None:
    assert tokens(text.upper()) == tokens(text.lower())


def test_a_very_long_query_is_cut() -> None:
    found = terms(" ".join(f"word{n}" for n in range(20_000)))
    assert found == [f"word{n}" for n in range(64)]
    assert match_expression(found).count(" OR ") == 63


@pytest.mark.parametrize(
    ("text", "cjk"), [("abc", False), ("é", False), ("中", True), ("が", True)]
)
def test_is_cjk(text: str, cjk: bool) -> None:
    assert is_cjk(text) is cjk
