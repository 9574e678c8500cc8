"""Bytes of a file read as text, with an honest guess where the encoding is not said."""

import codecs

__all__ = ["decode"]

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_COMMON = {
    # Lead bytes of punctuation and the frequent characters: level 1 of Big5 and of GB 2312.
    "big5hkscs": (range(0xA1, 0xC7),),
    "gb18030": (range(0xA1, 0xAA), range(0xB0, 0xD8)),
}
_NAMES = {"big5hkscs": "Big5", "gb18030": "GB18030"}
_SURE = 0.85
"""Share of frequent characters from which a text is taken for Chinese."""


def decode(data: bytes) -> tuple[str, str | None] | None:
    """The text, and the encoding's name where it was guessed; None for binary data.

    UTF-8 and what carries a byte order mark is not guessed. Else Big5 or GB18030 is taken where
    nearly all characters would be frequent ones, Big5 if in both, and Latin-1 for the rest.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace"), None
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        shares = {encoding: _share(data, encoding) for encoding in _COMMON}
        likeliest = max(shares, key=lambda encoding: shares[encoding])
        if shares[likeliest] >= _SURE:
            return data.decode(likeliest), _NAMES[likeliest]
        if _looks_binary(data):
            return None
        return data.decode("cp1252", "replace"), "Latin-1"


def _share(data: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that would be frequent ones."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    # some pairs of bytes stand for two characters that have no bytes of their own
    coded = (sign.encode(encoding, "ignore") for sign in text[:20_000] if ord(sign) > 127)
    leads = [each[0] if each else 0 for each in coded]
    common = sum(any(lead in block for block in _COMMON[encoding]) for lead in leads)
    return common / len(leads) if leads else 0.0


def _looks_binary(data: bytes) -> bool:
    sample = data[:20_000]
    control = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    return control > len(sample) // 100
