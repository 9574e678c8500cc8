"""Searching: any query whatever, pages, kinds that stand apart, and what a hit tells."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory import Memory
from memory.embedding import LexicalHash

__all__: list[str] = []

HOSTILE = {
    "empty": "",
    "blank": " \t\n\u3000",
    "100,000 letters": "x" * 100_000,
    "100,000 characters": "梨" * 100_000,
    "100,000 blanks": "a" + " " * 100_000 + "b",
    "many words": "pear " * 20_000,
    "many clauses": "Find pears, then apples; " * 4_000,
    "a lone quote": '"',
    "quotes": "\"pears\" 'apples' “梨” 「梨」",
    "operators": "pears AND OR NOT NEAR(apples, 5) (",
    "column": "body:pears {body}: x -pears +pears ^pears pear*",
    "SQL": "'; DROP TABLE records; --",
    "emoji": "🦊👨‍👩‍👧‍👦🇹🇼",
    "NUL": "pears\0apples",
    "a lone surrogate": "pears \ud800 \udfff",
    "no characters": "\uffff\ufffe\U0010ffff",
    "combining": "e" + "\u0301" * 5_000,
    "right to left": "\u202epears\u202c שלום",
    "control": "\x01\x1b[2J\x7f",
    "percent": "%s {0} %n \\ $1",
}


@pytest.fixture(scope="module")
def orchard(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Memory(tmp_path_factory.mktemp("orchard") / "m", embedder=LexicalHash()) as memory:
        memory.add_many(
            {
                "text": f"pears and apples {n} 梨子",
                "kind": "note",
                "metadata": {"n": n},
                "source": f"[{n}]",
            }
            for n in range(120)
        )
        memory.add("Ann owns a boat.")
        yield memory


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_query_is_answered(orchard: Memory, query: str) -> None:
    hits = orchard.search(query)
    assert len(hits) == (10 if query.strip() else 0)
    assert len(orchard.relevant(query)) <= 5
    found = orchard.search(query, kinds="note", where={"n": {"$lt": 4}}, source="[[]*")
    assert {hit.record.metadata["n"] for hit in found} <= set(range(4))


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_may_be_filtered_by(orchard: Memory, value: str) -> None:
    filters: list[dict[str, Any]] = [
        {"source": value},
        {"where": {value: "x"}},
        {"where": {"n": value}},
        {"where": {"n": {"$prefix": value or "x", "$in": [value]}}},
    ]
    for how in filters:
        assert list(orchard.list(**how)) == [], how
        assert orchard.search("pears", **how) == []
    assert (orchard.get(value), orchard.why(value)) == (None, None)
    orchard.use(value, by=value)
    assert orchard.forget(value) == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_query(orchard: Memory, query: str) -> None:
    assert len(orchard.search(query, limit=3)) == (3 if query.strip() else 0)
    orchard.relevant(query)


def ids(memory: Memory, query: str, **how: Any) -> list[str]:
    return [hit.record.id for hit in memory.search(query, **how)]


def test_pages_follow_one_another(orchard: Memory) -> None:
    first = ids(orchard, "pears", limit=40)
    assert first == [i for o in range(0, 40, 8) for i in ids(orchard, "pears", limit=8, offset=o)]
    assert len(set(ids(orchard, "pears", limit=121))) == 121
    assert ids(orchard, "pears", offset=121) == []
    assert ids(orchard, "pears", offset=-5) == ids(orchard, "pears")
    assert ids(orchard, "pears", limit=-1) == []
    assert len(ids(orchard, "pears", limit=5, offset=118)) == 3


def test_scores_fall_and_parts_explain(orchard: Memory) -> None:
    hits = orchard.search("apples 梨子 boat", limit=40)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    names = {"words", "vectors", "closeness", "new", "follows", "kind"}
    assert all(hit.why.keys() <= names for hit in hits)
    assert all(hit.why.keys() >= {"vectors", "closeness", "new"} for hit in hits)
    assert [hit.why.get("follows") for hit in hits[:1]] == [None]
    # a question about two things is answered by two records
    assert {hit.record.kind for hit in hits[:2]} == {"fact", "note"}


def test_items_of_a_store_are_found_by_who_asks_for_them(memory: Memory) -> None:
    memory.add("pears in a store", kind="item", metadata={"item": "a"})
    memory.add("pears in a note", kind="note")
    assert [hit.record.kind for hit in memory.search("pears")] == ["note"]
    assert [hit.record.kind for hit in memory.search("pears", kinds="item")] == ["item"]
    assert [hit.record.kind for hit in memory.relevant("pears")] == ["note"]
    assert {record.kind for record in memory.list()} == {"item", "note"}


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(["add", "forget", "close"]), st.integers(0, 9))))
def test_a_search_finds_what_there_is(memory: Memory, steps: list[tuple[str, int]]) -> None:
    memory.forget(older_than=timedelta(days=-1))
    held: dict[int, str] = {}
    for step, n in steps:
        match step:
            case "add":
                held[n] = memory.add(f"pear {n}", kind="note").id
            case "forget" if n in held:
                assert memory.forget(held.pop(n)) == 1
            case "close":
                memory.close()
        assert sorted(ids(memory, "pear")) == sorted(held.values())
        for m in held:
            assert ids(memory, f"pear {m}", limit=1) == [held[m]]
