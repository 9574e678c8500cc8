"""Memory: adding, finding, listing, forgetting, in one process."""

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory import (
    EmbedderError,
    FilterError,
    Memory,
    RecordError,
    Refused,
    StoreError,
    StoreUnreadable,
)
from memory.embedding import LexicalHash
from tests.memory.conftest import Start

__all__: list[str] = []


def texts(memory: Memory, query: str, **how: object) -> list[str]:
    return [hit.record.text for hit in memory.search(query, **how)]  # type: ignore[arg-type]


def test_making_one_touches_nothing(path: Path) -> None:
    Memory(path).close()
    assert not path.exists()


def test_a_record_comes_back_as_it_was_added(memory: Memory, path: Path) -> None:
    before = datetime.now(UTC)
    added = memory.add(
        " Ann's colour is teal.\n", source="run-1", metadata={"tags": ["a", 1, None]}
    )
    assert added.text == "Ann's colour is teal."
    assert (added.kind, added.source) == ("fact", "run-1")
    assert before <= added.created <= datetime.now(UTC)
    memory.close()
    with Memory(path, embedder=LexicalHash()) as again:
        assert again.get(added.id) == added
        assert again.get("nothing") is None


def test_the_same_text_of_a_kind_is_kept_once(memory: Memory) -> None:
    first = memory.add("twice", source="a")
    assert memory.add("twice ", source="b") == first
    assert memory.add("twice", kind="note").id != first.id
    assert memory.add_many(["twice", "new", "new"])[0].id == first.id
    assert memory.stats().records == 3


@pytest.mark.parametrize("text", ["", "  \n\t", "　"])
def test_a_blank_text_is_refused(memory: Memory, text: str) -> None:
    with pytest.raises(RecordError, match="blank"):
        memory.add(text)
    with pytest.raises(ValueError, match=r"1 of 2 stored, the others not: item 1: .*blank"):
        memory.add_many(["fine weather", text])
    assert [record.text for record in memory.list()] == ["fine weather"]


def test_what_can_not_be_kept_is_refused(memory: Memory) -> None:
    with pytest.raises(RecordError, match="metadata"):
        memory.add("x", metadata={"when": datetime.now(UTC)})
    with pytest.raises(RecordError, match="split it"):
        memory.add("x" * 1_000_001)
    with pytest.raises(RecordError, match="kind"):
        memory.add("x", kind=" ")
    with pytest.raises(RecordError, match="kind"):
        memory.add("x", kind="k" * 65)


def test_odd_texts_are_kept(memory: Memory) -> None:
    with pytest.raises(Refused, match="says nothing that could be looked up"):
        memory.add("\0\x1b…")
    odd = ["🦊", "a\0b", "lone \ud800 surrogate", "x" * 100_000, "'; DROP TABLE records; --"]
    added = memory.add_many(odd)
    assert memory.get(added[1].id) == added[1]
    assert added[2].text == "lone \ufffd surrogate"
    assert texts(memory, "DROP TABLE")[0] == odd[-1]


def test_search_says_why(memory: Memory) -> None:
    memory.add_many(["apples and pears", "plums", "小美最愛的水果是芒果"])
    hit = memory.search("pears")[0]
    assert hit.record.text == "apples and pears"
    assert hit.why["words"].rank == hit.why["vectors"].rank == 1
    assert (hit.why["closeness"].score, hit.why["new"].score) == (1, 1)
    assert hit.why["kind"].score == pytest.approx(
        0.02 + 0.04 / 2
    )  # new, and of middling importance
    assert hit.score == pytest.approx(0.15 + 0.4 + 0.45 + 0.8 + 0.04)
    assert memory.add("plums", kind="note").kind == "note"
    assert "kind" not in memory.search("plums", kinds="note")[0].why
    assert texts(memory, "水果")[0] == "小美最愛的水果是芒果"


def test_search_by_kind_and_limit(memory: Memory) -> None:
    memory.add_many(
        [{"text": f"pear {n}", "kind": kind} for n in range(4) for kind in ("a", "新 b")]
    )
    assert len(memory.search("pear")) == 8
    assert len(memory.search("pear", limit=3)) == 3
    assert {h.record.kind for h in memory.search("pear", kinds="新 b")} == {"新 b"}
    assert len(memory.search("pear", kinds=["a", "新 b"])) == 8
    assert memory.search("pear", kinds=[]) == memory.search("pear", kinds=["lesson"]) == []
    assert memory.search("pear", limit=0) == []


def test_a_kind_that_no_record_has(memory: Memory) -> None:
    memory.add_many([{"text": "pears", "kind": "note"}, {"text": "門前的梨樹", "kind": "筆記"}])
    there = "there are: fact, episode, lesson, passage, item, note, 筆記"
    for act in (
        lambda: memory.search("pears", kinds=["note", "nto"]),
        lambda: memory.relevant("pears", kinds="nto"),
        lambda: memory.list(kinds="nto"),
        lambda: memory.forget(kinds="nto"),
    ):
        with pytest.raises(FilterError, match=f"No memory is of the kind 'nto'; {there}"):
            act()
    assert memory.stats().records == 2
    assert memory.forget(kinds="筆記") == 1


def test_what_is_important_comes_first_among_equals(memory: Memory) -> None:
    for importance in (0.1, 0.9, 0.5):
        memory.add(f"The boiler was serviced by team {importance}", importance=importance)
    assert [h.record.importance for h in memory.search("boiler serviced")] == [0.9, 0.5, 0.1]
    with pytest.raises(RecordError, match=r"importance of 1\.5 is not between 0 and 1"):
        memory.add("Ann owns a boat", importance=1.5)


def test_list_is_newest_first(memory: Memory) -> None:
    memory.add_many([{"text": str(n), "kind": "ab"[n % 2]} for n in range(230)])
    assert [r.text for r in memory.list()] == [str(n) for n in reversed(range(230))]
    assert [r.text for r in memory.list(kinds="a", limit=2)] == ["228", "226"]
    assert list(memory.list(limit=0)) == []


def test_what_is_forgotten_is_gone(memory: Memory, path: Path) -> None:
    keep, drop = memory.add_many(["keep pears", "drop pears"])
    assert memory.forget(drop.id, "nothing") == 1
    assert memory.forget() == memory.forget(drop.id) == 0
    assert memory.get(drop.id) is None
    assert texts(memory, "drop pears") == ["keep pears"]
    assert memory.add("drop pears").id != drop.id
    assert keep in memory.list()
    assert memory.stats().health == "ok"


def test_stats(memory: Memory) -> None:
    memory.add_many(["a b", "c d", {"text": "e", "kind": "lesson"}])
    stats = memory.stats()
    assert (stats.records, stats.kinds) == (3, {"fact": 2, "lesson": 1})
    assert (stats.pending, stats.health, stats.embedder) == (0, "ok", "lexical-hash-2/512")
    assert stats.bytes > 10_000


def test_threads_share_one_memory(memory: Memory) -> None:
    errors: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(8):
                memory.add(f"{name}{n}")
                assert texts(memory, f"{name}{n}")[0] == f"{name}{n}"
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=[name]) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert memory.stats().records == 32
    assert memory.stats().pending == 0


def test_two_memories_of_one_path_in_a_process(memory: Memory, path: Path) -> None:
    with Memory(path, embedder=LexicalHash()) as other:
        for n in range(3):
            (memory, other)[n % 2].add(f"pear {n}")
            assert len(memory.search("pear")) == len(other.search("pear")) == n + 1
    assert len(memory.search("pear")) == 3


def test_files_are_the_owners_alone(memory: Memory, path: Path) -> None:
    memory.add("secret")
    for file in [path, *path.rglob("*")]:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(StoreError, match=r"file.* Name another folder"):
            Memory(path).add("x")


def test_a_ledger_that_is_none(path: Path) -> None:
    path.mkdir()
    (path / "ledger.sqlite3").write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreUnreadable, match=r"ledger\.sqlite3 is damaged .* move it away"):
        Memory(path).add("x")


def test_a_full_disk(memory: Memory) -> None:
    memory.add("x")
    with memory._open().database.reading() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"No room .* Free disk space"):
        memory.add("y" * 1_000_000)
    assert [r.text for r in memory.list()] == ["x"]


def test_a_disk_on_which_files_can_not_grow(path: Path, memory: Memory, start: Start) -> None:
    memory.add("Ann owns a boat.")
    memory.close()
    child = start("add_without_room", path)
    out, _ = child.communicate()
    told, count = out.splitlines()
    assert told.startswith("StoreError ")
    assert str(path) in told
    assert "ree disk space" in told or "free space" in told
    assert child.returncode == 0
    texts = [record.text for record in memory.list()]
    assert texts[-1] == "Ann owns a boat."
    assert len(texts) == int(count) + 1  # what `add` returned, and nothing more
    assert memory.add("小英住在高雄。") in [hit.record for hit in memory.search("小英")]
    assert memory.stats().health == "ok"


def test_another_embedder_is_refused_until_a_rebuild(memory: Memory, path: Path) -> None:
    class Reversed(LexicalHash):
        name = "reversed"

    memory.add_many(["apples", "pears"])
    with Memory(path, embedder=Reversed()) as other:
        for act in (lambda: other.search("pears"), lambda: other.add("plums")):
            with pytest.raises(EmbedderError, match=r"made by lexical-hash-2/512.* rebuild"):
                act()
        assert other.rebuild() == 2
        assert texts(other, "pears")[0] == "pears"
        assert other.stats().embedder == "reversed"
    with pytest.raises(EmbedderError, match="made by reversed"):
        memory.search("pears")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.text(max_size=30), max_size=4))
def test_whatever_is_added_is_found(memory: Memory, added: list[str]) -> None:
    fine = [text for text in added if text.strip()]
    for record in memory.add_many({"text": text, "kind": "note"} for text in fine):
        assert memory.get(record.id) == record
