"""Text without what a terminal would obey, no reader would see, and no encoding could carry.

`clean` is for what is read and carried on; `visible` for what somebody is to decide upon.

Of the signs that turn the direction of writing, `clean` takes out those that override or embed
(U+202A to U+202E): with them a text reads otherwise than it is, and Unicode itself advises against
them. Isolates and marks stay, which Arabic and Hebrew need beside Latin names and numbers, and
which leave the letters within a word in their order. A terminal gets none of them, and where
somebody is to decide, each stands there as an escape: what was taken out silently would be allowed
unseen.
"""

import re

__all__ = ["CONTROL", "SURROGATE", "UNSEEN", "clean", "visible", "whole"]

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\))"  # OSC, DCS, SOS, PM, APC
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 and C1 but newline and tab."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character of UTF-16."""
UNSEEN = re.compile(
    r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # these turn the direction of writing
    r"\u200b\u2060-\u2064\u206a-\u206f\ufeff\U000e0000-\U000e007f"  # these can't be seen
    r"\u00ad\u034f\u180e\u3164\uffa0\ufff9-\ufffb]"  # nor these, mostly
)
"""What turns the direction of writing or can't be seen, but what joins letters and emoji."""

_OVERRIDE = re.compile(r"[\u202a-\u202e]")
_TAG = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)"  # a region's flag
    "|[\U000e0000-\U000e007f]"
)
"""Letters that nobody sees and a model reads."""
_VARIANTS = re.compile(
    "([\ufe00-\ufe0f\U000e0100-\U000e01ef])[\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)
"""One chooses the form of a character; of several, each but the first only carries a byte."""
_JOINER = r"(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])"
"""Within Persian words and emoji they belong; beside ASCII they only hide."""
_ACTING = re.compile(
    rf"{CONTROL.pattern}|{UNSEEN.pattern}|{SURROGATE.pattern}|{_JOINER}|[\u2028\u2029]"
    r"|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)


def clean(text: str) -> str:
    """The text without control characters but newline and tab, and without hidden letters.

    Half a character becomes "�"; signs that override the direction of writing go.
    """
    text = _SEQUENCE.sub("", text.replace("\r\n", "\n"))
    text = CONTROL.sub("", text)
    if text.isascii():
        return text
    text = _TAG.sub(lambda found: found[1] or "", _OVERRIDE.sub("", text))
    return whole(_VARIANTS.sub(r"\1", text))


def visible(text: str) -> str:
    r"""The text with an escape such as `\u202e` for each sign that acts or can't be seen.

    Newlines and tabs stay. Nothing is taken out: it is for what somebody is to decide upon.
    """
    return _ACTING.sub(lambda found: "".join(map(_escape, found[0])), text)


def whole(text: str) -> str:
    """The text with "�" for each half of a character, which no encoding can carry."""
    return SURROGATE.sub("\ufffd", text)


def _escape(sign: str) -> str:
    code = ord(sign)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
