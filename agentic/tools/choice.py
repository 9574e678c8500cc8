"""Which of many tools fit a text: found by words and vectors over what the tools say."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from agentic.tools.base import Tool
from agentic.tools.caching import DiskCache
from memory.retrieval import Ranking, fuse
from memory.words import terms, tokens

if TYPE_CHECKING:
    from memory.embedding import Embedder, Vectors

__all__ = ["MANY", "SHOWN", "ToolIndex"]

MANY = 18
"""Tools up to which a prompt names them all: then its beginning is the same for every task."""
SHOWN = 8
"""Tools that a prompt names of more."""
_K1, _B = 1.2, 0.75
"""Usual constants of BM25: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"."""
_KEPT = 20
"""Sets of tools whose vectors are kept on disk."""


class ToolIndex:
    """Tools, found by what a task or a step says.

    Args:
        tools: The tools by name.
        embedder: Makes the vectors; the memory's own by default.
        cache: Folder in which vectors are kept; None makes them anew in each process.
    """

    def __init__(
        self,
        tools: Mapping[str, Tool],
        embedder: "Embedder | None" = None,
        cache: Path | None = None,
    ) -> None:
        from memory.embedding import default_embedder

        self._tools = tools
        self._embedder = embedder if embedder is not None else default_embedder()
        self._cache = DiskCache(cache, most=_KEPT) if cache is not None else None

    def best(self, text: str, limit: int = SHOWN) -> list[str]:
        """Names of the tools that fit a text, best first.

        Those that the text names come before all others.

        Args:
            text: A task, or words of it.
            limit: How many.
        """
        ranked = fuse(self._by_words(text), self._by_vectors(text), embedder=self._embedder.name)
        named = [name for name in self._tools if _stands_in(name, text)]
        return list(dict.fromkeys([*named, *(name for name, _, _ in ranked)]))[:limit]

    def _by_words(self, text: str) -> Ranking:
        wanted = [term for term in terms(text) if term in self._spread]
        mean = sum(map(len, self._words)) / len(self._words)
        scores: dict[str, float] = {}
        for name, words, counts in zip(self._tools, self._words, self._counts, strict=True):
            long = _K1 * (1 - _B + _B * len(words) / mean)
            score = sum(
                self._weight(term) * counts[term] * (_K1 + 1) / (counts[term] + long)
                for term in wanted
            )
            if score > 0:
                scores[name] = score
        return sorted(scores.items(), key=lambda item: -item[1])

    def _weight(self, term: str) -> float:
        has = self._spread[term]
        return math.log(1 + (len(self._words) - has + 0.5) / (has + 0.5))

    def _by_vectors(self, text: str) -> Ranking:
        cosines = self._vectors @ self._embedder.query(text)
        return sorted(zip(self._tools, cosines.tolist(), strict=True), key=lambda item: -item[1])

    @cached_property
    def _words(self) -> list[list[str]]:
        return [
            tokens(" ".join((_title(tool), *_arguments(tool)))) for tool in self._tools.values()
        ]

    @cached_property
    def _counts(self) -> list[Counter[str]]:
        return [Counter(words) for words in self._words]

    @cached_property
    def _spread(self) -> Counter[str]:
        """In how many tools each word stands."""
        return Counter(word for words in self._words for word in set(words))

    @cached_property
    def _vectors(self) -> "Vectors":
        """The tools' vectors, shape (tools, dimensions)."""
        import numpy as np

        titles = [_title(tool) for tool in self._tools.values()]
        key = [self._embedder.name, *titles]
        kept = self._cache.get(key) if self._cache is not None else None
        if kept is not None:
            return np.array(kept.value, dtype=np.float32)
        found = self._embedder.passages(titles)
        if self._cache is not None:
            self._cache.put(key, found.tolist())
        return found


def _title(tool: Tool) -> str:
    return f"{_spoken(tool.name)}. {tool.description}"


def _arguments(tool: Tool) -> Iterable[str]:
    for name, each in tool.schema.get("properties", {}).items():
        yield f"{_spoken(name)} {each.get('description', '')}"


def _spoken(name: str) -> str:
    """A name as words: "getUser_name" has "get User name"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_.-]+", " ", name)


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None
