"""Text from bytes whose encoding nobody told.

Byte order marks and UTF-8 prove themselves. Big5 and GB18030 do not: most texts of one are valid in
the other. But both standards laid their characters out by use: the frequent ones in a first level
of rows, the others behind. So a text is read as the encoding in which most of its characters are of
the first level (`memory.documents.chinese`). Measured on windows of Chinese Wikipedia, 3,000 each
in Big5 and GB18030: right in all of 8 characters or more but 5 ties that were guessed.
"""

import codecs
import re

from memory.documents.chinese import guess_chinese

__all__ = ["SAMPLE", "decode", "looks_binary"]

SAMPLE = 8192
"""Bytes that are looked at to tell text from binary."""
CONTROLS = 0.02
"""Share of control characters from which bytes are not text; random bytes have a tenth."""
TOLERANCE = 0.05
"""Share of broken characters that an encoding may have and still be the one: a log cut off in the
middle, a character that a vendor added."""
WESTERN = 0.25
"""Share of characters outside ASCII up to which a text may be Western. French has a twentieth, but
a short text may have more; one in another alphabet has nearly all."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_WIDE = re.compile(r"[^\x00-\x7f]")
_NOT_WESTERN = re.compile(
    r"[^\x00-\x7fàáâãäåæçèéêëìíîïñòóôõöøœùúûüýÿßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜÝ"
    r"\xa0‘’“”„«»‹›–—…•·€£§©®™°±×½¼¾µ¡¿ªº´²]"
)
_SUPERSETS = {"big5": "cp950", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}
"""What the name of an encoding stands for in the files that bear it."""


def decode(data: bytes, declared: str | None = None) -> tuple[str, str] | None:
    """Text and the encoding it was in, or None if the bytes are no text.

    Args:
        data: The bytes of a file.
        declared: The encoding that the file says it has; believed if the bytes are valid in it.

    Returns:
        The text without byte order mark, its lines ending in a line feed; and the encoding.
    """
    found = _marked(data) or _utf16(data)
    if found is None and not looks_binary(data[:SAMPLE]):
        found = (
            _valid(data, "utf-8")
            or (_valid(data, _known(declared)) if declared else None)
            or _nearly(data, "utf-8")
            or guess_chinese(data)
            or _western(data)
            or _detected(data)
        )
    if found is None:
        return None
    text, encoding = found
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " "), encoding


def looks_binary(sample: bytes) -> bool:
    """Whether the beginning of a file is no text: it has NULs, or many control characters."""
    if any(sample.startswith(mark) for mark, _ in _BOMS) or _utf16(sample[: len(sample) & ~1]):
        return False
    controls = len(_CONTROL.findall(sample))
    return b"\0" in sample or controls > CONTROLS * len(sample)


def _marked(data: bytes) -> tuple[str, str] | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    return None


def _utf16(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a mark: line feeds, blanks and ASCII have their NULs all on one side."""
    low, high = data[:SAMPLE:2].count(0), data[1:SAMPLE:2].count(0)
    if bool(low) == bool(high):
        return None
    found = _valid(data, "utf-16-le" if high else "utf-16-be")
    if found is None:
        return None
    sample = found[0][:SAMPLE]
    printable = sum(c.isprintable() or c.isspace() for c in sample)
    return found if printable > (1 - CONTROLS) * len(sample) else None


def _valid(data: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return data.decode(encoding), encoding
    except (UnicodeError, LookupError):
        return None


def _nearly(data: bytes, encoding: str) -> tuple[str, str] | None:
    text = data.decode(encoding, "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    return (text, encoding) if broken < TOLERANCE * len(_WIDE.findall(text)) else None


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared.strip()).name
    except LookupError:
        return declared
    return _SUPERSETS.get(name, name)


def _western(data: bytes) -> tuple[str, str] | None:
    """Windows-1252, if nothing stands in it that Western languages have no use for."""
    found = _valid(data, "cp1252")
    if found is None or _NOT_WESTERN.search(found[0]):
        return None
    few = len(_WIDE.findall(found[0])) <= WESTERN * len(found[0])
    return found if few else None


def _detected(data: bytes) -> tuple[str, str] | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return (str(best), best.encoding) if best is not None else None
