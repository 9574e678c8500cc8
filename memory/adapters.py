"""Embedders of others, of LangChain and of Chroma, as ours; known by what they can do."""

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from memory.embedding import Embedder, Vectors, unit
from memory.errors import EmbedderError

__all__ = ["Adapted", "as_embedder"]

MODEL = ("model", "model_name", "model_id", "repo_id", "deployment")
"""Attributes and settings in which embedders keep the name of their model."""


class Adapted:
    """An embedder made of two functions. One thread at a time computes: not all models bear more.

    Args:
        name: Names the model; vectors of two names are never compared.
        query: Makes the vector of a query.
        passages: Makes the vectors of texts to be found.
    """

    def __init__(
        self,
        name: str,
        query: Callable[[str], Any],
        passages: Callable[[list[str]], Any],
    ) -> None:
        self.name = name
        self._query = query
        self._passages = passages
        self._guard = threading.Lock()

    def query(self, text: str) -> Vectors:
        """The vector of a query, of length 1."""
        with self._guard, self._failing():
            made = self._query(text)
        vector: Vectors = unit([made], 1, self.name)[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, each of length 1."""
        with self._guard, self._failing():
            made = self._passages(list(texts))
        return unit(made, len(texts), self.name)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # every provider has errors of its own
            raise EmbedderError(
                f"The embedder {self.name} failed ({type(error).__name__}: {error}). Mend what it "
                "says, or pass another embedder to Memory."
            ) from error


def as_embedder(thing: object, name: str | None = None) -> Embedder:
    """What can make vectors, as an Embedder.

    Args:
        thing: An Embedder; a LangChain `Embeddings` (`embed_documents`, `embed_query`); or a Chroma
            `EmbeddingFunction` (`__call__(input)`, `name()`).
        name: Names the model, where the thing's own name does not tell it from others; needed for
            a plain function from texts to vectors. Two models must never have one name.

    Raises:
        EmbedderError: the thing is none of these.
    """
    made: Any = thing
    if not isinstance(thing, type):
        if _can(thing, "query", "passages") and isinstance(getattr(thing, "name", None), str):
            return _renamed(cast(Embedder, thing), name)
        if _can(thing, "embed_documents", "embed_query"):
            return Adapted(
                name or _joined("langchain", type(thing).__name__, thing),
                made.embed_query,
                made.embed_documents,
            )
        if callable(thing) and (name is not None or _can(thing, "name")):
            return _of_chroma(made, name)
    raise EmbedderError(_refusal(thing))


def _renamed(embedder: Embedder, name: str | None) -> Embedder:
    if name is None or name == embedder.name:
        return embedder
    return Adapted(name, embedder.query, embedder.passages)


def _of_chroma(function: Any, name: str | None) -> Embedder:
    ask = function.embed_query if _can(function, "embed_query") else function

    def query(text: str) -> Any:
        [vector] = ask([text])
        return vector

    return Adapted(name or _joined("chroma", _own_name(function), function), query, function)


def _own_name(function: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Chroma warns of embedders that don't say their name
        name = function.name()
    return name if isinstance(name, str) and name else type(function).__name__


def _joined(family: str, kind: str, thing: Any) -> str:
    """`langchain/OpenAIEmbeddings/text-embedding-3-small`, as far as the thing tells."""
    settings = _settings(thing)

    def told(key: str, kind: type) -> Any:
        value = getattr(thing, key, None)
        value = settings.get(key) if not isinstance(value, kind) else value
        return value if isinstance(value, kind) and value else None

    model = next((value for key in MODEL if (value := told(key, str))), None)
    dimensions = told("dimensions", int)
    return "/".join(str(part) for part in (family, kind, model, dimensions) if part is not None)


def _settings(thing: Any) -> Mapping[str, Any]:
    if not _can(thing, "get_config"):
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = thing.get_config()
    return settings if isinstance(settings, Mapping) else {}


def _can(thing: object, *methods: str) -> bool:
    return all(callable(getattr(thing, method, None)) for method in methods)


def _refusal(thing: object) -> str:
    said = f"{thing.__name__} is a class" if isinstance(thing, type) else f"{thing!r:.80}"
    if isinstance(thing, type):
        return f"{said}, and no embedder: pass an instance of it, {thing.__name__}(...)."
    if callable(thing):
        return f"{said} has no name: pass as_embedder(it, name='...'), a name for its model."
    return (
        f"{said} is no embedder. One is: a LangChain Embeddings (embed_documents, embed_query), a "
        "Chroma EmbeddingFunction (called with texts, name()), or an object with name, query and "
        "passages."
    )
