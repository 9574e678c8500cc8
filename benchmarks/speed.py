"""How long a search takes in a large memory, without a filter and with each sort of filter.

Made records, English and Chinese, of the kinds `note` and `passage`, are added in batches. Then
every query is searched for under every setting in turn, so that all settings see the same load of
the machine. What is timed is `Memory.search` with limit 10, all of it but for the query's vector,
which is known beforehand. Loading counts everything: words, vectors (made by hashing) and index.
"""

import random
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.hashed import HashedWords, Known
from benchmarks.made import languages
from benchmarks.reporting import (
    Check,
    Took,
    arguments,
    at_most,
    finish,
    folder,
    say,
    share,
    spread,
    table,
    timed,
)
from memory import Memory

__all__ = ["main", "run"]

SEED = 7
BATCH = 1000
WARM = 10
"""Queries searched for before the clock runs."""
LIMIT = 10
LANGUAGES = ("English", "Chinese")
"""Of the queries, in turn."""
SOURCES = 100
SELECTIVE = {"0.1 %": 1, "1 %": 10, "10 %": 100, "50 %": 500}
"""Of the numbers 0 to 999 that records bear, how many a filter lets through."""
TARGETS = {"plain": (15, 50), "filtered": (25, 80)}
"""Milliseconds: median and 95th percentile."""


def records(count: int) -> list[dict[str, Any]]:
    """Made records: English of 40 to 120 words, every second one as many in Chinese."""
    rng, (english, chinese) = random.Random(SEED), languages(SEED)
    return [
        {
            "text": (chinese if i % 2 else english).text(rng, rng.randint(40, 120)),
            "kind": "note" if rng.random() < 0.5 else "passage",
            "source": f"made/{rng.randrange(SOURCES)}.md",
            "metadata": {"number": rng.randrange(1000)},
        }
        for i in range(count)
    ]


def questions(count: int) -> list[str]:
    """Texts of 4 to 10 words, half of the words from a topic, in both languages."""
    rng, both = random.Random(SEED + 1), languages(SEED)
    return [both[i % 2].text(rng, rng.randint(4, 10)) for i in range(count)]


def settings(memory: Memory, count: int) -> dict[str, Mapping[str, Any]]:
    """What a search is restricted to, by name."""
    tenth = list(islice(memory.list(), max(count // 10, 1)))
    return {
        "plain": {},
        "kinds, 50 %": {"kinds": "note"},
        **{
            f"where, {name}": {"where": {"number": {"$lt": below}}}
            for name, below in SELECTIVE.items()
        },
        "source, 1 %": {"source": "made/7.md"},
        "source pattern, 11 %": {"source": "made/7*"},
        "since, 1 %": {"since": tenth[len(tenth) // 10].created},
        "since, 10 %": {"since": tenth[-1].created},
        "where and kinds, 5 %": {"where": {"number": {"$lt": 100}}, "kinds": "passage"},
    }


def loaded(memory: Memory, count: int) -> list[Took]:
    """Add the records; how long each batch took."""
    rows, took = records(count), []
    for at in range(0, count, BATCH):
        page = rows[at : at + BATCH]
        took.append(timed(lambda page=page: memory.add_many(page))[1])  # type: ignore[misc]
        if at % (10 * BATCH) == 0:
            say(f"{at + len(page):,} records after {sum(each.wall for each in took):.0f} s")
    return took


def measured(
    memory: Memory, asked: Sequence[str], several: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[Took]]:
    """How long each search took, by setting, in the order of the queries."""
    times: dict[str, list[Took]] = {name: [] for name in several}
    for query in asked:
        for name, setting in several.items():
            took = timed(lambda s=setting, q=query: memory.search(q, **s))[1]  # type: ignore[misc]
            times[name].append(took)
    return times


def checks(found: Mapping[str, Mapping[str, float]]) -> list[Check]:
    """Medians and 95th percentiles beside their targets."""
    return [
        at_most(f"ms, {percentile}, {name}", each[percentile], target)
        for name, each in found.items()
        for percentile, target in zip(
            ("p50", "p95"), TARGETS["plain" if name == "plain" else "filtered"], strict=True
        )
    ]


def run(home: Path, count: int, queries: int) -> tuple[dict[str, Any], list[Check]]:
    """Load a memory, unless the folder has it already, and search."""
    asked = questions(queries)
    embedder = Known(HashedWords(), asked)
    with Memory(home / "speed", embedder=embedder) as memory:
        took = loaded(memory, count) if memory.stats().records < count else []
        stats = memory.stats()
    with Memory(home / "speed", embedder=embedder) as memory:
        first = timed(lambda: memory.search(asked[0]))[1]
        several = settings(memory, count)
        measured(memory, asked[-WARM:], several)  # the files come from disk once
        times = measured(memory, asked, several)
        found = {name: spread(each) for name, each in times.items()}
        by_language = {
            language: spread(times["plain"][at::2]) for at, language in enumerate(LANGUAGES)
        }
        hits = {
            name: share([len(memory.search(query, **setting)) / LIMIT for query in asked[:WARM]])
            for name, setting in several.items()
        }
    return {
        "records": stats.records,
        "pending": stats.pending,
        "bytes": stats.bytes,
        "load_seconds": round(sum(each.wall for each in took), 1) if took else None,
        "load_cpu_seconds": round(sum(each.cpu for each in took), 1) if took else None,
        "first_search_ms": round(1000 * first.wall, 1),
        "search_ms": found,
        "plain_by_language_ms": by_language,
        "hits_of_10": hits,
    }, checks(found)


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, records=100_000, queries=200, keep="")
    sizes = (1000, 20) if options.quick else (options.records, options.queries)
    with folder(options.keep) as home:
        figures, met = run(home, *sizes)
    rows = [{"search, ms": name, **each} for name, each in figures["search_ms"].items()]
    table(f"{figures['records']:,} records, loaded in {figures['load_seconds']} s", rows)
    finish("speed", figures, met, quick=options.quick)


if __name__ == "__main__":
    main()
