"""Runs in real processes that are killed at random instants, and what is then found of their work.

Most are ended by SIGKILL, some by SIGTERM or SIGINT, which unwind.

    python -m tests.faults.killing --kills 500 --seed 1

A process imports everything once and forks a child for each life of a run, so that a kill costs
milliseconds. A child begins the run or goes on with it; the parent kills it after a random part of
the time that a run takes, until the run ends. Then the effects are counted.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult

from agentic import Agent, Tool, ToolContext, UsageError, tool
from agentic.nodes.recall import opening
from agentic.running import waiting
from agentic.runs import Runs
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, plan

__all__ = ["Tally", "kill_runs"]

TASK = "Look at the first and the second, book the keyed one, post the probed one and send the last"
KINDS = ("keyed", "probed", "unsafe")


class Remembering(ScriptedModel):
    """A scripted model whose place in the script stands in the transcript: a kill can't move it."""

    shown: int = 0
    """Worked examples that every transcript opens with."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        place = sum(isinstance(each, AIMessage) for each in messages) - self.shown
        self.transcripts = [[]] * place
        return super()._generate(messages, *args, **kwargs)


def tools(folder: Path) -> list[Tool]:
    """Tools that leave a line in a file of their own for each effect."""

    def leave(kind: str, text: str) -> None:
        takes_a_moment()
        line = f"{text}\n".encode()
        file = os.open(folder / kind, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, line)
        os.close(file)
        takes_a_moment()

    def left(kind: str, text: str) -> bool:
        place = folder / kind
        return place.exists() and text in place.read_text().splitlines()

    @tool(effects=["reads"])
    def look(which: str) -> str:
        """Look at something."""
        leave("looks", which)
        return f"{which} is there"

    @tool(effects=["writes"], idempotent=True)
    def book(which: str, context: ToolContext) -> str:
        """Book something, once for each key."""
        takes_a_moment()
        with contextlib.suppress(FileExistsError):
            os.close(os.open(folder / f"key-{context.key}", os.O_CREAT | os.O_EXCL))
        takes_a_moment()
        return f"booked {which}"

    @tool(effects=["writes"], probe=lambda which: left("probed", which))
    def post(which: str) -> str:
        """Post something."""
        leave("probed", which)
        return f"posted {which}"

    @tool(effects=["writes"])
    def send(which: str) -> str:
        """Send something."""
        leave("unsafe", which)
        return f"sent {which}"

    return [look, book, post, send]


def takes_a_moment() -> None:
    """As a call to a service does, before and after its effect: that is when kills hurt."""
    time.sleep(random.uniform(0, 0.008))


def agent(folder: Path) -> Agent:
    """An agent that makes five calls: two looks side by side, and one of each kind of effect."""
    model = Remembering(
        plan(
            ("look", "Look at the first"),
            ("look", "the second"),
            ("book", "book the keyed one"),
            ("post", "post the probed one"),
            ("send", "send the last"),
        ),
        call("look", which="first"),
        call("look", which="second"),
        call("book", which="keyed"),
        call("post", which="probed"),
        call("send", which="last"),
        enough("all was done"),
        "All was done.",
    )
    made = Agent("killed", tools=tools(folder), model=model)
    context, _ = made._bound()
    model.shown = sum(isinstance(each, AIMessage) for each in opening(context))
    return made


@dataclass
class Tally:
    """What was counted over many runs."""

    seed: int
    usual: float = 0.0
    """Seconds that a run takes when nobody kills it."""
    kills: int = 0
    runs: int = 0
    lives: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    duplicated: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    """Calls in doubt that were shown to the user."""
    broken: int = 0
    """Lives that ended by an error."""
    refused: int = 0
    """Lives that were refused because another process worked on the run."""
    unfinished: int = 0
    """Runs that could not be brought to their end."""
    statuses: Counter[str] = field(default_factory=Counter)
    """How those stood."""


def live(folder: Path, answers: dict[str, Any], results: dict[str, Any]) -> int:
    """One life of a run, in a child process; what it comes to, as an exit code."""
    os.environ["AGENTIC_HOME"] = str(folder)
    settings.cache_clear()
    made = agent(folder)
    run_id = run_of(folder)

    async def go() -> None:
        if run_id is None:
            events = made.astream(TASK)
        else:
            events = made.aresume(run_id, results, answers=answers)
        async for _ in events:
            pass

    try:
        asyncio.run(go())
    except UsageError as error:
        return BUSY if "being worked on" in str(error) else NOT_NOW
    return ENDED


ENDED, BUSY, NOT_NOW, INTERRUPTED, BROKEN = 0, 3, 4, 5, 9
SIGNALS = (*[signal.SIGKILL] * 8, signal.SIGTERM, signal.SIGINT)
"""What a life may end by: most often by what leaves it no chance to clear up."""


def run_of(folder: Path) -> str | None:
    """The id of the run whose home the folder is, once it was begun."""
    ids = Runs(folder / "runs").ids()
    return ids[0] if ids else None


def forked(folder: Path, said: tuple[dict[str, Any], dict[str, Any]] = ({}, {})) -> int:
    """The process id of a child that lives a life of a run."""
    child = os.fork()
    if child == 0:
        code = BROKEN
        try:
            code = live(folder, *said)
        except KeyboardInterrupt:
            code = INTERRUPTED
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def ended_within(child: int, seconds: float, number: signal.Signals = signal.SIGKILL) -> int | None:
    """The child's exit code; None if its time was up and it was ended by the signal."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.0003)
    os.kill(child, number)
    os.waitpid(child, 0)
    return None


def said_to(folder: Path, tally: Tally) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers to what the run waits for: a user who looks, and says what is so."""
    run_id = run_of(folder)
    runs = Runs(folder / "runs")
    answers: dict[str, Any] = {}
    results: dict[str, Any] = {}
    for question in waiting(runs.events(run_id)) if run_id is not None else ():
        assert (question.kind, question.name) == ("doubt", "send")
        tally.shown += 1
        if lines(folder, "unsafe"):
            results[question.id] = "sent last"
        else:
            answers[question.id] = "repeat"
    return answers, results


def lines(folder: Path, kind: str) -> list[str]:
    place = folder / kind
    return place.read_text().splitlines() if place.exists() else []


def status(folder: Path) -> str | None:
    """How the run stands: "paused", ended in some way, or None while it is under way."""
    run_id = run_of(folder)
    end = Runs(folder / "runs").ended(run_id) if run_id is not None else None
    return None if end is None else end.status


def counted(folder: Path, tally: Tally) -> None:
    """Count the effects of a run that has ended."""
    tally.runs += 1
    if status(folder) != "done":
        tally.unfinished += 1
        tally.statuses[str(status(folder))] += 1
        return
    effects = {
        "keyed": len(list(folder.glob("key-*"))),
        "probed": len(lines(folder, "probed")),
        "unsafe": len(lines(folder, "unsafe")),
    }
    for kind, count in effects.items():
        tally.lost[kind] += count < 1
        tally.duplicated[kind] += max(count - 1, 0)


def kill_runs(kills: int, seed: int, *, contest: float = 0.1) -> Tally:
    """Run, kill and go on until so many kills have happened.

    Args:
        kills: Kills that are wanted.
        seed: Of the instants.
        contest: Share of the lives in which two processes go on with the run at once.
    """
    chance, tally = random.Random(seed), Tally(seed)
    usual = tally.usual = timed()
    while tally.kills < kills:
        folder = Path(tempfile.mkdtemp(prefix="killed-"))
        try:
            for _ in range(MOST_LIVES):
                if status(folder) not in (None, "paused"):
                    break
                said = said_to(folder, tally)
                twice = run_of(folder) is not None and chance.random() < contest
                children = [forked(folder, said) for _ in range(2 if twice else 1)]
                tally.lives += len(children)
                for child in children:
                    instant, number = chance.uniform(0, 1.3 * usual), chance.choice(SIGNALS)
                    code = ended_within(child, instant, number)
                    tally.kills += code is None
                    tally.refused += code == BUSY
                    tally.broken += code not in (None, ENDED, BUSY, NOT_NOW)
            counted(folder, tally)
        finally:
            shutil.rmtree(folder)
    return tally


MOST_LIVES = 200
"""Lives that a run has at most; one that needs more counts as unfinished."""


def timed() -> float:
    """Seconds that a run takes when nobody kills it.

    One is done in this process first, so that children find everything imported.
    """
    folder, again = (Path(tempfile.mkdtemp(prefix="killed-")) for _ in range(2))
    try:
        assert live(folder, {}, {}) == ENDED
        began = time.monotonic()
        assert ended_within(forked(again), 60) == ENDED
        return time.monotonic() - began
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(again)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    tally = kill_runs(asked.kills, asked.seed)
    print(json.dumps(vars(tally)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
