"""Made texts: as many as wanted, the same in every run, like real ones where it counts.

Words follow Zipf's law; the commonest are the real function words of English and Chinese, which a
search leaves out. Each text has a topic that gives it half of its words, so texts, and with them
their vectors, lie in clusters around their topics.
"""

import random
from collections.abc import Sequence
from itertools import accumulate

__all__ = ["Language", "languages"]

ENGLISH = """
the of and to in a is that it for as was with be by on not he this are or his from at which but have
an had they you were their one all we can her has there been if more when will would
"""
CHINESE = "的 是 在 了 有 和 不 我 他 就 也 都 會 要 這 那 個 為 以 於 與 到 從 對 而 之 其 或"
SYLLABLES = [c + v + e for c in "bdfgklmnprstvz" for v in "aeiou" for e in ("", "n", "r", "l")]
WORDS, CHARACTERS, TOPICS, TOPICAL = 20_000, 2_000, 400, 60


class Language:
    """Makes texts of one language.

    Args:
        common: Function words, the commonest first.
        words: The others, the commonest first.
        joint: What stands between two words.
        rng: Chooses the topics' words.
    """

    def __init__(
        self, common: Sequence[str], words: Sequence[str], joint: str, rng: random.Random
    ) -> None:
        self._words = [*common, *words]
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._words))))
        self._topics = [rng.sample(words, TOPICAL) for _ in range(TOPICS)]
        self._joint = joint

    def text(self, rng: random.Random, words: int) -> str:
        """A text of so many words, with a full stop."""
        plain = rng.choices(self._words, cum_weights=self._weights, k=words - words // 2)
        topical = rng.choices(rng.choice(self._topics), k=words // 2)
        mixed = plain + topical
        rng.shuffle(mixed)
        return self._joint.join(mixed) + ("." if self._joint else "。")


def languages(seed: int) -> tuple[Language, Language]:
    """English and Chinese, of made words beside their function words."""
    rng = random.Random(seed)
    english = list({"".join(rng.choices(SYLLABLES, k=rng.choice((2, 3)))): 0 for _ in range(WORDS)})
    characters = rng.sample([c for c in map(chr, range(0x4E00, 0x9FA6)) if _usual(c)], CHARACTERS)
    chinese = list({"".join(rng.choices(characters, k=2)): 0 for _ in range(WORDS)})
    return Language(ENGLISH.split(), english, " ", rng), Language(CHINESE.split(), chinese, "", rng)


def _usual(character: str) -> bool:
    """Whether it is of the 5,401 characters that Big5 calls frequent."""
    return character.encode("big5", "ignore")[:1] in [bytes([lead]) for lead in range(0xA4, 0xC7)]
