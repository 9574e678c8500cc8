"""Whole runs whose model says anything at all, and how each of them ends.

python -m tests.faults.fuzzing --outputs 20000 --seed 1
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from agentic import Agent, DayLimits, Limits, ModelError, Tool, tool
from agentic.result import Result
from agentic.settings import settings
from agentic.state import Status
from agentic.testing import call, enough, learned, missing, plan
from benchmarks.mangled import mangled

__all__ = ["Ends", "fuzz"]

TASKS = (
    "Add 2 and 3, then write the sum to sum.txt",
    "把 2 和 3 相加，再把結果寫進 sum.txt",
    "Look up Taipei and Paris, and say which is larger",
    "台北和巴黎哪個大？查了再說。",
    "Write a haiku",
)
LINES = (
    plan(("add", "Add 2 and 3"), ("write", "write the sum to sum.txt")),
    plan(("look", "Look up Taipei"), ("look", "and Paris")),
    plan(("add", "把 2 和 3 相加"), ("write", "再把結果寫進 sum.txt")),
    plan(("look", "台北"), ("look", "巴黎")),
    plan(("none", "Write a haiku")),
    plan(),
    call("add", a=2, b=3),
    call("write", path="sum.txt", text="5"),
    call("look", place="Taipei"),
    call("look", place="巴黎"),
    learned("the sum is 5"),
    enough("the sum is 5"),
    enough("台北比較大"),
    missing("Paris"),
    '{"calculation": "yes"}',
    "The sum is 5.",
    "台北比較大。",
    "",
    "null",
    "[]",
    '{"steps": [{"quote": 1}]}',
)


class Babbling(BaseChatModel):
    """A model that says a line of the talk of agents, as it is or mangled, or breaks."""

    seed: int
    said: int = 0
    _chance: random.Random = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        super().model_post_init(context)
        self._chance = random.Random(self.seed)

    @property
    def _llm_type(self) -> str:
        return "babbling"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.said += 1
        if self._chance.random() < 0.02:
            raise ModelError("the connection to the model was lost")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self._line()))])

    def _line(self) -> str:
        line = self._chance.choice(LINES)
        if self._chance.random() < 0.4:
            return line
        return mangled(line, self._chance, LINES)


@dataclass
class Ends:
    """How runs ended."""

    seed: int
    runs: int = 0
    outputs: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """Runs whose model broke before anything was known: a ModelError, told to the caller."""
    uncaught: list[str] = field(default_factory=list)
    """Seed and error of runs that ended otherwise than a run may."""


def tools(folder: Path) -> list[Tool]:
    @tool(effects=[])
    def add(a: float, b: float) -> float:
        """Add two numbers."""
        return a + b

    @tool(effects=["writes"])
    def write(path: str, text: str) -> str:
        """Write a file."""
        if "/" in path or len(path) > 100:
            raise ValueError("no such place")
        return f"wrote {len(text)} characters"

    @tool(effects=["reads"])
    def look(place: str) -> dict[str, Any]:
        """Look up a place."""
        return {"place": place, "people": len(place) * 1000}

    return [add, write, look]


async def one(agent: Agent, seed: int, ends: Ends) -> None:
    """A run with a model of its own, from a task to its end."""
    model = Babbling(seed=seed)
    task = random.Random(seed).choice(TASKS)
    try:
        events = [event async for event in agent.with_(model=model).astream(task)]
        result = Result.of(events)
        assert result.status in get_args(Status)
        assert result.answer.strip()
        assert result.status == "done" or result.reason
        ends.statuses[result.status] += 1
    except ModelError:
        ends.refused += 1
    except Exception as error:  # what must not be: it is counted and shown
        traceback.print_exc()
        ends.uncaught.append(f"seed {seed}: {type(error).__name__}: {error}"[:500])
    ends.runs += 1
    ends.outputs += model.said


def fuzz(outputs: int, seed: int) -> Ends:
    """Run until so many outputs of a model went through the graph.

    Args:
        outputs: Outputs that are wanted.
        seed: Of the first run; the n-th has this plus n.
    """
    ends = Ends(seed)
    folder = Path(tempfile.mkdtemp(prefix="fuzzed-"))
    never = DayLimits(model_calls=None, tool_calls=None, tokens=None)
    limits = Limits(seconds=60, per_day=never)
    agent = Agent("fuzzed", tools=tools(folder), limits=limits)
    try:
        while ends.outputs < outputs:
            asyncio.run(one(agent, seed + ends.runs, ends))
    finally:
        shutil.rmtree(folder)
    return ends


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    warnings.simplefilter("error")
    home = tempfile.mkdtemp(prefix="fuzzed-home-")
    os.environ["AGENTIC_HOME"] = home
    settings.cache_clear()
    try:
        ends = fuzz(asked.outputs, asked.seed)
    finally:
        shutil.rmtree(home)
    print(json.dumps(vars(ends), ensure_ascii=False))
    return 1 if ends.uncaught else 0


if __name__ == "__main__":
    sys.exit(main())
