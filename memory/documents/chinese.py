"""Big5 or GB18030: the one in which a text is made of frequent characters."""

import re
from dataclasses import dataclass

__all__ = ["guess_chinese"]

SAMPLE = 4000
"""Characters outside ASCII that are looked at."""
BAR = 0.7
"""Least share of frequent characters. Chinese texts have above nine tenths of them; Western ones,
which are sometimes valid too, next to none."""
ONE_COMMON_IN = 20
"""Every so many characters there must be one of the commonest. They make up a third of Chinese,
and hardly occur when Korean, which has similar rows, is taken for it."""
BROKEN = 0.05
"""Most share of characters that are not valid."""
COMMONEST = frozenset(
    "的一是不了在有人我他這中大來上國們到說時為子就你會和也得要以生那個可下自過去後之能對多然於心學還"
    "天小年日行事只沒用看開起出現好無成都很想作主方什麼己從面前者但如所而與當最同意間道本長因其此些"
    "这来国们说时为会个过后对于学还没开现无么从与当间长"
)
"""Of modern Chinese, traditional and simplified."""

_WIDE = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True, slots=True)
class Charset:
    """An encoding and the lead bytes of its frequent characters, with the least trail byte."""

    encoding: str
    frequent: tuple[range, ...]
    trail: int

    def has_frequent(self, character: str) -> bool:
        """Whether the standard counts a character among the frequent ones, or punctuation."""
        code = character.encode(self.encoding, "ignore")
        return (
            len(code) == 2
            and code[1] >= self.trail
            and any(code[0] in rows for rows in self.frequent)
        )


_BIG5_ROWS = (range(0xA1, 0xA2), range(0xA4, 0xC7))
_CHARSETS = (
    Charset("cp950", _BIG5_ROWS, 0x40),
    Charset("big5hkscs", _BIG5_ROWS, 0x40),
    # level 1 of GB 2312, and its rows of punctuation; what GBK added has smaller trail bytes
    Charset("gb18030", (range(0xA1, 0xA2), range(0xA3, 0xA4), range(0xB0, 0xD8)), 0xA1),
)


def guess_chinese(data: bytes) -> tuple[str, str] | None:
    """Text and encoding, or None if the bytes are not Chinese in Big5 or GB18030."""
    for errors in ("strict", "replace"):
        best: tuple[tuple[float, float], str, str] | None = None
        for charset in _CHARSETS:
            try:
                text = data.decode(charset.encoding, errors)
            except UnicodeDecodeError:
                continue
            score = _score(text, charset)
            if score is not None and (best is None or score > best[0]):
                best = score, text, charset.encoding
        if best is not None:
            return best[1:]
    return None


def _score(text: str, charset: Charset) -> tuple[float, float] | None:
    """Share of frequent characters, and of the commonest for ties; None if it can't be Chinese."""
    runs = _sample(text)
    total = sum(map(len, runs))
    broken = sum(run.count("\N{REPLACEMENT CHARACTER}") for run in runs)
    if not total or broken > BROKEN * total:
        return None
    # Chinese stands in runs; a letter with an accent takes one letter after it along
    characters = [c for run in runs if len(run) > 1 for c in run]
    frequent = sum(map(charset.has_frequent, characters))
    common = sum(c in COMMONEST for c in characters)
    if frequent < BAR * total or common < total // ONE_COMMON_IN:
        return None
    return frequent / total, common / total


def _sample(text: str) -> list[str]:
    runs: list[str] = []
    size = 0
    for match in _WIDE.finditer(text):
        runs.append(match[0][: SAMPLE - size])
        size += len(runs[-1])
        if size >= SAMPLE:
            break
    return runs
