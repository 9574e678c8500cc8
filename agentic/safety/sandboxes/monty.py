"""Monty as a sandbox: an interpreter of its own, in a worker process that knows nothing of ours."""

import os
import re
import signal
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from agentic.safety.sandboxes import MOST_OUTPUT, Failure, Kind, Outcome
from agentic.safety.sandboxes.modules import MODULES
from agentic.safety.sandboxes.monty_worker import opened
from agentic.safety.sandboxes.values import last_assigned, shown

if TYPE_CHECKING:
    from pydantic_monty import MontyError, MontySession

__all__ = ["MontySandbox", "missing"]

_LOAD = """
class {name}:
    pass

def _load(source, module):
    names = {{}}
    exec(source, names)
    for name in names:
        if not name.startswith("_"):
            setattr(module, name, names[name])
    return module

{name} = _{name} = _load(source, {name}())
{name}
"""


def missing() -> str:
    """Why code can't be run here, with the remedy; "" where it can."""
    if find_spec("pydantic_monty") is None:
        return "The package pydantic-monty is not installed: pip install pydantic-monty"
    return ""


class MontySandbox:
    """A fresh worker for each run, so that nothing is left of the one before; about 5 ms.

    The worker has an empty environment, and Monty gives code no way to files or network. Time and
    memory are limited in the worker, by this process, and where it can by the kernel.
    """

    def run(self, code: str, seconds: float, memory: int) -> Outcome:
        """Run the code; the same code gives the same result, but for what the clock says."""
        from pydantic_monty import MontyError

        printed = _Printed()
        try:
            with opened(seconds, memory) as session:
                printed.worker = session.worker_pid
                return _ran(session, code, printed)
        except MontyError as error:
            return Outcome(printed=printed.text, failure=_failure(error, printed.full))


class _Printed:
    """Takes what a run prints, and kills the worker of one that prints too much.

    There is no gentler way: an exception raised here would reach the run only at its end.
    """

    def __init__(self) -> None:
        self.text = ""
        self.full = False
        self.worker: int | None = None

    def __call__(self, stream: str, text: str) -> None:
        if self.full:
            return
        self.text += text[: MOST_OUTPUT - len(self.text)]
        self.full = len(self.text) == MOST_OUTPUT
        if self.full and self.worker is not None:
            with suppress(OSError):  # it has ended just now
                os.kill(self.worker, signal.SIGTERM)


def _ran(session: "MontySession", code: str, printed: _Printed) -> Outcome:
    modules = {name: _loaded(session, name) for name in MODULES if name in code}
    try:
        value, name = _driven(session, code, printed, modules), ""
        if value is None and not printed.text:
            value, name = _assigned(session, code)
    except (TypeError, ValueError) as error:  # it has no like outside, such as a key with no hash
        failure = Failure("raised", f"The last value can't be shown ({error}); print it.")
        return Outcome(printed=printed.text, failure=failure)
    if printed.full:
        return Outcome(printed=printed.text, failure=_too_much_printed())
    text = None if value is None else shown(value, MOST_OUTPUT)
    return Outcome(value=text, name=name, printed=printed.text)


def _assigned(session: "MontySession", code: str) -> tuple[Any, str]:
    """The value that was assigned last and its name; None and "" where nothing was."""
    from pydantic_monty import MontyRuntimeError

    name = last_assigned(code)
    try:
        return (session.feed_run(name), name) if name else (None, "")
    except MontyRuntimeError:  # the assignment stands in a branch that was not taken
        return None, ""


def _loaded(session: "MontySession", name: str) -> Any:
    """A module that Monty lacks, made inside the session; what comes out is a handle to it."""
    return session.feed_run(_LOAD.format(name=name), inputs={"source": _source(name)})


@cache
def _source(name: str) -> str:
    return files("agentic.safety.sandboxes.modules").joinpath(f"{name}.py").read_text("utf-8")


def _driven(session: "MontySession", code: str, printed: _Printed, modules: dict[str, Any]) -> Any:
    """Run the code, and answer what it imports with the modules; everything else is refused."""
    from pydantic_monty import FunctionSnapshot, MontyComplete

    snapshot = session.feed_start(code, print_callback=printed)
    while not isinstance(snapshot, MontyComplete):
        wanted = None
        if isinstance(snapshot, FunctionSnapshot) and snapshot.function_name == "import":
            wanted = modules.get(snapshot.args[0])
        if isinstance(snapshot, FunctionSnapshot) and wanted is not None:
            snapshot = snapshot.resume({"return_value": wanted})
        else:
            snapshot = snapshot.resume_auto()
    return snapshot.output


_NO_PYTHON_HERE = "The monty syntax parser does not yet support "


def _failure(error: "MontyError", full: bool) -> Failure:
    from pydantic_monty import MontySyntaxError

    text, line = str(error), _line(error)
    if full:
        return _too_much_printed()
    if isinstance(error, MontySyntaxError):
        return Failure("syntax", text, line)
    if _NO_PYTHON_HERE in text:
        return Failure("unsupported", text.partition(_NO_PYTHON_HERE)[2], line)
    return Failure(_kind(error, text), text, line)


def _too_much_printed() -> Failure:
    return Failure("output", f"over {MOST_OUTPUT:,} characters were printed")


def _kind(error: "MontyError", text: str) -> Kind:
    from pydantic_monty import MontyCrashedError

    if isinstance(error, MontyCrashedError):
        return "time" if error.timed_out else "crashed"
    if re.match(r"TimeoutError: feed time limit exceeded", text):
        return "time"
    limit = r"MemoryError: (memory limit exceeded|the worker exceeded its memory limit)"
    return "memory" if re.match(limit, text) else "raised"


def _line(error: "MontyError") -> int:
    """The line of the code itself that the error is at, not that of a module it called."""
    frames = error.traceback() if hasattr(error, "traceback") else []
    return next((f.line for f in reversed(frames) if f.filename == frames[0].filename), 0)
