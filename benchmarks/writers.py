"""What is lost or doubled when 8 threads and 2 processes write to one memory.

At once: two processes of 8 threads each add texts of their own, and now and then one that all of
them add. In turn: two processes take turns after every record, so that each finds the index changed
by the other. Then the memory must have every text once, and find it.
"""

import multiprocessing
import threading
from collections.abc import Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import Any

from benchmarks.reporting import Check, Took, arguments, at_most, finish, folder, timed
from memory import Memory
from memory.embedding import LexicalHash

__all__ = ["main", "run"]

THREADS, PROCESSES = 8, 2
SHARED_EVERY = 10
"""A text that all add comes after so many of one's own."""
LOCKS = 120.0
"""Seconds that a writer waits for the others."""
Told = list[tuple[str, str]]
"""Ids and texts that `add` returned."""


def opened(home: Path) -> Memory:
    """The memory that all write to."""
    return Memory(home / "memory", embedder=LexicalHash(), lock_timeout=LOCKS)


def texts(writer: str, count: int) -> list[str]:
    """What a writer adds."""
    own = [
        f"writer{writer} tells{i} that the boat {writer}{i} left 第{i}艘船" for i in range(count)
    ]
    return [
        text
        for i, each in enumerate(own)
        for text in (
            [each, f"everybody tells{i} this 大家{i}"] if i % SHARED_EVERY == 0 else [each]
        )
    ]


def at_once(home: Path, process: int, count: int, told: "Queue[Told]") -> None:
    """Add with several threads at a time."""
    ours: Told = []
    with opened(home) as memory:

        def write(thread: int) -> None:
            for text in texts(f"{process}t{thread}n", count):
                ours.append((memory.add(text, kind="note").id, text))

        threads = [threading.Thread(target=write, args=(n,)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told.put(ours)


def in_turn(
    home: Path, count: int, turns: Sequence[Semaphore], told: "Queue[Told]", process: int
) -> None:
    """Add one text whenever it is our turn."""
    ours: Told = []
    with opened(home) as memory:
        for text in texts(f"{process}turn", count):
            if not turns[process].acquire(timeout=LOCKS):
                raise TimeoutError(f"process {1 - process} does not give the turn back")
            ours.append((memory.add(text, kind="note").id, text))
            turns[1 - process].release()
    told.put(ours)


def together(several: Sequence[Any], told: "Queue[Told]") -> Told:
    """Run processes to their end; what they were told. A process that fails tells nothing."""
    for each in several:
        each.start()
    found = [pair for _ in several for pair in told.get(timeout=LOCKS * THREADS)]
    for each in several:
        each.join()
    return found


def run(home: Path, count: int) -> tuple[dict[str, Any], list[Check]]:
    """Figures, and what they should be."""
    processes = multiprocessing.get_context("spawn")
    told: Queue[Told] = processes.Queue()
    turns = [processes.Semaphore(1), processes.Semaphore(0)]
    first, took_at_once = timed(
        lambda: together(
            [
                processes.Process(target=at_once, args=(home, n, count, told))
                for n in range(PROCESSES)
            ],
            told,
        )
    )
    second, took_in_turn = timed(
        lambda: together(
            [
                processes.Process(target=in_turn, args=(home, count, turns, told, n))
                for n in range(PROCESSES)
            ],
            told,
        )
    )
    return compared(home, first + second, {"at_once": took_at_once, "in_turn": took_in_turn})


def compared(home: Path, told: Told, took: dict[str, Took]) -> tuple[dict[str, Any], list[Check]]:
    """What was told beside what is there."""
    with opened(home) as memory:
        while memory.stats().pending:
            memory.search("boat")
        there = {record.id: record.text for record in memory.list()}
        wanted = {text for _, text in told}
        unfound = sum(
            not any(hit.record.text == text and "vectors" in hit.why for hit in memory.search(text))
            for text in sorted(wanted)[:: max(len(wanted) // 200, 1)]
        )
    lost = sum(there.get(id) != text for id, text in told)
    doubled = len(there) - len(set(there.values()))
    return {
        "threads": THREADS,
        "processes": PROCESSES,
        "additions": len(told),
        "texts": len(wanted),
        "seconds": {name: round(each.wall, 2) for name, each in took.items()},
    }, [
        at_most("records lost", lost, 0),
        at_most("records doubled", doubled, 0),
        at_most("records that nobody added", len(set(there.values()) - wanted), 0),
        at_most("records that vectors do not find, of about 200", unfound, 0),
    ]


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, records=60)
    with folder() as home:
        figures, checks = run(home, 5 if options.quick else options.records)
    finish("writers", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
