"""Whether malformed tool calls ever crash, hang, or run a tool that nobody named.

Outputs of models are written anew from a corpus of calls in many dialects, English and Chinese,
and of texts that are none: cut off, doubled, their quotes swapped, noise put in, nested in one
another. Each is read for calls, the names are matched, the arguments checked, and the tools of a
fixed toolbox run and note that they did. Some of the tools are named by no text, however it is
spelled; they must never run. What is read wrongly otherwise is told, not judged: a text that was
cut in half may well mean something else.
"""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from agentic.errors import ToolError
from agentic.naming import folded, matched
from agentic.tools.arguments.validation import validated
from agentic.tools.context import ToolContext
from agentic.tools.written.calls import written_calls
from benchmarks.mangled import mangled
from benchmarks.recording import DECOYS, RAN, TOOLS
from benchmarks.reporting import Check, arguments, at_least, at_most, finish, say

__all__ = ["CORPUS", "DECOYS", "TOOLS", "Case", "Tally", "corpus", "judge", "main", "measure"]

SEED = 11
SECONDS = 1.0
"""Of the processor, that reading one output may take: others may keep the machine busy."""
CORPUS = Path(__file__).parents[1] / "tests" / "agentic" / "tools" / "malformed.jsonl"


@dataclass(frozen=True, slots=True)
class Case:
    """A text, and the calls in it."""

    text: str
    expect: list[dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """What became of the outputs."""

    crashes: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """A tool that ran and is named nowhere in the text, with the text."""
    ran: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    """Calls whose arguments were refused with an error that says how to call the tool."""
    silent: int = 0
    """Outputs in which no call was found."""
    slowest: float = 0.0


class Overdue(BaseException):
    """Reading an output takes too long; no `except Exception` may keep this from being told."""


def corpus() -> list[Case]:
    """The written cases."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    return [Case(**json.loads(line)) for line in lines]


def outputs(number: int, cases: Sequence[Case]) -> Iterator[str]:
    """Malformed outputs: the corpus as it is, then mangled over and over."""
    rng, texts = random.Random(SEED), [case.text for case in cases]
    for n in range(number):
        text = texts[n % len(texts)]
        yield text if n < len(texts) else mangled(text, rng, texts)


def measure(number: int) -> tuple[dict[str, Any], list[Check]]:
    """Read malformed outputs and run what they call: figures, and what they should be."""
    cases, tally = corpus(), Tally()
    as_written = sum(_as_expected(case) for case in cases)
    for text in outputs(number, cases):
        judge(text, tally)
    return _figures(number, cases, as_written, tally), [
        at_most("crashes", len(tally.crashes), 0),
        at_most("hangs", len(tally.hangs), 0),
        at_most("wrong tools", len(tally.wrong), 0),
        at_least("written cases read as expected", as_written, len(cases)),
    ]


def judge(text: str, tally: Tally) -> None:
    """Read one output, watched, and note what became of it."""
    started = time.process_time()
    try:
        with _watched():
            _run(text, tally)
    except Overdue:
        tally.hangs.append(text[:200])
    except Exception as error:  # whatever it is, it is what is looked for
        tally.crashes.append(f"{type(error).__name__}: {error}: {text[:200]}")
    tally.slowest = max(tally.slowest, time.process_time() - started)


def _as_expected(case: Case) -> bool:
    found = written_calls(case.text, TOOLS | DECOYS)
    return [{"name": each.name, "args": each.args} for each in found] == case.expect


def _run(text: str, tally: Tally) -> None:
    """Read one output, run the tools that it calls, and note which they were."""
    tools = TOOLS | DECOYS
    calls = written_calls(text, tools)
    tally.silent += not calls
    RAN.clear()
    for call in calls:
        name = matched(call.name, tools)
        if name is None:
            continue
        try:
            given = validated(tools[name], call.args)
        except ToolError:
            tally.refused += 1
        else:
            tools[name].invoke(given, ToolContext(Path()))
    tally.ran.update(RAN)
    spelled = folded(text)
    tally.wrong += [f"{name}: {text[:200]}" for name in RAN if folded(name) not in spelled]


@contextmanager
def _watched() -> Iterator[None]:
    """End what takes too long; a signal gets through even to a regular expression."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise Overdue

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _figures(number: int, cases: Sequence[Case], as_written: int, tally: Tally) -> dict[str, Any]:
    return {
        "outputs": number,
        "written_cases": len(cases),
        "of_them_without_a_call": sum(not case.expect for case in cases),
        "read_as_expected": as_written,
        "outputs_without_a_call": tally.silent,
        "calls_run": dict(sorted(tally.ran.items())),
        "calls_refused": tally.refused,
        "slowest_ms": round(1000 * tally.slowest, 1),
        "examples": {
            "crashes": tally.crashes[:5],
            "hangs": tally.hangs[:5],
            "wrong": tally.wrong[:5],
        },
    }


def main() -> None:
    """Measure, and tell."""
    options = arguments(__doc__, outputs=10_000)
    number = 600 if options.quick else options.outputs
    say(f"{number} outputs")
    figures, checks = measure(number)
    finish("malformed", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
