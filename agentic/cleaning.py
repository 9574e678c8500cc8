"""Text without what a terminal would obey and no encoding could carry."""

import re

__all__ = ["CONTROL", "SURROGATE", "clean", "whole"]

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 and C1 but newline and tab."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character of UTF-16."""


def clean(text: str) -> str:
    """The text without control characters but newline and tab; half a character becomes "�"."""
    text = _SEQUENCE.sub("", text.replace("\r\n", "\n"))
    return whole(CONTROL.sub("", text))


def whole(text: str) -> str:
    """The text with "�" for each half of a character, which no encoding can carry."""
    return SURROGATE.sub("\ufffd", text)
