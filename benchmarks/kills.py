"""What is lost when the process that writes is killed with SIGKILL at random instants.

A worker opens the memory, looks whether everything is there that was acknowledged before, and then
adds, ingests, forgets and rebuilds until it is killed; the next one takes over. Nobody mends
anything in between. What was acknowledged stands in a journal, a file written through the operating
system, so that a killed process loses nothing of it.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from benchmarks.journal import Journal, compared, unfound
from benchmarks.reporting import Check, arguments, at_least, at_most, finish, folder, say
from memory import Memory
from memory.embedding import LexicalHash

__all__ = ["main", "run"]

SEED = 3
LONGEST = 1.5
"""Most seconds that a worker lives, from its start or from when it has opened the memory."""
EARLY = 0.25
"""Share of the workers whose seconds count from their start, so that some die while opening."""
PATIENCE = 120.0
"""Seconds after which the last worker, that nobody kills, must be done."""
DOING: Mapping[str, int] = {"add": 40, "add_many": 12, "ingest": 10, "forget": 14, "rebuild": 4}
"""How often, of 80 times, each is done."""


def work(home: Path, number: int, forever: bool, opened: Event) -> None:
    """What a worker does: compare, then write; or, at last, only compare."""
    journal = Journal.read(home / "journal")
    try:
        with Memory(home / "memory", embedder=LexicalHash()) as memory:
            memory.search("鑰匙 key")  # opens the index too
            found = compared(memory, journal)
            journal.tell("opened", number, found)
            opened.set()
            if forever:
                write(memory, journal, home, number)
            while memory.stats().pending:
                memory.search("key")
            journal.tell("last", compared(memory, journal), unfound(memory, journal))
    except BaseException as error:
        journal.tell("failed", number, f"{type(error).__name__}: {error}")
        raise


def write(memory: Memory, journal: Journal, home: Path, number: int) -> None:
    """Write until killed, or until whoever should have done it is gone."""
    rng = random.Random(f"{SEED} {number}")
    parent, step = os.getppid(), 0
    while os.getppid() == parent:
        step += 1
        doing = rng.choices(list(DOING), weights=list(DOING.values()))[0]
        journal.tell("does", doing)
        DO[doing](memory, journal, home, f"{number}x{step}", rng)
        journal.tell("did", doing)


def _add(memory: Memory, journal: Journal, home: Path, name: str, rng: random.Random) -> None:
    record = memory.add(f"note{name} the key lies under stone {name} 鑰匙{name}", kind="note")
    journal.tell("added", [[record.id, record.text]])


def _add_many(memory: Memory, journal: Journal, home: Path, name: str, rng: random.Random) -> None:
    texts = [f"note{name}y{i} one of several 許多{name}之{i}" for i in range(rng.randint(2, 30))]
    records = memory.add_many({"text": text, "kind": "note"} for text in texts)
    journal.tell("added", [[record.id, record.text] for record in records])


def _ingest(memory: Memory, journal: Journal, home: Path, name: str, rng: random.Random) -> None:
    path = home / f"{name}.md"
    parts = [f"## Part {i} of {name}\n\n" + f"word{name}p{i} 段落 " * 40 for i in range(6)]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    done = memory.ingest(path)
    journal.tell("ingested", str(path), done.files[0].passages)


def _forget(memory: Memory, journal: Journal, home: Path, name: str, rng: random.Random) -> None:
    now = Journal.read(journal.path)
    if held := sorted(now.held):
        id = rng.choice(held)
        journal.tell("dooms", id)
        memory.forget(id)
        journal.tell("forgot", id)


def _rebuild(memory: Memory, journal: Journal, home: Path, name: str, rng: random.Random) -> None:
    memory.rebuild()


DO: Mapping[str, Callable[[Memory, Journal, Path, str, random.Random], None]] = {
    "add": _add,
    "add_many": _add_many,
    "ingest": _ingest,
    "forget": _forget,
    "rebuild": _rebuild,
}


def run(home: Path, kills: int) -> tuple[dict[str, Any], list[Check]]:
    """Kill so many workers, let the last one live, and count."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["chromadb", "numpy", "memory.opened"])
    rng, journal = random.Random(SEED), Journal(home / "journal")
    for number in range(kills):
        opened = processes.Event()
        worker = processes.Process(target=work, args=(home, number, True, opened))
        worker.start()
        if rng.random() >= EARLY:
            opened.wait(PATIENCE)
        time.sleep(rng.uniform(0, LONGEST))
        if worker.pid is not None and worker.is_alive():
            os.kill(worker.pid, signal.SIGKILL)
            journal.tell("killed", number)
        worker.join()
        if (number + 1) % 20 == 0:
            say(f"{number + 1} killed, {len(Journal.read(journal.path).added)} records added")
    opened = processes.Event()  # kept here: it is gone with the last who holds it
    last = processes.Process(target=work, args=(home, kills, False, opened))
    last.start()
    last.join(PATIENCE + kills)
    last.kill()
    return counted(journal.path, kills)


def counted(path: Path, kills: int) -> tuple[dict[str, Any], list[Check]]:
    """Figures, and what they should be."""
    journal, seen, failures, missed = Journal.read(path), [], [], None
    for line in path.read_text(encoding="utf-8").splitlines():
        match json.loads(line):
            case ["opened", _, found]:
                seen.append(found)
            case ["last", found, missing]:
                seen.append(found)
                missed = missing
            case ["failed", number, reason]:
                failures.append(f"{number}: {reason}")
    worst = {name: max((each[name] for each in seen), default=0) for name in ("lost", "back")}
    doubled = max((each["doubled"] for each in seen), default=0)
    return {
        "kills": journal.counts.get("killed", 0),
        "killed_while": journal.killed_in,
        "opened": journal.counts.get("opened", 0),
        "acknowledged": {
            "records": len(journal.added),
            "passages": sum(journal.files.values()),
            "forgotten": len(journal.forgotten),
            "rebuilds": sum(1 for line in _lines(path) if line == ["did", "rebuild"]),
        },
        "failures": failures[:10],
    }, [
        at_least("workers killed", journal.counts.get("killed", 0), kills),
        at_most("records lost", worst["lost"], 0),
        at_most("forgotten records that came back", worst["back"], 0),
        at_most("records doubled", doubled, 0),
        at_most("restarts that did not open by themselves", len(failures), 0),
        Check("the last one, not killed, misses none by vectors", "0", missed, missed == 0),
    ]


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, kills=200, keep="")
    kills = 10 if options.quick else options.kills
    with folder(options.keep) as home:
        figures, checks = run(home, kills)
    finish("kills", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
