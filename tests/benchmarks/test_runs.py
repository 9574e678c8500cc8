"""Every benchmark at a tiny size: it ends, and its figures are there."""

import json
from pathlib import Path

from benchmarks import circles, ingestion, kills, retrieval, speed, writers
from benchmarks.reporting import Check
from benchmarks.vectors import Cached
from memory.embedding import LexicalHash

__all__: list[str] = []

CORPUS = {
    "p1": "The harbour of Porto has a lighthouse.",
    "p2": "基隆的港口有一座燈塔。",
    "p3": "Parcels are weighed at the counter.",
    "p4": "包裹在櫃檯秤重。",
}
QUESTIONS = {"Where are parcels weighed?": "p3", "哪裡的港口有燈塔？": "p2"}


def met(checks: list[Check], *, but: str = "") -> list[str]:
    """What was not met."""
    return [check.what for check in checks if not check.met and (not but or but not in check.what)]


def test_retrieval(tmp_path: Path) -> None:
    corpus = [{"id": id, "title": "", "text": text} for id, text in CORPUS.items()]
    asked = [{"question": text, "gold": [id]} for text, id in QUESTIONS.items()]
    for part, rows in (("corpus", corpus), ("questions", asked)):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / f"drcd_dev_{part}.jsonl").write_text(lines, encoding="utf-8")
    embedder = Cached(tmp_path / "cache", LexicalHash())
    found = retrieval.run(tmp_path / "home", embedder, tmp_path, "drcd", "text", 0)
    assert found["passages"] == 4
    assert found["fused"]["recall@1"] == found["words"]["recall@1"] == 1
    assert met(retrieval.checks("drcd", found)) == []
    worse = found | {"fused": found["fused"] | {"recall@1": 0.5}}
    assert met(retrieval.checks("drcd", worse)) == ["drcd recall@1", "drcd recall@1, fused"]


def test_speed(tmp_path: Path) -> None:
    figures, checks = speed.run(tmp_path, 60, 4)
    assert figures["records"] == 60
    assert figures["hits_of_10"]["plain"] == figures["hits_of_10"]["kinds, 50 %"] == 1
    assert len(checks) == 2 * len(figures["search_ms"])
    again, _ = speed.run(tmp_path, 60, 4)
    assert again["load_seconds"] is None


def test_ingestion(tmp_path: Path) -> None:
    figures, checks = ingestion.run(tmp_path, LexicalHash(), 16)
    assert figures["passages"] >= 16
    assert met(checks, but="seconds") == []


def test_kills(tmp_path: Path) -> None:
    figures, checks = kills.run(tmp_path, 3)
    assert figures["failures"] == []
    assert met(checks, but="workers killed") == []


def test_writers(tmp_path: Path) -> None:
    figures, checks = writers.run(tmp_path, 2)
    assert figures["additions"] > figures["texts"] > 30
    assert met(checks) == []


def test_circles_tell_what_became_of_every_text(tmp_path: Path) -> None:
    figures, checks = circles.memory_level(tmp_path, 2)
    outcomes = ("refused", "merged", "stored")
    assert sum(sum(figures[each].values()) for each in outcomes) == figures["told_again"]
    assert figures["records_after"] - figures["records_before"] == 2 + sum(
        figures["stored"].values()
    )
    assert [check.met for check in checks if check.what.startswith("new")] == [True]
