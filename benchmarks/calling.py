"""Whether the embedded model proposes the right tool calls, and whether the right tool is kept.

Questions of the Berkeley Function Calling Leaderboard, graded by the script that lies beside them:
one tool and one call (simple), several tools and one call (multiple), one tool and several calls
(parallel), and tools of which none fits (irrelevance). Each question goes through `Agent.propose`
with its own tools and nothing else. Then each question's tool is looked for among 200.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agentic import Agent
from agentic.tools.base import Tool, as_tool
from agentic.tools.choice import SHOWN, ToolIndex
from benchmarks.reporting import arguments, at_least, finish, folder, say, share, table

__all__ = ["main"]

DATA = Path(__file__).parents[2] / "shared" / "data"
TARGETS = {"simple": 0.85, "multiple": 0.85, "parallel": 0.60, "irrelevance": 0.70}
KEPT = 0.95
AMONG = 200
SEED = 11
QUICK = 2
"""Questions of a category for a first look."""
Row = Mapping[str, Any]


def rows(data: Path, most: int) -> list[Row]:
    """The questions; of each category all, or the first ones."""
    lines = (data / "bfcl_dev.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    if not most:
        return read
    return [
        row
        for category in TARGETS
        for row in [each for each in read if each["category"] == category][:most]
    ]


def proposed(questions: Sequence[Row], model: Any) -> list[dict[str, Any]]:
    """For each question the calls that an agent with its tools would make."""
    found: list[dict[str, Any]] = []
    for row in questions:
        agent = Agent("caller", tools=row["tools"], model=model)
        began = time.perf_counter()
        calls = [{"name": call.name, "args": call.args} for call in agent.propose(row["question"])]
        found.append({"id": row["id"], "calls": calls, "seconds": time.perf_counter() - began})
        if len(found) % 20 == 0:
            say(f"  {len(found)} of {len(questions)}")
    return found


def graded(
    home: Path, data: Path, questions: Sequence[Row], answers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The report of the script that grades."""
    gold, predicted = home / "gold.jsonl", home / "predicted.jsonl"
    gold.write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
    predicted.write_text("\n".join(map(json.dumps, answers)), encoding="utf-8")
    script = data / "score_calls.py"
    done = subprocess.run(
        [sys.executable, str(script), "--pred", str(predicted), "--gold", str(gold)],
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def kept(questions: Sequence[Row]) -> dict[str, float]:
    """How often the tool of a question is among the first of 200 that `ToolIndex` gives."""
    there: dict[str, Tool] = {}
    for row in questions:
        for each in row["tools"]:
            there.setdefault(each["function"]["name"], as_tool(each))
    drawn = random.Random(SEED)
    places: list[int] = []
    for row in (row for row in questions if row["ground_truth"]):
        own = [each["function"]["name"] for each in row["tools"]]
        others = [name for name in there if name not in own]
        names = own + drawn.sample(others, min(AMONG - len(own), len(others)))
        drawn.shuffle(names)
        index = _Part({name: there[name] for name in names})
        [wanted] = list(row["ground_truth"][0])
        places.append(index.best(row["question"], AMONG).index(wanted))
    found = {f"top_{k}": share([float(place < k) for place in places]) for k in (1, 5, SHOWN)}
    return found | {"questions": len(places), "among": min(AMONG, len(there))}


class _Part(ToolIndex):
    """An index over a part of the tools; a tool's vector is made once for all of them."""

    made: dict[str, Any] = {}  # noqa: RUF012 shared on purpose

    @property
    def _vectors(self) -> Any:  # type: ignore[override]
        import numpy as np

        missing = {name: tool for name, tool in self._tools.items() if name not in self.made}
        if missing:
            vectors = ToolIndex(missing)._vectors
            self.made.update(zip(missing, vectors, strict=True))
        return np.stack([self.made[name] for name in self._tools])


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, data=str(DATA), model="local", questions=0)
    data, most = Path(options.data), options.questions or (QUICK if options.quick else 0)
    if not (data / "bfcl_dev.jsonl").is_file():
        say(f"Skipped: bfcl_dev.jsonl is not in {data}; name its folder with --data.")
        return finish("calling", {"skipped": ["bfcl_dev.jsonl"]}, quick=options.quick)
    questions = rows(data, most)
    found = kept(rows(data, 0))
    checks = [at_least(f"right tool among the first {SHOWN}", found[f"top_{SHOWN}"], KEPT)]
    answers = proposed(questions, options.model)
    with folder() as home:
        report = graded(home, data, questions, answers)
    by_category = report["by_category"]
    checks += [
        at_least(category, by_category[category]["accuracy"], target)
        for category, target in TARGETS.items()
    ]
    seconds = sorted(answer["seconds"] for answer in answers)
    figures: dict[str, Any] = {
        "model": options.model,
        "kept": found,
        "calls": by_category,
        "faults": report["faults"],
        "seconds": {
            "p50": round(seconds[len(seconds) // 2], 2),
            "max": round(seconds[-1], 2),
            "total": round(sum(seconds)),
        },
    }
    table("calls", [{"category": name, **cell} for name, cell in by_category.items()])
    return finish("calling", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
