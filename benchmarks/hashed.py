"""Made vectors: by the words of a text, in no time, clustered like real ones."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["HashedWords", "Known"]

DIMENSIONS, LATENT, PLACES = 384, 48, 8
APART = 0.3
"""Length of the small part beside the large one."""
_TOKEN = re.compile(r"[a-z]+|[^\x00-\x7f，。]+")


class HashedWords:
    """Sums of random vectors, one a word: texts that share words lie close together.

    A word's vector is 1 or -1 in 8 of its places, by its hash (sparse random projection: Li, Hastie
    and Church 2006). Real vectors of 384 numbers vary in some tens of directions only, so a sum of
    48 places is turned into the 384, and what those miss is added as a small part of its own.
    """

    name = "hashed-words/384"

    def query(self, text: str) -> "NDArray[np.float32]":
        """The vector of a query."""
        vector: NDArray[np.float32] = self.passages([text])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """The vectors of texts."""
        import numpy as np

        few = np.zeros((len(texts), LATENT), dtype=np.float32)
        many = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for i, text in enumerate(texts):
            codes, signs = _codes(tuple(_words(text)))
            np.add.at(few[i], codes % LATENT, signs)
            np.add.at(many[i], codes % DIMENSIONS, signs)
        return _unit(_unit(few) @ _turn() + APART * _unit(many))


class Known:
    """An embedder that knows the vectors of some queries beforehand, so asking it costs nothing."""

    def __init__(self, embedder: HashedWords, queries: Sequence[str]) -> None:
        self.name = embedder.name
        self.passages = embedder.passages
        self._known: dict[str, Any] = {query: embedder.query(query) for query in queries}
        self._embedder = embedder

    def query(self, text: str) -> Any:
        """The vector of a query."""
        known = self._known.get(text)
        return known if known is not None else self._embedder.query(text)


def _words(text: str) -> Iterator[str]:
    """English words; of Chinese, pairs of characters."""
    for found in _TOKEN.findall(text):
        yield from [found] if found.isascii() else map("".join, pairwise(found))


def _codes(words: Sequence[str]) -> tuple["NDArray[np.int64]", "NDArray[np.float32]"]:
    """Places, before the remainder is taken, and signs of all words of a text."""
    import numpy as np

    codes = np.frombuffer(b"".join(map(_hashed, words)), dtype="<u4").astype(np.int64)
    return codes >> 1, np.where(codes & 1, 1, -1).astype(np.float32)


@lru_cache(maxsize=100_000)
def _hashed(word: str) -> bytes:
    return hashlib.blake2b(word.encode(), digest_size=4 * PLACES).digest()


@lru_cache(maxsize=1)
def _turn() -> "NDArray[np.float32]":
    """Random directions for the few places, shape (48, 384)."""
    import numpy as np

    drawn = np.random.default_rng(0).standard_normal((LATENT, DIMENSIONS)).astype(np.float32)
    turn: NDArray[np.float32] = drawn / np.float32(np.sqrt(DIMENSIONS))
    return turn


def _unit(rows: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    directed: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9)
    return directed
