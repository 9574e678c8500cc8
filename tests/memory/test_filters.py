"""Filters: the same as a plain reading of them, over whatever metadata."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory import FilterError, Memory
from memory.database import Database
from memory.embedding import LexicalHash
from memory.filters import Filter
from memory.gate import Entry
from memory.ledger import Ledger
from memory.lock import ProcessLock
from memory.records import Record, checked

__all__: list[str] = []

KEYS = st.sampled_from(["lang", "year", "類別"])
TEXTS = st.sampled_from(["", "a", "ab", "abc", "b", "臺", "臺灣", "5", "a\0b", "é"]) | st.text(
    st.characters(exclude_characters="\U0010ffff"), max_size=3
)
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, 1.0, -2.5, 2**40]) | st.booleans()
SCALARS = TEXTS | NUMBERS
METADATA = st.dictionaries(KEYS, SCALARS | st.lists(TEXTS, max_size=3), max_size=3)
ORDERINGS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["$gt", "$gte", "$lt", "$lte", "$eq", "$ne"], SCALARS)
)
TESTS = ORDERINGS | st.fixed_dictionaries(
    {},
    optional={
        "$prefix": TEXTS,
        "$in": st.lists(SCALARS, max_size=3),
        "$nin": st.lists(SCALARS, max_size=3),
    },
)
WHERE = st.dictionaries(KEYS, SCALARS | TESTS, max_size=2)
BEGIN = datetime(2026, 1, 31, tzinfo=UTC)


def passes(metadata: dict[str, Any], where: dict[str, Any]) -> bool:
    """The filter read plainly: what a person would take it for."""
    return all(
        holds(metadata.get(key), operator, value)
        for key, wanted in where.items()
        for operator, value in (wanted if isinstance(wanted, dict) else {"$eq": wanted}).items()
    )


def holds(given: Any, operator: str, value: Any) -> bool:
    had = given if isinstance(given, list) else [] if given is None else [given]
    match operator:
        case "$eq":
            return any(same(each, value) for each in had)
        case "$ne":
            return not holds(given, "$eq", value)
        case "$in":
            return any(holds(given, "$eq", each) for each in value)
        case "$nin":
            return not holds(given, "$in", value)
        case "$prefix":
            return any(isinstance(each, str) and each.startswith(value) for each in had)
    like = [each for each in had if isinstance(each, str) == isinstance(value, str)]
    return any(compare(each, operator, value) for each in like)


def same(one: Any, other: Any) -> bool:
    return isinstance(one, str) == isinstance(other, str) and bool(one == other)


def compare(one: Any, operator: str, other: Any) -> bool:
    if isinstance(one, str):  # SQLite compares bytes of UTF-8, which sort as code points do
        one, other = one.encode(), other.encode()
    return bool(
        {"$gt": one > other, "$gte": one >= other, "$lt": one < other, "$lte": one <= other}[
            operator
        ]
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder: Path = tmp_path_factory.mktemp("filters")
    return Database(folder / "ledger.sqlite3", ProcessLock(folder, 1, None), 1)


def store(ledger: Ledger, items: list[dict[str, Any]]) -> list[Record]:
    records = [
        checked(
            Record(f"{n:016x}", f"{n}", "note", item.get("source"), item.get("metadata", {}), when)
        )
        for n, item in enumerate(items)
        for when in [BEGIN + timedelta(days=n)]
    ]
    return ledger.add([Entry(record) for record in records])


@settings(deadline=None, max_examples=150)
@given(st.lists(METADATA, max_size=5), WHERE)
def test_a_filter_lets_through_what_a_plain_reading_does(
    database: Database, items: list[dict[str, Any]], where: dict[str, Any]
) -> None:
    ledger = Ledger(database)
    ledger.forget(("1", []))
    store(ledger, [{"metadata": metadata} for metadata in items])
    found = sorted(record.text for record in ledger.newest(Filter.of(where=where), None))
    assert found == [str(n) for n, metadata in enumerate(items) if passes(metadata, where)]


SOURCES = ["docs/a.md", "docs/sub/b.md", "notes[1].txt", "notes1.txt", "café/臺灣.txt", "Docs/a.md"]


@pytest.mark.parametrize(
    "pattern", ["docs/*", "*.md", "docs/?.md", "notes[1].txt", "notes[1]*", "*臺?.txt", "none", "*"]
)
def test_a_source_is_itself_or_a_pattern(database: Database, pattern: str) -> None:
    ledger = Ledger(database)
    ledger.forget(("1", []))
    store(ledger, [{"source": source} for source in [*SOURCES, None]])
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    found = {record.source for record in ledger.newest(Filter.of(source=pattern), None)}
    assert found == {source for source in SOURCES if re.fullmatch(regex, source)}


def test_since_is_within_and_until_is_not(database: Database) -> None:
    ledger = Ledger(database)
    ledger.forget(("1", []))
    store(ledger, [{}] * 4)

    def found(**how: Any) -> str:
        return "".join(record.text for record in ledger.newest(Filter.of(**how), None))

    second = BEGIN + timedelta(days=1)
    assert found(since=second) == "321"
    assert found(until=second) == "0"
    assert found(since=second.replace(tzinfo=None), until=second + timedelta(microseconds=1)) == "1"
    assert found(since=second.astimezone(timezone(timedelta(hours=8)))) == "321"
    assert found(kinds="note") == found() == "3210"
    assert found(kinds=[]) == found(kinds="fact") == ""


def test_a_search_is_filtered_in_both_its_ways(memory: Memory) -> None:
    memory.add_many(
        {
            "text": f"pears of {lang} number {n}",
            "kind": kind,
            "source": f"{lang}/{n}",
            "metadata": {"lang": lang, "n": n},
        }
        for n in range(6)
        for lang in ("en", "zh")
        for kind in ("note", "quote")
    )
    for query in ("pears", "nothing alike"):  # by words, and by vectors alone
        hits = memory.search(query, kinds="note", where={"lang": "zh", "n": {"$gte": 2}}, limit=20)
        assert {hit.record.source for hit in hits} == {"zh/2", "zh/3", "zh/4", "zh/5"}
        assert {hit.record.kind for hit in hits} == {"note"}
        assert len(memory.search(query, source="en/[0-3]")) == 0
        assert {h.record.source for h in memory.search(query, source="en/*", limit=20)} == {
            f"en/{n}" for n in range(6)
        }
        assert memory.search(query, source="") == []
        assert memory.search(query, since=datetime.now(UTC) + timedelta(days=1)) == []


def test_a_filter_that_lets_many_through_is_still_a_filter(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.finding.FEW", 5)  # beyond it the index is asked for more
    memory.add_many(
        {"text": f"pear {n}", "kind": "note", "metadata": {"third": n % 3}} for n in range(90)
    )
    hits = memory.search("pear", where={"third": 1}, limit=50)
    assert sorted(int(h.record.text.split()[1]) for h in hits) == list(range(1, 90, 3))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"where": {"a": {"$like": "x"}}}, r"'\$like', which is no operator; there are: \$eq"),
        ({"where": {"a": {"b": 1}}}, "'b', which is no operator"),
        ({"where": {"a": None}}, "'a' compares with None; texts, finite numbers"),
        ({"where": {"a": [1]}}, r"compares with \[1\]"),
        ({"where": {"a": {"$in": [["b"]]}}}, r"compares with \['b'\]"),
        ({"where": {"a": {"$in": "abc"}}}, "needs a list of values"),
        ({"where": {"a": {"$prefix": 3}}}, "needs a text as prefix"),
        ({"where": {"a": {"$in": [float("nan")]}}}, "compares with nan"),
        ({"where": {"a": float("inf")}}, "compares with inf"),
        ({"where": ["a"]}, "must be a mapping"),
        ({"since": "2026-01-31"}, "no time to compare with; give a datetime"),
        (
            {"until": datetime.min.replace(tzinfo=timezone(timedelta(hours=8)))},
            "no time to compare with",
        ),
        ({"kinds": "nonesuch"}, "No memory is of the kind 'nonesuch'; there are: fact, episode"),
        ({"kinds": ["fact", "\ud800"]}, "No memory is of the kind"),
    ],
)
def test_a_filter_that_is_none_says_what_would_be_one(
    memory: Memory, how: dict[str, Any], message: str
) -> None:
    memory.add("Pears grow on trees.")
    for act in (memory.search, lambda _, **how: list(memory.list(**how))):
        with pytest.raises(FilterError, match=message):
            act("pears", **how)
    with pytest.raises(ValueError, match=message):
        memory.search("pears", **how)


def test_values_that_sqlite_has_no_room_for(path: Path) -> None:
    odd = {"huge": 2**70, "vast": 10**400, "broken": "\ud800", "\udfff": "key", "none": None}
    with Memory(path, embedder=LexicalHash()) as memory:
        added = memory.add("Odd values are kept.", metadata=odd)
        assert memory.get(added.id) == added
        for where in (
            {"huge": 2**70},
            {"vast": {"$gt": 2**70}},
            {"broken": "\ud800"},
            {"\udfff": "key"},
            {"none": {"$ne": 1}},
        ):
            assert list(memory.list(where=where)) == [added], where
        assert list(memory.list(source="\ud800")) == []
