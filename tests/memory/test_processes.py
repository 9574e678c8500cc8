"""Several processes, some of them killed: nothing lost, nothing doubled, everybody told."""

import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from memory import Holder, Memory, StoreBusy
from memory.embedding import LexicalHash
from tests.memory.conftest import Start

__all__: list[str] = []


def line(child: "subprocess.Popen[str]") -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def next_turn(child: "subprocess.Popen[str]") -> str:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()
    return line(child)


def test_no_kill_loses_a_record_that_add_returned(path: Path, start: Start) -> None:
    rng, told = random.Random(20), {}
    for child in [start("add_until_killed", path, f"r{n}") for n in range(4)]:
        for _ in range(rng.randint(1, 40)):
            id, _, text = line(child).partition(" ")
            told[id] = text
        # A random instant, not the one right after a line was written.
        with suppress(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        assert child.stdout is not None
        rest = child.stdout.read().splitlines(keepends=True)
        told |= dict(written.rstrip().split(" ", 1) for written in rest if written.endswith("\n"))
    with Memory(path, embedder=LexicalHash()) as memory:
        while memory.stats().pending:  # one search mends a bounded number of records
            memory.search("r0")
        for id, text in told.items():
            record = memory.get(id)
            assert record is not None
            assert record.text == text
            hit = next(hit for hit in memory.search(record.text) if hit.record == record)
            assert {"words", "vectors"} == {
                n for n, part in hit.why.items() if part.rank is not None
            }
        texts = [record.text for record in memory.list()]
        assert len(texts) == len(set(texts)) >= len(told)


def test_two_processes_in_turn_lose_and_double_nothing(
    path: Path, memory: Memory, start: Start
) -> None:
    children = [start("add_in_turn", path, prefix, 4) for prefix in ("left", "right")]
    ids = []
    for n in range(4):
        for child, prefix in zip(children, ("left", "right"), strict=True):
            ids.append(next_turn(child))
            hit = memory.search(f"{prefix}{n}")[0]
            assert hit.record.id == ids[-1]
            assert {"words", "vectors"} == {
                n for n, part in hit.why.items() if part.rank is not None
            }
    assert {record.id for record in memory.list()} > set(ids)
    assert memory.stats().records == 9
    assert memory.stats().pending == 0


def test_what_one_process_remembers_another_finds(path: Path, start: Start) -> None:
    facts = ["Ann's favourite colour is teal.", "小美最愛的水果是芒果"]
    writer = start("remember", path, *facts)
    assert writer.wait() == 0
    with Memory(path) as memory:
        for query, fact in zip(
            ("Which colour does Ann like?", "小美喜歡吃什麼水果？"), facts, strict=True
        ):
            assert [hit.record.text for hit in memory.relevant(query)] == [fact]
        assert memory.relevant("Write a haiku about autumn") == []


def test_who_holds_the_memory_is_named(path: Path, memory: Memory, start: Start) -> None:
    memory.add("pears")
    memory.close()
    holder = start("hold", path)
    assert line(holder) == "held"
    waits: list[Holder | None] = []
    with Memory(path, embedder=LexicalHash(), lock_timeout=1.1, on_wait=waits.append) as waiting:
        with pytest.raises(StoreBusy, match=rf"held by process {holder.pid} \(child\.py, since"):
            waiting.search("pears")
        assert [wait.pid for wait in waits if wait] == [holder.pid]
        assert waiting.list(limit=1).__next__().text == "pears"
        added = waiting.add("plums, added while the index was held")
        assert waiting.stats().pending == 1
        holder.communicate()
        assert waiting.search("plums")[0].record == added
        assert waiting.stats().pending == 0


def test_a_lock_dies_with_its_holder(path: Path, memory: Memory, start: Start) -> None:
    memory.add("pears")
    memory.close()
    holder = start("hold", path)
    assert line(holder) == "held"
    holder.kill()
    holder.wait()
    assert memory.search("pears")[0].record.text == "pears"
