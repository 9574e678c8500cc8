"""A memory as lines: the same in another one; what is no line is told by its number."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory import Memory, StoreError
from memory.embedding import LexicalHash

__all__: list[str] = []


@pytest.fixture
def other(tmp_path: Path) -> Any:
    with Memory(tmp_path / "other", embedder=LexicalHash()) as other:
        yield other


def state(memory: Memory) -> list[dict[str, Any]]:
    """What is exported, but for the moment of it."""
    lines = [json.loads(line) for line in memory.export()]
    assert lines[0].keys() == {"format", "at"}
    return lines[1:]


def lived_in(memory: Memory) -> None:
    """A memory in which much has happened."""
    rome = memory.add("Ann lives in Rome", source="run 1", importance=0.9)
    memory.add("Please remember: Ann lives in Rome.", source="run 2")
    memory.use(rome.id, by="run 3")
    oslo = memory.add("Ann has moved to Oslo", metadata={"tags": ["a", "臺"], "n": 1})
    memory.add("Ann has moved to Oslo!", source="信件")
    memory.use([oslo.id], by="run 4")
    memory.add_many(
        {"text": f"Backup {n} 備份完成", "kind": "episode", "source": f"run {n}"} for n in range(3)
    )
    memory.prune({"episode": 1})
    memory.add("The door is red.", kind="筆記")


def test_another_memory_is_the_same(memory: Memory, other: Memory) -> None:
    lived_in(memory)
    loaded = other.load(memory.export())
    assert (loaded.stored, loaded.known, loaded.errors) == (6, 0, {})
    assert state(other) == state(memory)
    assert list(other.list()) == list(memory.list())
    assert other.stats().kinds == {"episode": 1, "fact": 1, "筆記": 1}
    assert other.stats().health == "ok"
    for line in state(memory):
        ours, theirs = memory.why(line["id"]), other.why(line["id"])
        assert ours is not None
        assert theirs is not None
        assert (theirs.record, theirs.sources, theirs.uses) == (
            ours.record,
            ours.sources,
            ours.uses,
        )
        assert (theirs.history, theirs.before, theirs.used) == (
            ours.history,
            ours.before,
            ours.used,
        )
        assert (theirs.because, theirs.instead) == (ours.because, ours.instead)
    for query in ("Oslo", "備份", "red door"):
        found = [hit.record for hit in memory.search(query)]
        assert [hit.record for hit in other.search(query)] == found
        assert all(hit.why["vectors"].rank for hit in other.search(query))
    [oslo] = other.list(where={"tags": "臺", "n": {"$lt": 2}})
    assert list(other.list(source="信件")) == [oslo]
    assert other.add("Ann lives in Bern").id != oslo.id  # the gate knows what was loaded
    assert other.get(oslo.id).ended is not None  # type: ignore[union-attr]


def test_what_is_there_already_stays(memory: Memory, other: Memory) -> None:
    lived_in(memory)
    lines = list(memory.export())
    before = state(memory)
    again = memory.load(lines)
    assert (again.stored, again.known, again.errors) == (0, 6, {})
    assert state(memory) == before
    there = other.add("The door is red.", kind="筆記", source="mine")
    loaded = other.load(lines)
    assert (loaded.stored, loaded.known) == (5, 1)
    assert [record for record in other.list() if record.kind == "筆記"] == [there]


def test_documents_come_along(memory: Memory, other: Memory, tmp_path: Path) -> None:
    file = tmp_path / "塔.md"
    file.write_text("# Tower\n\nThe tower is 40 m high.\n\n# 塔\n\n塔有三層。\n")
    memory.ingest(file)
    assert other.load(memory.export()).errors == {}
    assert state(other) == state(memory)
    [volume] = other.documents()
    assert volume.source == str(file)
    assert other.ingest(file).added == 0  # it was not changed since


BROKEN = [
    ("{", "no line of an exported memory"),
    ("[1]", "it is no JSON object"),
    ('{"a": 1}', "no record of an exported memory"),
    ('{"text": ""}', "blank"),
    ('{"text": 5}', "no record of an exported memory"),
    ('{"text": "x", "created": "yesterday"}', "yesterday"),
    ('{"text": "x", "created": "0001-01-01T00:00:00+14:00"}', "no record"),
    ('{"text": "x", "importance": 2}', "between 0 and 1"),
    ('{"text": "x", "importance": "much"}', "much"),
    ('{"text": "x", "metadata": 3}', "no record"),
    ('{"text": "x", "metadata": {"a": NaN}}', "metadata"),
    ('{"text": "x", "sources": "abc"}', "'abc' is no list"),
    ('{"text": "x", "uses": [["2026-01-31"]]}', "no record"),
    ('{"text": "x", "history": [["2026-01-31", "merged", 5]]}', "no record"),
    ('{"text": "x", "id": "\\ud800"}', "no record"),
    ('{"document": "d", "digest": "zz", "title": "", "format": ""}', "no record"),
    ("[" * 100_000, "no line"),
    ('{"text": "x", "kind": "%s"}' % ("k" * 65), "kind"),
]


def test_a_broken_line_is_told_and_the_rest_goes_on(memory: Memory) -> None:
    lines = [line for broken, _ in BROKEN for line in ("", broken)]
    lines += ['{"text": "Ann owns a boat."}', '{"text": "小英住在高雄。", "kind": "lesson"}']
    loaded = memory.load(lines)
    assert list(loaded.errors) == list(range(2, 2 * len(BROKEN) + 1, 2))
    for (line, message), told in zip(BROKEN, loaded.errors.values(), strict=True):
        assert message in told, line
    assert loaded.stored == 2
    assert [record.text for record in memory.list()] == ["小英住在高雄。", "Ann owns a boat."]


def test_lines_of_a_newer_version_are_not_read(memory: Memory) -> None:
    with pytest.raises(StoreError, match=r"exported as 'agentic memory 2'.*Upgrade"):
        memory.load(['{"format": "agentic memory 2"}', '{"text": "x"}'])
    assert memory.stats().records == 0
    assert memory.load(['{"text": "x", "format": "any"}']).stored == 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)
ITEM = st.fixed_dictionaries(
    {"text": st.text(min_size=1, max_size=20).filter(str.strip)},
    optional={
        "kind": st.sampled_from(["note", "passage", "筆記", "fact"]),
        "source": st.none() | st.text(max_size=8),
        "metadata": st.dictionaries(st.text(max_size=5), JSON, max_size=3),
        "importance": st.floats(0, 1),
    },
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ITEM, max_size=4))
def test_whatever_is_remembered_survives_the_journey(
    tmp_path: Path, items: list[dict[str, Any]]
) -> None:
    with (
        TemporaryDirectory(dir=tmp_path) as here,
        Memory(f"{here}/a", embedder=LexicalHash()) as memory,
        Memory(f"{here}/b", embedder=LexicalHash()) as other,
    ):
        loaded = memory.load(json.dumps(item) for item in items)
        assert loaded.errors == {}
        assert other.load(memory.export()).errors == {}
        assert state(other) == state(memory)
        assert list(other.list()) == list(memory.list())
