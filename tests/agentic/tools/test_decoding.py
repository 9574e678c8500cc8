"""Text in the encodings that people's files are in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.tools.decoding import decode

TRADITIONAL = "巴黎鐵塔高三百三十公尺，是法國最有名的建築。"
SIMPLIFIED = "巴黎铁塔高三百三十米，是法国最有名的建筑。"
FRENCH = "La tour Eiffel est située à Paris, près de la Seine; elle a été érigée en 1889."
GERMAN = "Über die Höhe des Turmes läßt sich streiten."


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        (TRADITIONAL, "utf-8", None),
        (TRADITIONAL, "utf-8-sig", None),
        (TRADITIONAL, "utf-16", None),
        (TRADITIONAL, "big5", "Big5"),
        ("鐵塔", "big5", "Big5"),
        (f"height,高度\nParis,{TRADITIONAL}", "cp950", "Big5"),
        (SIMPLIFIED, "gb18030", "GB18030"),
        ("铁塔，高度", "gbk", "GB18030"),
        (FRENCH, "latin-1", "Latin-1"),
        (GERMAN, "latin-1", "Latin-1"),
        ("“quoted” – €5", "cp1252", "Latin-1"),
        ("plain", "ascii", None),
        ("", "ascii", None),
    ],
)
def test_encodings(text: str, encoding: str, guess: str | None) -> None:
    assert decode(text.encode(encoding)) == (text, guess)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"a\0b", bytes(range(1, 256)) * 9])
def test_binary_data_is_not_text(data: bytes) -> None:
    assert decode(data) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_binary(data: bytes) -> None:
    decoded = decode(data)
    assert decoded is None or isinstance(decoded[0], str)


@given(st.text())
def test_utf8_is_never_guessed(text: str) -> None:
    assert "\0" in text or decode(text.encode()) == (text.removeprefix("\ufeff"), None)
