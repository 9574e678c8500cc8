"""Statements: what says the same, what takes the place of what, and what never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.statements import bare, gist, statement
from tests.memory.pairs import HELD_OUT_OTHER, HELD_OUT_SAME

__all__: list[str] = []

SENTENCES = [
    "Ann's favourite colour is teal",
    "The server runs Debian 12 with 3 disks",
    "Deploy only after the tests pass",
    "小美最愛的水果是芒果",
    "會議改到星期五下午三點",
]
LEADS = [
    "Please remember that ",
    "please note: ",
    "Can you remember that ",
    "For the record, ",
    "Also, remember: ",
    "請記住：",
    "请记住，",
    "麻煩你記住 ",
    "根據我的記憶，",
]


@given(
    st.sampled_from(SENTENCES),
    st.lists(st.sampled_from(LEADS), max_size=2),
    st.sampled_from(["", ".", "!", "。", " . ", "！", "..."]),
    st.sampled_from([str, str.upper, str.title, lambda text: text.replace(" ", "  ")]),
)
def test_what_is_put_around_a_sentence_changes_nothing(
    sentence: str, leads: list[str], end: str, written: object
) -> None:
    assert callable(written)
    assert gist("".join(leads) + written(sentence) + end) == gist(sentence)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("小美最愛的水果是芒果。", "小美最爱的水果是芒果"),
        ("Ann's favourite color is teal", "Ann’s favourite colour is teal."),
        ("We organise the theatre centre", "we organize the theatre centre"),
        ("The café opens at 9", "The cafe opens at 9"),
        ("Ｔｅａｌ is it", "teal is it"),
        ("Ann now lives in Rome", "Ann lives in Rome"),
        ("合約的截止日是六月三十日", "合約截止日：六月三十日"),
    ],
)
def test_spellings_of_one_thing(one: str, other: str) -> None:
    assert gist(one) == gist(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The limit is 5", "The limit is -5"),
        ("The limit is 5", "The limit is －5"),
        ("The fee is $5", "The fee is €5"),
        ("The fee is 5", "The fee is 5%"),
        ("Ann writes C", "Ann writes C++"),
        ("Ann writes C", "Ann writes C#"),
        ("Ann likes tea", "Ann does not like tea"),
        ("My dog is old", "Your dog is old"),
        ("小美喜歡芒果", "小美不喜歡芒果"),
        ("版本 3.1", "版本 3.2"),
        ("Ann is a doctor", "Ann was a doctor"),
    ],
)
def test_what_differs_in_meaning_differs(one: str, other: str) -> None:
    assert gist(one) != gist(other)


@given(st.text())
def test_any_text_has_a_gist_and_perhaps_a_statement(text: str) -> None:
    assert gist(bare(text)) == gist(text)
    assert bare(bare(text)) == bare(text)
    found = statement(text)
    assert found is None or found.subject


SAME_SUBJECT = [
    ("Ann's favourite colour is teal", "Ann's favourite colour is now red."),
    ("Ann's favourite colour is teal", "Please remember: Ann’s favorite color has changed to red"),
    ("Ann lives in Rome", "Ann has moved to Oslo"),
    ("Ann lives in Rome", "Ann is currently in Oslo"),
    ("The launch is on Monday", "The launch was postponed to Friday"),
    ("The meeting starts at 3 pm", "The meeting starts at 4 pm"),
    ("A ticket costs 5 euros", "A ticket costs 6 euros"),
    ("Tom is 4 years old", "Tom is 5 years old"),
    ("The price of the flat is 900", "The price of the flat is 800"),
    ("小美最愛的水果是芒果", "小美最愛的水果改成西瓜了"),
    ("小英住在高雄", "小英搬到台北了"),
    ("會議在星期四", "會議改到星期五"),
    ("我的密碼是 1234", "我的密码是 5678"),
    ("小明在台積電工作", "小明任職於聯發科"),
    ("Maria's dentist is Dr. Kwan", "Maria's dentist is Mrs. Osei"),
    ("A ticket costs 5 euros for adults", "A ticket costs 6 euros for adults"),
    ("我的職業是不動產經紀人", "我的職業是老師"),
]
OTHER_SUBJECT = [
    ("Ann's favourite colour is teal", "Bob's favourite colour is red"),
    ("Ann's favourite colour is teal", "Ann's favourite food is rice"),
    ("Ann lives in Rome", "Ann works in Oslo"),
    ("Ann lives in Rome", "Anna lives in Oslo"),
    ("The meeting is in Rome", "The meeting is on Monday"),
    ("Ann's friend is Bob", "Ann's friend is Carl"),
    ("One of my hobbies is chess", "One of my hobbies is golf"),
    ("Ann likes tea", "Ann likes coffee"),
    ("Ann is a doctor", "Ann is tall"),
    ("小美最愛的水果是芒果", "小明最愛的水果是西瓜"),
    ("小美的朋友是小明", "小美的朋友是小華"),
    ("小英住在高雄", "小英在台北工作"),
    ("小美喜歡芒果", "小美喜歡西瓜"),
    ("A ticket costs 5 euros for children", "A ticket costs 6 euros for adults"),
    ("My car is red", "My car is fast"),
    ("Ann works in Oslo", "Ann works at Nokia"),
]


def superseded(old: str, new: str) -> bool:
    before, after = statement(old), statement(new)
    if before is None or after is None or before.subject != after.subject:
        return False
    return (before.value, before.negative) != (after.value, after.negative)


def test_of_pairs_that_no_rule_was_made_for_nearly_all_are_told_apart() -> None:
    missed = [pair for pair in HELD_OUT_SAME if not superseded(*pair)]
    wrong = [pair for pair in HELD_OUT_OTHER if superseded(*pair)]
    # The bounds are what was measured last; `pairs` says what was measured first.
    assert len(missed) <= 3, missed
    assert len(wrong) <= 1, wrong
    assert not [pair for pair in HELD_OUT_OTHER if gist(pair[0]) == gist(pair[1])]


@pytest.mark.parametrize(("old", "new"), SAME_SUBJECT)
def test_one_subject_another_value(old: str, new: str) -> None:
    before, after = statement(old), statement(new)
    assert before is not None
    assert after is not None
    assert before.subject == after.subject
    assert before.value != after.value


@pytest.mark.parametrize(("one", "other"), OTHER_SUBJECT)
def test_two_subjects(one: str, other: str) -> None:
    first, second = statement(one), statement(other)
    assert first is None or second is None or first.subject != second.subject


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Ann likes tea", "Ann doesn't like tea"),
        ("Ann eats meat", "Ann no longer eats meat"),
        ("小美喜歡芒果", "小美不喜歡芒果"),
        ("小美吃肉", "小美不再吃肉"),
        ("The code of the door is 12", "The code of the door is not 12"),
    ],
)
def test_a_denial_is_about_the_same(yes: str, no: str) -> None:
    held, denied = statement(yes), statement(no)
    assert held is not None
    assert denied is not None
    assert (held.subject, held.value) == (denied.subject, denied.value)
    assert (held.negative, denied.negative) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Teal.",
        "Ann's colour is teal. Bob's is red.",
        "Is Ann's favourite colour teal?",
        "Ann's favourite colour is " + "very " * 60 + "teal",
        "是的",
        "小美最愛的水果是芒果；小明最愛的是西瓜",
        "The limit of the queue was 5",
        "我的車是紅色的",
    ],
)
def test_what_is_no_single_statement(text: str) -> None:
    assert statement(text) is None
