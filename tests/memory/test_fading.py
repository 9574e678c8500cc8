"""Fading: how strong a memory is, which go first, and what is left of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory import Memory
from memory.fading import BUDGETS, strength
from memory.records import Record

__all__: list[str] = []

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def record(kind: str = "fact", importance: float = 0.5) -> Record:
    return Record("0" * 16, "text", kind, None, {}, NOW, importance)


def days(age: float) -> datetime:
    return NOW - timedelta(days=age)


@pytest.mark.parametrize(
    ("kind", "importance", "uses", "age", "expected"),
    [
        ("fact", 0.5, 0, 0, 0.5),
        ("fact", 0.5, 0, 365, 0.25),
        ("fact", 1.0, 1, 365, 2**-0.5),
        ("fact", 1.0, 3, 365, 2 ** (-1 / 3)),
        ("episode", 0.8, 0, 30, 0.4),
        ("episode", 0.8, 0, 300, 0.8 * 2**-10),
        ("lesson", 0.5, 0, 90, 0.5 * 2**-0.5),
        ("passage", 0.7, 0, 10_000, 0.7),
        ("one of my own", 0.7, 0, 10_000, 0.7),
        ("fact", 0.0, 9, 1, 0.0),
        ("fact", 0.5, 0, -3, 0.5),
    ],
)
def test_the_formula(kind: str, importance: float, uses: int, age: float, expected: float) -> None:
    assert strength(record(kind, importance), uses, days(age), NOW) == pytest.approx(expected)


@given(
    st.sampled_from(["fact", "episode", "lesson", "passage", "other"]),
    st.floats(0, 1),
    st.integers(0, 10_000),
    st.floats(0, 50_000),
)
def test_use_and_importance_strengthen_and_time_weakens(
    kind: str, importance: float, uses: int, age: float
) -> None:
    now = strength(record(kind, importance), uses, days(age), NOW)
    assert 0 <= now <= importance
    assert strength(record(kind, importance), uses + 1, days(age), NOW) >= now
    assert strength(record(kind, importance / 2), uses, days(age), NOW) <= now
    assert strength(record(kind, importance), uses, days(age + 1), NOW) <= now


def filled(memory: Memory) -> list[str]:
    """Five episodes, the first the oldest; ids in that order."""
    lines = [
        {
            "id": f"{n:016x}",
            "text": f"第 {n} 次備份完成 Backup {n} was completed.",
            "kind": "episode",
            "source": f"run {n}",
            "created": (datetime.now(UTC) - timedelta(days=50 - 10 * n)).isoformat(),
        }
        for n in range(5)
    ]
    assert memory.load(map(json.dumps, lines)).stored == 5
    return [str(line["id"]) for line in lines]


def test_the_weakest_go_until_the_budget_is_kept(memory: Memory) -> None:
    ids = filled(memory)
    memory.add("Ann owns a boat.")
    would = memory.prune({"episode": 3}, dry_run=True)
    assert [each.record.id for each in would] == ids[:2]
    assert memory.stats().kinds == {"episode": 5, "fact": 1}
    assert memory.why(ids[0]).because is None  # type: ignore[union-attr]
    gone = memory.prune({"episode": 3})
    assert [each.record.id for each in gone] == ids[:2]
    assert [each.strength for each in gone] == pytest.approx(
        [0.5 * 2 ** (-50 / 30), 0.5 * 2 ** (-40 / 30)], rel=1e-3
    )
    assert memory.stats().kinds == {"episode": 3, "fact": 1}
    assert memory.prune({"episode": 3}) == memory.prune() == []
    assert len(memory.prune({"episode": 0, "fact": -1, "none such": 0})) == 4
    assert memory.stats().records == 0


def test_what_faded_is_told_of_and_its_text_is_gone(memory: Memory) -> None:
    ids = filled(memory)
    memory.use(ids[0], by="run 8")
    memory.use(ids[0], by="run 9")
    assert (
        memory.add("第 0 次備份完成 Backup 0 was completed!", kind="episode", source="b").id
        == ids[0]
    )
    [weakest] = memory.prune({"episode": 4})
    assert weakest.record.id == ids[1]  # the oldest one was used
    memory.prune({"episode": 0})
    account = memory.why(ids[0])
    assert account is not None
    assert (account.because, account.instead, account.before) == ("faded", None, ())
    assert account.record.text == ""
    assert account.record.ended is not None
    assert account.sources == ("run 0", "b")
    assert account.used == 2
    events = {event.event: event.detail for event in account.history}
    assert events["merged"] == {"source": "b"}
    assert events["weighed"]["budget"] == 0
    assert events["faded"] == {"uses": 2}
    assert [hit.record.id for hit in memory.search("Backup 備份")] == []
    assert memory.get(ids[0]) == account.record
    assert memory.stats().health == "ok"


def test_an_important_one_stays_longer(memory: Memory) -> None:
    ids = filled(memory)
    kept = memory.add("The backup of May failed.", kind="episode", importance=0.01)
    assert [each.record.id for each in memory.prune({"episode": 5})] == [kept.id]
    assert {record.id for record in memory.list()} == set(ids)


def test_passages_of_documents_are_not_counted(memory: Memory) -> None:
    memory.add("A passage of no document.", kind="passage")
    with memory._open().database.writing(durable=True) as db:
        db.execute(
            "INSERT INTO documents (id, source, digest, title, format, ingested) "
            "VALUES (1, 's', x'00', 't', 'f', '2026-01-31')"
        )
        db.execute("UPDATE records SET document = 1")
    assert memory.prune({"passage": 0}) == []


def test_the_budgets_are_no_ones_to_change() -> None:
    assert BUDGETS == {"episode": 2000, "lesson": 500}
    with pytest.raises(TypeError):
        BUDGETS["fact"] = 1  # type: ignore[index]
