"""What the processes that the tests start do: `python -m tests.memory.child ACTION PATH ...`."""

import json
import resource
import signal
import sys
from itertools import count
from pathlib import Path

from memory import Memory, StoreError
from memory.embedding import LexicalHash
from memory.lock import ProcessLock

__all__: list[str] = []


def say(*words: object) -> None:
    print(*words, flush=True)


def add_until_killed(path: str, prefix: str) -> None:
    """Add one by one and by the batch, and tell each id once `add` returned."""
    memory = Memory(path, embedder=LexicalHash())
    for n in count():
        texts = [f"{prefix}x{n}y{i} 記{prefix}" for i in range(30 if n % 5 == 4 else 1)]
        for record in memory.add_many(texts):
            say(record.id, record.text)


def add_in_turn(path: str, prefix: str, times: str) -> None:
    """Add one record for each line read, and one that everybody adds."""
    with Memory(path, embedder=LexicalHash()) as memory:
        for n, _ in zip(range(int(times)), sys.stdin, strict=False):
            memory.add("the same everywhere")
            say(memory.add(f"{prefix}{n}").id)


def add_without_room(path: str) -> None:
    """Add texts, no file growing beyond a limit, until one is refused; tell how, and how many."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    memory = Memory(path, embedder=LexicalHash())
    memory.search("boat")
    most = max(file.stat().st_size for file in Path(path).rglob("*")) + 300_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    for n in count():
        try:
            memory.add(f"note {n} " + f"word{n} " * 2000, kind="note")
        except StoreError as error:
            say(type(error).__name__, " ".join(str(error).split()))
            say(n)
            break


def migrate(path: str) -> None:
    """Open a memory, whose ledger may be of an older version; tell when it begins."""
    say("begun")
    with Memory(path, embedder=LexicalHash()) as memory:
        say(memory.stats().records)


def hold(path: str) -> None:
    """Hold the lock until standard input ends."""
    with ProcessLock(Path(path), 10, None).hold():
        say("held")
        sys.stdin.read()


def find(path: str, query: str) -> None:
    """Print the texts that a search, with the real embedder, finds relevant."""
    with Memory(path) as memory:
        say(json.dumps([hit.record.text for hit in memory.relevant(query)]))


def remember(path: str, *texts: str) -> None:
    """Add texts with the real embedder."""
    with Memory(path) as memory:
        for text in texts:
            say(memory.add(text).id)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
