"""What processes that may be killed were acknowledged, and whether a memory still has it."""

import json
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from memory import Memory

__all__ = ["Journal", "compared", "unfound"]


@dataclass(slots=True)
class Journal:
    """What was begun and what was acknowledged, a JSON array a line."""

    path: Path
    added: dict[str, str] = field(default_factory=dict)
    """Ids and texts."""
    files: dict[str, int] = field(default_factory=dict)
    """Documents, and how many passages each has."""
    doomed: set[str] = field(default_factory=set)
    """Ids whose forgetting was begun: if it was not acknowledged, they may be there or not."""
    forgotten: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    """How often what was told: `opened`, `failed`, `lost`, `back`, `doubled`, by operation."""
    killed_in: dict[str, int] = field(default_factory=dict)
    """By operation, how many workers were killed in it."""

    def tell(self, event: str, *what: Any) -> None:
        """Append a line, in one write."""
        line = json.dumps([event, *what], ensure_ascii=False) + "\n"
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    @staticmethod
    def read(path: Path) -> "Journal":
        """What stands in the file."""
        journal, now = Journal(path), "opening"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            event, *what = json.loads(line)
            journal.counts[event] = journal.counts.get(event, 0) + 1
            match event:
                case "added":
                    journal.added |= dict(what[0])
                case "ingested":
                    journal.files[what[0]] = what[1]
                case "dooms":
                    journal.doomed.add(what[0])
                case "forgot":
                    journal.forgotten.add(what[0])
                case "does":
                    now = what[0]
                case "did" | "opened":
                    now = "between"
                case "killed":
                    journal.killed_in[now] = journal.killed_in.get(now, 0) + 1
                    now = "opening"
        return journal

    @property
    def held(self) -> dict[str, str]:
        """What must be there."""
        return {id: text for id, text in self.added.items() if id not in self.doomed}


def compared(memory: Memory, journal: Journal) -> dict[str, int]:
    """How many acknowledged records are not there, came back, or are there twice."""
    there = {record.id: record for record in memory.list()}
    texts = [record.text for record in there.values() if record.kind == "note"]
    passages: dict[str, int] = {}
    for record in there.values():
        if record.kind == "passage" and record.source is not None:
            passages[record.source] = passages.get(record.source, 0) + 1
    held = journal.held
    return {
        "lost": sum(id not in there or there[id].text != text for id, text in held.items())
        + sum(max(count - passages.get(path, 0), 0) for path, count in journal.files.items()),
        "back": sum(id in there for id in journal.forgotten),
        "doubled": len(texts)
        - len(set(texts))
        + sum(max(passages.get(path, 0) - count, 0) for path, count in journal.files.items()),
    }


def unfound(memory: Memory, journal: Journal, most: int = 200) -> int:
    """How many of a sample of records a search by vectors does not bring up."""
    held = sorted(journal.held.items())
    sample = random.Random(0).sample(held, min(most, len(held)))
    return sum(
        not any(hit.record.id == id and "vectors" in hit.why for hit in memory.search(text))
        for id, text in sample
    )
