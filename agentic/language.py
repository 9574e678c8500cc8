"""In which language a task is written, and Traditional Chinese made sure of."""

import re
from functools import cache
from typing import Any

__all__ = ["language_of", "strayed", "to_traditional"]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+")
_OTHER = re.compile(
    r"translat|chinese|mandarin|japanese|korean|english|french|german|spanish|language"
    r"|翻|譯|译|[中英日韓韩法德]文|[英日韓韩法德]語|語言|语言",
    re.IGNORECASE,
)
"""What names a language in a task; such a task may well ask for an answer in it."""
SHORT = 10
"""Characters from which an answer is more than a name or a number, which any language may have."""
_FREQUENT = """
a an and are as at by can do does for from has have how i if in is it me my no not of on or our
please say tell that the their there these this to was we were what when where which who whose why
will with write you your
"""
_ENGLISH = frozenset(_FREQUENT.split())
"""Frequent English words; a text in Latin letters that has none of them may be in any language."""
BIG5_LEVEL_1 = range(0xA4, 0xC7)
"""Lead bytes of the 5,401 frequent characters of Big5, all in use in Traditional Chinese."""


def language_of(text: str) -> str:
    """The English name of the language a text is written in, "the language of the task" if unsure.

    Chinese is Traditional unless it holds a character that only Simplified Chinese has. A Chinese
    text may hold Latin names: it is Chinese if it has more Han characters than half its words.
    """
    if _KANA.search(text):
        return "Japanese"
    if _HANGUL.search(text):
        return "Korean"
    words = _WORD.findall(_HAN.sub(" ", text).casefold())
    if len(_HAN.findall(text)) > len(words) / 2:
        return "Simplified Chinese" if any(map(_simplified, text)) else "Traditional Chinese"
    if not words or not _ENGLISH.isdisjoint(words):
        return "English"
    return "the language of the task"


def strayed(answer: str, task: str, language: str) -> bool:
    """Whether an answer is plainly in another language than its task, which asked for no other."""
    if _OTHER.search(task) or len(answer) < SHORT:
        return False
    if "Chinese" in language:
        return not _HAN.search(answer)
    return language == "English" and language_of(answer).endswith(("Chinese", "Japanese", "Korean"))


def to_traditional(text: str, written: str = "") -> str:
    """The text with its simplified characters as Taiwan writes them.

    Args:
        text: What a model wrote.
        written: Text that others wrote; its characters stay as they are, for some stand in both
            scripts and in names: 台, 范, 里.
    """
    if not _HAN.search(text):
        return text
    converted = str(_converter().convert(text))
    if len(converted) != len(text):
        return converted
    known = {each for each in written if not _simplified(each)}
    pairs = zip(text, converted, strict=True)
    return "".join(old if old in known else new for old, new in pairs)


@cache
def _simplified(character: str) -> bool:
    """Whether a character is written so in Simplified Chinese only."""
    if not _HAN.match(character) or _converter().convert(character) == character:
        return False
    try:
        return character.encode("big5")[0] not in BIG5_LEVEL_1
    except UnicodeEncodeError:
        return True


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2tw")
