"""Runs for a long time in one process, and whether its memory and its open files grow.

    python -m tests.faults.soaking --seconds 3600

After the first sixth nothing may grow: medians of the second and of the last sixth are compared.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from agentic import Agent, DayLimits, Limits
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, plan
from agentic.tools import BUILTIN
from memory import Memory

__all__ = ["Soaked", "soak"]

PARTS = 6
"""The time is divided into so many; the first is for warming up."""
ALLOWED = 0.02
"""Growth of memory that measurement alone may bring, as a share."""


@dataclass
class Soaked:
    """What was measured: once a run, seconds, bytes of memory, open files and threads."""

    seconds: float
    runs: int = 0
    samples: list[tuple[float, int, int, int]] = field(default_factory=list)

    def part(self, number: int, what: int) -> float:
        """The median of a measure in one part of the time."""
        length = self.seconds / PARTS
        found = [s[what] for s in self.samples if number * length <= s[0] < (number + 1) * length]
        return statistics.median(found)

    @property
    def grew(self) -> dict[str, float]:
        """Growth from the second part to the last: a share of memory, counts of the others."""
        memory = self.part(PARTS - 1, 1) / self.part(1, 1) - 1
        files = self.part(PARTS - 1, 2) - self.part(1, 2)
        return {"memory": memory, "files": files, "threads": self._threads()}

    def _threads(self) -> float:
        return self.part(PARTS - 1, 3) - self.part(1, 3)


def soak(seconds: float, folder: Path, *, pause: float = 0.0) -> Soaked:
    """Run tasks one after the other for so long.

    Args:
        seconds: How long.
        folder: Where the workspace and the memory lie.
        pause: Seconds to rest after each run.
    """
    (folder / "notes.txt").write_text("The tower is 330 m high. 塔高 330 公尺。\n" * 50, "utf-8")
    began, soaked = time.monotonic(), Soaked(seconds)
    never = DayLimits(model_calls=None, tool_calls=None, tokens=None)
    with Memory(folder / "memory") as memory:
        memory.add("The tower stands in Paris.", kind="fact")
        while (passed := time.monotonic() - began) < seconds:
            agent = Agent(
                "soaked",
                tools=[BUILTIN["read_file"], BUILTIN["write_file"], BUILTIN["calculator"]],
                model=_model(soaked.runs),
                memory=memory,
                workspace=folder,
                limits=Limits(per_day=never),
            )
            result = agent.run("Read notes.txt, compute 330 * 2 and write it to sum.txt")
            assert result.status == "done", result.reason
            soaked.runs += 1
            gc.collect()
            soaked.samples.append((passed, _resident(), _open_files(), threading.active_count()))
            time.sleep(pause)
    return soaked


def _model(number: int) -> ScriptedModel:
    return ScriptedModel(
        plan(
            ("read_file", "Read notes.txt"),
            ("calculator", "compute 330 * 2"),
            ("write_file", "write it to sum.txt"),
        ),
        call("read_file", path="notes.txt"),
        json.dumps({"learned": "330 m"}),
        call("calculator", expression="330 * 2"),
        call("write_file", path="sum.txt", text=f"660 ({number})"),
        enough("660"),
        "It is 660.",
    )


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--pause", type=float, default=0.0)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="soaked-"))
    os.environ["AGENTIC_HOME"] = str(folder / "home")
    settings.cache_clear()
    try:
        soaked = soak(asked.seconds, folder, pause=asked.pause)
    finally:
        shutil.rmtree(folder)
    megabytes = [round(soaked.part(n, 1) / 1e6, 1) for n in range(PARTS)]
    files = [soaked.part(n, 2) for n in range(PARTS)]
    told = {"runs": soaked.runs, "megabytes": megabytes, "files": files, "grew": soaked.grew}
    print(json.dumps(told))
    grew = soaked.grew
    return int(grew["memory"] > ALLOWED or grew["files"] > 0 or grew["threads"] > 0)


if __name__ == "__main__":
    sys.exit(main())
