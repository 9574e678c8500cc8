"""Encodings: those that tell, and those that have to be guessed."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.documents.encoding import decode, looks_binary

__all__: list[str] = []

TRADITIONAL = [
    "今天天氣很好",
    "我們決定去公園散步",
    "這家餐廳的牛肉麵非常有名",
    "請把會議改到星期三下午",
    "他說明年要搬到臺北",
    "圖書館晚上九點關門",
    "這本書的作者是一位醫生",
    "孩子們在學校裡學習英文",
    "電腦的螢幕壞了",
    "需要送去修理",
    "火車誤點了二十分鐘",
    "去年公司的營業額增加了三成",
    "她最喜歡的水果是芒果",
    "颱風即將登陸東部沿海",
    "伺服器的連接埠是八四四三",
]
SIMPLIFIED = [
    "今天天气很好",
    "我们决定去公园散步",
    "这家餐厅的牛肉面非常有名",
    "请把会议改到星期三下午",
    "他说明年要搬到北京",
    "图书馆晚上九点关门",
    "这本书的作者是一位医生",
    "孩子们在学校里学习英文",
    "电脑的屏幕坏了",
    "需要送去修理",
    "火车晚点了二十分钟",
    "去年公司的营业额增加了三成",
    "她最喜欢的水果是芒果",
    "台风即将登陆东部沿海",
    "服务器的端口是八四四三",
]


def sentences(parts: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(parts), min_size=2, max_size=6, unique=True).map("，".join)


@given(sentences(TRADITIONAL))
def test_traditional_chinese_in_big5_is_told_apart(text: str) -> None:
    assert decode(text.encode("cp950")) == (text, "cp950")


@given(sentences(SIMPLIFIED))
def test_simplified_chinese_in_gb18030_is_told_apart(text: str) -> None:
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@pytest.mark.parametrize("text", TRADITIONAL)
def test_a_short_traditional_text(text: str) -> None:
    assert decode(text.encode("cp950")) == (text, "cp950")


@pytest.mark.parametrize("text", SIMPLIFIED)
def test_a_short_simplified_text(text: str) -> None:
    assert decode(text.encode("gb18030")) == (text, "gb18030")


@given(st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs", "Cc"])))
def test_utf8_comes_back(text: str) -> None:
    assert decode(text.encode()) == (text.removeprefix("\ufeff"), "utf-8")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_tells(mark: bytes, encoding: str) -> None:
    text = "Ann 喜歡芒果 🥭\n"
    assert decode(mark + text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Plain English.\n", "今天天氣很好\n我們去公園\n"])
def test_utf16_without_a_mark(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert not looks_binary(data)
    assert decode(data) == (text, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le café est fermé à midi, tant pis.", "cp1252"),
        ("Müller wohnt in Köln, über dem Bäcker.", "cp1252"),
        ("El niño comió piña mañana", "cp1252"),
        ("It will be 25°C — “warm” for £50.", "cp1252"),
        ("Привет, как дела? Сегодня хорошая погода.", "cp1251"),
        ("안녕하세요 오늘은 날씨가 좋습니다 대한민국의 수도는 서울이다", "cp949"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250"),
    ],
)
def test_other_languages_are_not_taken_for_chinese(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, encoding)


def test_what_a_file_says_of_itself_is_believed_where_it_is_possible() -> None:
    assert decode("год".encode("cp866"), "cp866") == ("год", "cp866")
    assert decode("中".encode("gbk"), "GB2312") == ("中", "gb18030")
    assert decode("中".encode(), "big5") == ("中", "utf-8")
    assert decode("café".encode("latin-1"), "no such thing") == ("café", "cp1252")


def test_one_broken_character_does_not_change_the_encoding() -> None:
    text = "今天天氣很好，我們決定去公園散步。這家餐廳的牛肉麵非常有名。"
    for encoding in ("utf-8", "cp950"):
        found = decode(text.encode(encoding)[:-1])
        assert found == (f"{text[:-1]}\N{REPLACEMENT CHARACTER}", encoding)


def test_lines_end_in_a_line_feed() -> None:
    assert decode(b"a\r\nb\rc\n") == ("a\nb\nc\n", "utf-8")


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x7fELF\2\1\1\0", bytes(range(1, 32)) * 9]
)
def test_binary_is_no_text(data: bytes) -> None:
    assert looks_binary(data)
    assert decode(data) is None


@given(st.binary())
def test_any_bytes_give_text_or_nothing(data: bytes) -> None:
    found = decode(data)
    assert found is None or found[0].encode("utf-8", "strict") is not None
