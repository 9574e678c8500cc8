"""All benchmarks or those named, each in a process of its own; at the end what was met."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.reporting import Check, arguments, finish, say

__all__ = ["BENCHMARKS", "main"]

BENCHMARKS = (
    "retrieval",
    "speed",
    "ingestion",
    "kills",
    "writers",
    "circles",
    "malformed",
    "overhead",
    "durability",
    "calling",
)
TAKING_DATA = ("retrieval", "calling")


def measured(name: str, options: list[str]) -> dict[str, Any]:
    """The JSON object of a benchmark.

    Raises:
        CalledProcessError: it failed; its own words are on stderr.
    """
    say(f"\n== {name}")
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *options],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and tell."""
    names = [each for each in sys.argv[1:] if each in BENCHMARKS]
    sys.argv[1:] = [each for each in sys.argv[1:] if each not in BENCHMARKS]
    options = arguments(__doc__, data="", cache="")
    data = [f"--{name}={value}" for name in ("data", "cache") if (value := getattr(options, name))]
    quick = ["--quick"] if options.quick else []
    figures = {
        name: measured(name, [*quick, *(data if name in TAKING_DATA else [])])
        for name in names or BENCHMARKS
    }
    checks = [
        Check(**(each | {"what": f"{name}: {each['what']}"}))
        for name, found in figures.items()
        for each in found["checks"]
    ]
    finish("all", figures, checks, quick=options.quick)


if __name__ == "__main__":
    main()
