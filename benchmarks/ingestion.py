"""How soon words find what was ingested: documents cut into 10,000 passages and more.

Made documents of English and Chinese sections. The clock runs while `Memory.ingest` reads, cuts and
stores them and makes no vectors yet: these take the embedder's time and follow. Then a word that
one document alone has must find it, for a sample of documents; and nothing is read a second time.
"""

import random
from pathlib import Path
from typing import Any

from benchmarks.made import languages
from benchmarks.reporting import (
    Check,
    Took,
    arguments,
    at_least,
    at_most,
    finish,
    folder,
    share,
    spread,
    timed,
)
from memory import Memory
from memory.embedding import Embedder, default_embedder

__all__ = ["main", "run"]

SEED = 5
SECTIONS = 8
"""Of a document; each becomes a passage."""
SAMPLE = 30
"""Documents that are looked for afterwards."""


def written(home: Path, documents: int) -> list[Path]:
    """The documents, each with a word of its own in its last section."""
    rng, both = random.Random(SEED), languages(SEED)
    paths = []
    for number in range(documents):
        parts = [f"# Document {number}"]
        for section in range(SECTIONS):
            language = both[section % 2]
            parts.append(f"## Section {section}")
            parts.append(language.text(rng, rng.randint(30, 90)))
        paths.append(home / f"{number:05}.md")
        paths[-1].write_text("\n\n".join([*parts, mark(number)]) + "\n", encoding="utf-8")
    return paths


def mark(number: int) -> str:
    """A word that no other document has."""
    return f"zq{number}x"


def run(home: Path, embedder: Embedder, passages: int) -> tuple[dict[str, Any], list[Check]]:
    """Figures, and what they should be."""
    documents = home / "documents"
    documents.mkdir()
    paths = written(documents, -(-passages // SECTIONS))
    embedder.passages(["warm"])
    with Memory(home / "memory", embedder=embedder) as memory:
        memory.stats()
        done, took = timed(lambda: memory.ingest(documents, vectors=False))
        sample = random.Random(SEED).sample(range(len(paths)), min(SAMPLE, len(paths)))
        found, searches = [], []
        for number in sample:
            hits, each = timed(lambda n=number: memory.search(mark(n), limit=1))  # type: ignore[misc]
            found.append(float([hit.record.source for hit in hits] == [str(paths[number])]))
            searches.append(each)
        again, took_again = timed(lambda: memory.ingest(documents, vectors=False))
    return {
        "embedder": embedder.name,
        "documents": len(paths),
        "passages": done.added,
        "bytes": sum(path.stat().st_size for path in paths),
        "seconds": _seconds(took),
        "seconds_again": _seconds(took_again),
        "search_ms_while_vectors_wait": spread(searches),
    }, [
        at_least("passages ingested", done.added, passages),
        at_most(
            "seconds until words find 10,000 passages",
            round(took.wall * 10_000 / done.added, 2),
            10,
        ),
        at_least("documents found by their own word", share(found), 1),
        at_most("passages added by a second ingestion", again.added, 0),
    ]


def _seconds(took: Took) -> dict[str, float]:
    return {"wall": round(took.wall, 2), "cpu": round(took.cpu, 2)}


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, passages=10_000)
    passages = 300 if options.quick else options.passages
    with folder() as home:
        figures, checks = run(home, default_embedder(), passages)
    finish("ingestion", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
