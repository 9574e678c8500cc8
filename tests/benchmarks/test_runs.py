"""Every benchmark at a tiny size: it ends, and its figures are there."""

import asyncio
import json
from pathlib import Path
from typing import Any

from agentic.testing import ScriptedModel
from benchmarks import (
    calling,
    circles,
    durability,
    ingestion,
    kills,
    overhead,
    retrieval,
    speed,
    writers,
)
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


def test_overhead(tmp_path: Path) -> None:
    figures = asyncio.run(overhead.measured(overhead.ways(tmp_path), 3))
    assert {name: times["n"] for name, times in figures.items()} == dict.fromkeys(
        ("bare", "sync", "async"), 3
    )


def test_durability(tmp_path: Path) -> None:
    figures = asyncio.run(durability.measured(tmp_path, 2))
    assert figures["calls"] == 2 * durability.CALLS
    assert figures["journal"]["n"] == figures["calls"]
    assert figures["together"]["p50"] > 0


def question(id: str, text: str, tool: str, about: str, gold: list[Any]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"place": {"type": "string"}}}
    function = {"name": tool, "description": about, "parameters": parameters}
    tools = [{"type": "function", "function": function}]
    return {"id": id, "question": text, "tools": tools, "ground_truth": gold}


def test_calling() -> None:
    questions = [
        question(
            "q1", "Will it rain in Oslo?", "weather", "Weather of a place.", [{"weather": {}}]
        ),
        question("q2", "Who sang it?", "trains", "Trains from a place.", []),
    ]
    calls = json.dumps({"calls": [{"name": "weather", "args": {"place": "Oslo"}}]})
    model = ScriptedModel(calls, '{"calls": []}')
    found = calling.proposed(questions, model)
    assert [each["calls"] for each in found] == [
        [{"name": "weather", "args": {"place": "Oslo"}}],
        [],
    ]
    kept = calling.kept(questions)
    assert (kept["questions"], kept["among"], kept["top_1"]) == (1, 2, 1)
