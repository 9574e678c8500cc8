"""How often a search finds the passages that answer a question: fused, and by each part alone.

Three development sets: DRCD (Traditional Chinese), SQuAD (English), and multi-hop questions that
need two passages. The corpus of a set is one memory of passages. The fused ranking is that of
`Memory.search` as anybody calls it, and its time is told; the parts alone are the ranks that
`Hit.why` tells of a search for 100. Recall@k is the share of a question's passages among the first
k; all@k, whether all of them are. All three rankings of a question come from one process, one
after the other.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.reporting import (
    Check,
    Took,
    arguments,
    at_least,
    finish,
    folder,
    say,
    share,
    spread,
    table,
    timed,
)
from benchmarks.vectors import Cached
from memory import Hit, Memory

__all__ = ["main", "run"]

DATA = Path(__file__).parents[2] / "shared" / "data"
SETS = ("drcd", "squad", "multihop")
AT = (1, 5, 10)
DEEP = 100
"""Hits among which the parts are ranked."""
FORMS: Mapping[str, Callable[[Mapping[str, str]], str]] = {
    "text": lambda row: row["text"],
    "title": lambda row: f"{row['title']}\n{row['text']}",
}
TARGETS = {"drcd": {1: 0.95, 5: 0.99}, "squad": {1: 0.91, 5: 0.98}}
QUICK = 10
"""Questions of a set for a first look."""
Ranking = list[str]
Row = dict[str, Any]


def rows(data: Path, name: str, part: str, limit: int) -> list[Row]:
    """Rows of a file of a set, all of them or the first ones."""
    with open(data / f"{name}_dev_{part}.jsonl", encoding="utf-8") as lines:
        read = [json.loads(line) for line in lines]
    return read[:limit] if limit else read


def ranked(hits: Sequence[Hit], part: str) -> Ranking:
    """Corpus ids at the places that one part gives them; a blank where none of the hits stands."""
    there: dict[int, str] = {}
    for hit in hits:
        if (told := hit.why.get(part)) is not None and (rank := told.rank) is not None:
            there[rank] = str(hit.record.metadata["id"])
    return [there.get(place, "") for place in range(1, max(there, default=0) + 1)]


def asked(memory: Memory, question: str) -> tuple[dict[str, Ranking], Took]:
    """The three rankings for a question, and how long the fused search took."""
    hits, took = timed(lambda: memory.search(question))
    deep = memory.search(question, limit=DEEP)
    fused = [str(hit.record.metadata["id"]) for hit in hits]
    return {
        "fused": fused,
        "words": ranked(deep, "words"),
        "vectors": ranked(deep, "vectors"),
    }, took


def scored(rankings: Sequence[Ranking], gold: Sequence[set[str]]) -> dict[str, float]:
    """Recall@k and all@k of rankings, each with the ids that it should have."""
    found: dict[str, float] = {}
    for k in AT:
        shares = [
            len(right.intersection(ids[:k])) / len(right)
            for ids, right in zip(rankings, gold, strict=True)
        ]
        found[f"recall@{k}"] = share(shares)
        found[f"all@{k}"] = share([float(each == 1) for each in shares])
    return found


def checks(name: str, scores: Mapping[str, Any]) -> list[Check]:
    """What the fused ranking of a set should reach, by itself and beside the better part."""
    fused = scores["fused"]
    found = [
        at_least(f"{name} recall@{k}", fused[f"recall@{k}"], target)
        for k, target in TARGETS.get(name, {}).items()
    ]
    for k in (1, 5):
        better = max(scores[part][f"recall@{k}"] for part in ("words", "vectors"))
        found.append(at_least(f"{name} recall@{k}, fused", fused[f"recall@{k}"], better))
    if name == "multihop":
        better = max(scores[part]["recall@10"] for part in ("words", "vectors"))
        reached = fused["recall@10"]
        found.append(Check(f"{name} recall@10, fused", f"> {better:g}", reached, reached > better))
    return found


def run(home: Path, embedder: Cached, data: Path, name: str, form: str, limit: int) -> Row:
    """Figures of one set."""
    corpus = rows(data, name, "corpus", 0)
    questions = rows(data, name, "questions", limit)
    if limit:  # a small corpus for a first look: what is asked for, and as many others
        needed = {id for question in questions for id in question["gold"]}
        corpus = sorted(corpus, key=lambda row: row["id"] not in needed)[: 2 * len(needed)]
    with Memory(home / name, embedder=embedder) as memory:
        memory.add_many(
            {"text": FORMS[form](row), "kind": "passage", "metadata": {"id": row["id"]}}
            for row in corpus
        )
        embedder.save()
        memory.warm()
        found = [asked(memory, question["question"]) for question in questions]
        embedder.save()
    gold = [set(question["gold"]) for question in questions]
    parts = ("fused", "words", "vectors")
    scores = {part: scored([each[part] for each, _ in found], gold) for part in parts}
    return {
        "passages": len(corpus),
        "questions": len(questions),
        **scores,
        "search_ms": spread([took for _, took in found]),
    }


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, data=str(DATA), form="text", cache="", questions=0)
    data, limit = Path(options.data), options.questions or (QUICK if options.quick else 0)
    if options.form not in FORMS:
        sys.exit(f"No form is called {options.form!r}; there are: {', '.join(FORMS)}.")
    there = [name for name in SETS if (data / f"{name}_dev_corpus.jsonl").is_file()]
    figures: dict[str, Any] = {}
    with folder() as home:
        embedder = Cached(Path(options.cache) if options.cache else home / "cache")
        for name in there:
            figures[name] = run(home, embedder, data, name, options.form, limit)
    for name, found in figures.items():
        lines = [{name: part, **found[part]} for part in ("fused", "words", "vectors")]
        table(f"{found['passages']} passages, {found['questions']} questions", lines)
        say(f"  search, ms, the query's vector from the cache: {found['search_ms']}")
    if skipped := [name for name in SETS if name not in there]:
        say(f"Skipped: {', '.join(skipped)} is not in {data}; name its folder with --data.")
    reached = [check for name, found in figures.items() for check in checks(name, found)]
    finish(
        "retrieval",
        {"form": options.form, "skipped": skipped, **figures},
        reached,
        quick=options.quick,
    )


if __name__ == "__main__":
    main()
