"""How much junk a memory takes in when runs recall from it and remember what they recalled.

200 scripted runs: each recalls for its task, sees memories as a model sees them, and stores them
again: word for word, in part, behind a phrase, within a prompt, several in one, quoted in the
episode of the run. A text whose words all came out of memory is junk if it becomes a record of its
own; refused or merged it is none. Each run also learns one thing that is new, which must be kept,
for a gate that refuses all would store no junk either.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.reporting import Check, arguments, at_least, at_most, finish, folder, say
from memory import Memory, Record, RecordError
from memory.embedding import Embedder, LexicalHash
from memory.marks import shown

__all__ = ["LEVELS", "main", "memory_level"]

SEED = 9
SEEN, SHOWN_WHOLE = 5, 1000
"""Memories that a run sees, and characters of one that is shown whole."""
NAMES = "Ann Bert Carla Dmitri Erin Farid Grace Hugo Ines Jonas Keiko Liam"
CHINESE_NAMES = "小美 志明 春嬌 家豪 雅婷 俊傑 怡君 承翰"
COLOURS = "teal amber crimson indigo olive maroon violet beige"
FRUITS = "芒果 鳳梨 荔枝 龍眼 西瓜 木瓜 蓮霧 番石榴"
TOWNS = "Porto Ghent Lund Graz Turin Nantes Cork Bergen"
PLACES = "臺北 高雄 臺南 花蓮 宜蘭 新竹 嘉義 基隆"


@dataclass(slots=True)
class Tally:
    """What became of the texts, by the way they were told."""

    stored: dict[str, int] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    junk: list[str] = field(default_factory=list)
    """Texts that were stored again."""
    new_lost: list[str] = field(default_factory=list)
    """New texts that were not stored."""

    def note(self, what: dict[str, int], way: str) -> None:
        """One more of them."""
        what[way] = what.get(way, 0) + 1


def facts() -> list[str]:
    """What memory knows at the beginning, and a run's tasks ask about."""
    rng = random.Random(SEED)
    english = [
        text
        for name in NAMES.split()
        for text in (
            f"{name}'s favourite colour is {rng.choice(COLOURS.split())}.",
            f"{name} spent last summer in {rng.choice(TOWNS.split())}, "
            f"and wrote {rng.randint(2, 9)} letters home.",
        )
    ]
    chinese = [
        text
        for name in CHINESE_NAMES.split()
        for text in (
            f"{name}最愛的水果是{rng.choice(FRUITS.split())}。",
            f"{name}去年夏天在{rng.choice(PLACES.split())}寫了{rng.randint(2, 9)}封信回家。",
        )
    ]
    return english + chinese


def tasks() -> list[str]:
    """What the runs are about."""
    return [
        task
        for name in NAMES.split()
        for task in (f"Which colour does {name} like best?", f"Where was {name} last summer?")
    ] + [
        task
        for name in CHINESE_NAMES.split()
        for task in (f"{name}最愛的水果是什麼？", f"{name}去年夏天在哪裡？")
    ]


Told = Callable[[str, Sequence[Record]], str]
WAYS: Mapping[str, tuple[str, Told]] = {
    "as shown": ("fact", lambda task, seen: shown(seen)),
    "one line as shown": ("lesson", lambda task, seen: shown(seen[:1])),
    "verbatim": ("fact", lambda task, seen: seen[0].text),
    "verbatim, another kind": ("lesson", lambda task, seen: seen[0].text),
    "without its full stop": ("fact", lambda task, seen: seen[0].text.rstrip(".。")),
    "in capitals": ("fact", lambda task, seen: seen[0].text.upper()),
    "two in one": ("fact", lambda task, seen: " ".join(each.text for each in seen[:2])),
    "all, line by line": ("fact", lambda task, seen: "\n".join(each.text for each in seen)),
    "please remember": ("fact", lambda task, seen: f"Please remember that {seen[0].text}"),
    "請記住": ("fact", lambda task, seen: f"請記住：{seen[0].text}"),
    "according to memory": ("fact", lambda task, seen: f"According to memory, {seen[0].text}"),
    "根據記憶": ("fact", lambda task, seen: f"根據記憶，{seen[0].text}"),
    "I recall": ("fact", lambda task, seen: f"I recall that {seen[0].text}"),
    "prompt": (
        "fact",
        lambda task, seen: f"You are a helpful assistant. You know:\n{shown(seen)}\nTask: {task}",
    ),
    "message": ("lesson", lambda task, seen: f"user: {task}\nassistant: {seen[0].text}"),
    "the question": ("fact", lambda task, seen: task),
    "episode with marks": (
        "episode",
        lambda task, seen: f"Task: {task}\nRecalled:\n{shown(seen)}\nAnswer: {seen[0].text}",
    ),
    "episode without": ("episode", lambda task, seen: f"{task} {seen[0].text}"),
}
"""How a run tells again what it saw: the kind it is stored as, and the text."""


def run(memory: Memory, number: int, task: str, tally: Tally, known: set[str]) -> None:
    """One run: recall, tell again in every way, learn something new."""
    hits = [*memory.search(task, limit=3, kinds="fact"), *memory.relevant(task)]
    found = {hit.record.id: hit.record for hit in hits if len(hit.record.text) <= SHOWN_WHOLE}
    seen = list(found.values())[:SEEN]
    for way, (kind, tell) in WAYS.items():
        stored(memory, tell(task, seen), kind, way, number, tally, known)
    new = (
        f"Parcel {number} weighs {number * 7 + 3} grams."
        if number % 2
        else f"第{number}號包裹重{number * 7 + 3}公克。"
    )
    added = memory.add(new, source=f"run {number}")
    if added.id in known or added.text != new:
        tally.new_lost.append(new)
    known.add(added.id)


def stored(
    memory: Memory, text: str, kind: str, way: str, number: int, tally: Tally, known: set[str]
) -> None:
    """Try to store what was recalled; note what became of it."""
    try:
        record = memory.add(text, kind=kind, source=f"run {number}")
    except RecordError:  # refused, or grown too long
        return tally.note(tally.refused, way)
    if record.id in known:
        return tally.note(tally.merged, way)
    known.add(record.id)
    tally.note(tally.stored, way)
    tally.junk.append(f"{way}: {text}")


def memory_level(
    home: Path, runs: int, embedder: Embedder | None = None
) -> tuple[dict[str, Any], list[Check]]:
    """Runs that use `Memory` itself: figures, and what they should be."""
    tally, asked = Tally(), tasks()
    random.Random(SEED).shuffle(asked)
    with Memory(home / "memory", embedder=embedder or LexicalHash()) as memory:
        known = {record.id for record in memory.add_many(facts())}
        before = len(known)
        for number in range(1, runs + 1):
            run(memory, number, asked[number % len(asked)], tally, known)
        records = memory.stats().records
        ended = [record for record in memory.list() if record.ended is not None]
    return {
        "runs": runs,
        "records_before": before,
        "records_after": records,
        "told_again": runs * len(WAYS),
        "refused": tally.refused,
        "merged": tally.merged,
        "stored": tally.stored,
        "examples": first(tally.junk),
    }, [
        at_most("memories stored again", len(tally.junk), 0),
        at_most("new things that were not stored", len(tally.new_lost), 0),
        at_most("records more than were new", records - before - runs, 0),
        at_least("records that are still there", before + runs - len(ended), before + runs),
    ]


def first(junk: Iterable[str]) -> list[str]:
    """One example of each way."""
    return list({text.partition(": ")[0]: text for text in junk}.values())


LEVELS = {"memory": memory_level}
"""Who is running in circles."""


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, runs=200, level="")
    runs = 10 if options.quick else options.runs
    figures: dict[str, Any] = {}
    checks: list[Check] = []
    for level, measure in LEVELS.items():
        if options.level in ("", level):
            say(f"{runs} runs on the level of {level}")
            with folder() as home:
                figures[level], more = measure(home, runs)
            checks += more
    finish("circles", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
