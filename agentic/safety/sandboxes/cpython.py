"""The whole of Python as a sandbox: numpy and pandas too, where we have them ourselves."""

import base64
import json
from functools import cache
from importlib.resources import files
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agentic.errors import UsageError
from agentic.safety.sandboxes import MOST_OUTPUT, Choice, Failure, Kind, Outcome, syscalls
from agentic.safety.sandboxes.bubblewrap import Bubblewrap
from agentic.safety.sandboxes.confined import Wall
from agentic.safety.sandboxes.exchange import MOST_BYTES, MOST_FILES, Reply, exchange
from agentic.safety.sandboxes.interpreter import interpreter
from agentic.safety.sandboxes.sandlock import Sandlock

__all__ = ["CPythonSandbox", "cpython", "missing"]

_WALLS: dict[str, type[Wall]] = {"sandlock": Sandlock, "bubblewrap": Bubblewrap}
"""In the order in which they are tried."""
_GRACE = 1
"""Seconds after the time limit when the kernel ends a process whose parent has not."""
_SLACK = 64 * 2**20
"""Bytes that the interpreter itself holds, with room to spare."""
_LIBRARIES = 768 * 2**20
"""Bytes of addresses that libraries take up, numpy's and pandas' among them."""
_OPEN_FILES = 64
_TOLD: tuple[Kind, ...] = ("syntax", "raised", "memory")
"""What the process itself may say of how it failed; the rest is seen from outside."""


class CPythonSandbox:
    """A fresh process for each run, in a fresh folder that is deleted after it.

    Of the file system it can read what the interpreter needs, and write to its folder. It has no
    network, and can start no process and no thread, so that it ends as one.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    def run(self, code: str, seconds: float, memory: int) -> Outcome:
        """Run the code; chance and the clock apart, the same code gives the same result."""
        request = _request(code, seconds, memory)
        with TemporaryDirectory(prefix="agentic-python-") as folder:
            process = self._wall.start(interpreter(), _source("inside"), Path(folder))
            try:
                reply = exchange(process, request, seconds, Path(folder))
            finally:
                process.end()
        return _outcome(reply)


def cpython(choice: Choice = "cpython") -> CPythonSandbox:
    """A sandbox of full Python.

    Args:
        choice: "sandlock" or "bubblewrap"; else the first of them that works here.

    Raises:
        UsageError: if there is none.
    """
    for name in _named(choice):
        if not _reason(name):
            return CPythonSandbox(_WALLS[name]())
    raise UsageError(missing(choice))


def missing(choice: Choice = "cpython") -> str:
    """Why full Python can't be run here, with the remedy; "" where it can. It is tried, once."""
    reasons = [_reason(name) for name in _named(choice)]
    return "" if "" in reasons else "; ".join(dict.fromkeys(reasons))


def _named(choice: Choice) -> list[str]:
    return [choice] if choice in _WALLS else list(_WALLS)


@cache
def _reason(name: str) -> str:
    wall = _WALLS[name]()
    if lacking := syscalls.missing() or wall.missing():
        return lacking
    try:
        outcome = CPythonSandbox(wall).run("6 * 7", 10, 2**27)
    except UsageError as error:
        return str(error)
    if outcome.failure is not None:
        return f"{name} can't be used here: {outcome.failure.message}"
    return "" if outcome.value == "42" else f"{name} can't be used here: it gives wrong results"


def _request(code: str, seconds: float, memory: int) -> bytes:
    cpu = ceil(seconds) + _GRACE
    room = {
        "RLIMIT_DATA": memory + _SLACK,
        "RLIMIT_AS": memory + _SLACK + _LIBRARIES,
        "RLIMIT_CPU": cpu,
        "RLIMIT_FSIZE": MOST_BYTES,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_CORE": 0,
    }
    request = {
        "code": code,
        "limits": room,
        "seconds": seconds + _GRACE,
        "most": MOST_OUTPUT,
        "values": _source("values"),
        "packages": interpreter().packages,
        "filter": base64.b64encode(syscalls.filter_program()).decode("ascii"),
    }
    return json.dumps(request).encode("ascii")


@cache
def _source(name: str) -> str:
    return files("agentic.safety.sandboxes").joinpath(f"{name}.py").read_text("utf-8")


def _outcome(reply: Reply) -> Outcome:
    printed = reply.printed
    match reply.end:
        case "time":
            return Outcome(printed=printed, failure=Failure("time", "the time is up"))
        case "output":
            told = f"over {MOST_OUTPUT:,} characters were printed"
            return Outcome(printed=printed, failure=Failure("output", told))
        case "files":
            told = f"over {MOST_BYTES // 2**20} MB or {MOST_FILES} files were written"
            return Outcome(printed=printed, failure=Failure("output", told))
        case "unstarted":
            told = reply.told.decode("utf-8", "replace").strip().rpartition("\n")[2]
            return Outcome(failure=Failure("crashed", told or "it did not start"))
        case "ended":
            return _believed(printed, reply.told)


def _believed(printed: str, told: bytes) -> Outcome:
    """What the process says of its end, which may be anything: it is taken for text and no more."""
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        failure = Failure("crashed", "the process ended without a result")
        return Outcome(printed=printed, failure=failure)
    if (failed := found.get("failure")) is not None:
        return Outcome(printed=printed, failure=_failure(failed))
    name, value = _text(found.get("name")) or "", _text(found.get("value"))
    if name and printed:
        return Outcome(printed=printed)
    return Outcome(value=value, name=name, printed=printed)


def _failure(failed: Any) -> Failure:
    given = failed.get("kind") if isinstance(failed, dict) else None
    kind = next((each for each in _TOLD if each == given), None)
    if kind is None:
        return Failure("crashed", "the process ended without a result")
    line = failed.get("line")
    known = isinstance(line, int) and 0 < line < 2**31
    return Failure(kind, _text(failed.get("message")) or "", int(line) if known else 0)


def _text(told: Any) -> str | None:
    """Text that can be written anywhere, no longer than a value may be; None for anything else."""
    if not isinstance(told, str):
        return None
    return told[:MOST_OUTPUT].encode("utf-8", "replace").decode("utf-8")
