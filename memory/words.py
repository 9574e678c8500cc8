"""From text to words: for CJK overlapping pairs of characters, for the rest words."""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

__all__ = [
    "FORM",
    "Unit",
    "informative",
    "is_cjk",
    "match_expression",
    "runs",
    "stem",
    "telling",
    "terms",
    "tokens",
]

FORM = 2
"""Number of the form that `tokens` gives texts; a ledger with words of another is worded anew."""

CJK = "々〇぀-ヿ㄀-ㄯㆠ-ㆿㇰ-ㇿ㐀-䶿一-鿿가-힯\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_CJK = re.compile(rf"[{CJK}]")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_stemming = threading.Lock()
LONGEST_WORD = 64
"""Characters of a word that is stemmed: of longer ones, which are none, it takes minutes."""
MOST_TERMS = 64
"""Terms of a query that are looked up; those of a longer one are cut off."""

ENGLISH = """
a about after again all also am an and any are as at be because been before being both but by can
could did do does doing don down during each few for from further give had has have having he her
here hers him his how i if in into is it its itself just let ll make may me might more most must my
no nor not now of off on once only or other our out over own please re s same shall she should show
so some such t tell than that the their them then there these they this those through to too under
until up use used using ve very was we were what when where which while who whom whose why will with
would you your
"""
CHINESE = """
為什麼 什麼 甚麼 怎麼 怎樣 如何 哪裡 哪個 哪些 哪一 多少 幾個 可以 請問 一個 一下 這個 那個 這些
那些 這段 我們 你們 他們 她們 它們 自己 因為 所以 但是 如果 或者 以及 關於 告訴 現在 時候 名字
應該 需要 的 了 是 在 我 你 您 他 她 它 們 有 和 與 就 都 也 很 嗎 呢 吧 啊 嘛 這 那 哪 個 一 不
要 會 能 把 被 對 從 到 給 跟 及 或 但 並 而 且 其 之 於 以 為 所 等 最 更 還 又 再 才 只 請 幫 該
多 幾 誰 何
"""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of information in a query; a record has it if it has any of the terms."""

    terms: tuple[str, ...]
    share: float
    """Weight beside a whole word's; a CJK character is half a word."""


@cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@cache
def _stemmer() -> Callable[[str], str]:
    from snowballstemmer import stemmer

    word_to_stem: Callable[[str], str] = stemmer("english").stemWord
    return word_to_stem


def stem(word: str) -> str:
    """The stem of an English word by Porter's second algorithm, "Snowball" (Porter 2001)."""
    return _stem(word) if word.isascii() and len(word) <= LONGEST_WORD else word


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    with _stemming:  # a stemmer keeps the word it is at in itself
        return _stemmer()(word)


@cache
def _stop() -> tuple[frozenset[str], re.Pattern[str]]:
    """English stop words, and a pattern of the Chinese ones that tries the longest first."""
    chinese = {_fold(word) for word in CHINESE.split()}
    pattern = "|".join(sorted(chinese, key=len, reverse=True))
    return frozenset(ENGLISH.split()), re.compile(pattern)


def is_cjk(text: str) -> bool:
    """Whether there is a CJK character in the text."""
    return _CJK.search(text) is not None


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _simplifier()(folded) if is_cjk(folded) else folded


def _plain(word: str) -> str:
    """A Latin word without its accents."""
    if word.isascii():
        return word
    split = unicodedata.normalize("NFKD", word)
    return "".join(c for c in split if not unicodedata.combining(c)) or word


def runs(text: str) -> Iterator[str]:
    """Runs of CJK characters and words of other scripts, folded.

    Folding takes away what writers vary: case, width and compatibility forms (NFKC), traditional
    and simplified, accents, the possessive s.
    """
    for run in _RUN.findall(_POSSESSIVE.sub("", _fold(text))):
        yield run if is_cjk(run) else _plain(run)


def tokens(text: str) -> list[str]:
    """Tokens under which a text is found.

    A CJK run gives its overlapping pairs, and its last character, so that every character begins
    some token and a single one can be looked up as a prefix.
    """
    found: list[str] = []
    for run in runs(text):
        if is_cjk(run):
            found += ["".join(pair) for pair in pairwise(run)]
            found.append(run[-1])
        else:
            found.append(stem(run))
    return found


def telling(text: str) -> list[str]:
    """The words of a text that are no stop words, in their order; a CJK character is a word."""
    english, _ = _stop()
    found: list[str] = []
    for run in runs(text):
        if is_cjk(run):
            found += [c for c, tells in zip(run, _telling(run), strict=True) if tells]
        elif run not in english:
            found.append(stem(run))
    return found


def informative(text: str) -> list[Unit]:
    """What a text says beside its stop words, as units that a record may have or lack."""
    found: dict[Unit, None] = {}
    for run in runs(text):
        units = _characters(run) if is_cjk(run) else _word(run)
        found |= dict.fromkeys(units)
    return list(found)


def terms(query: str) -> list[str]:
    """What is looked up for a query: its tokens but for stop words, unless there is nothing else.

    A CJK character that stands alone is looked up as the beginning of a token: `字*`.
    """
    found = list(runs(query))
    return (_terms(found, telling=True) or _terms(found, telling=False))[:MOST_TERMS]


def match_expression(terms: Iterable[str], *, all: bool = False) -> str:
    """The FTS5 expression that looks for any of the terms, or for all; empty if there is none.

    Only letters, digits and our own quotes and stars get into it, so nothing a person types is
    taken for an operator.
    """
    return (" AND " if all else " OR ").join(
        f'"{term[:-1]}" *' if term.endswith("*") else f'"{term}"' for term in terms
    )


def _word(word: str) -> list[Unit]:
    english, _ = _stop()
    return [] if word in english else [Unit((stem(word),), 1.0)]


def _characters(run: str) -> list[Unit]:
    """A unit for each telling character: the pairs it is in, or itself where it stands alone."""
    telling = _telling(run)
    units: list[Unit] = []
    for i in (i for i, tells in enumerate(telling) if tells):
        pairs = tuple(run[j : j + 2] for j in (i - 1, i) if 0 <= j < len(run) - 1)
        alone = not any(telling[j] for j in (i - 1, i + 1) if 0 <= j < len(run))
        units.append(Unit((run[i],) if alone else pairs, 0.5))
    return units


def _telling(run: str) -> list[bool]:
    """For each character of a CJK run, whether it is outside every stop word."""
    _, chinese = _stop()
    telling = [True] * len(run)
    for found in chinese.finditer(run):
        telling[found.start() : found.end()] = [False] * len(found[0])
    return telling


def _terms(found: list[str], *, telling: bool) -> list[str]:
    english, _ = _stop()
    terms: dict[str, None] = {}
    for run in found:
        if not is_cjk(run):
            if not telling or run not in english:
                terms[stem(run)] = None
            continue
        tells = _telling(run) if telling else [True] * len(run)
        if len(run) == 1 and tells[0]:
            terms[f"{run}*"] = None
        for i, pair in enumerate(pairwise(run)):
            if tells[i] or tells[i + 1]:
                terms["".join(pair)] = None
    return list(terms)
