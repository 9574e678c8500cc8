"""Python that the model writes, run in a sandbox: for numbers, statistics, dates and text."""

from collections.abc import Callable
from dataclasses import replace

from agentic.errors import ToolError
from agentic.safety.sandboxes import Choice, Failure, Outcome, Sandbox
from agentic.safety.sandboxes.monty import MontySandbox, missing
from agentic.tools.base import Tool, tool
from agentic.tools.context import ToolContext
from agentic.tools.python_remedies import full_remedy, remedy
from agentic.tools.python_source import readings
from agentic.tools.rendering import fit

__all__ = ["python", "python_tool", "run_python"]

_LONGEST = 20_000
_SECONDS = 5.0
_MEMORY = 128 * 2**20
_FULL_SECONDS = 10.0
_FULL_MEMORY = 512 * 2**20
_LONGEST_QUOTE = 300

Remedy = Callable[[Failure, str], str]
"""What to do instead of what failed, given the line that it failed at."""


def _at_hand(context: ToolContext) -> bool:
    return not missing()


# It computes and nothing else: the sandbox gives it nothing to read, write, reach or start.
@tool(effects=[], when=_at_hand)
def python(code: str) -> str:
    """Run Python code; use it for statistics, dates, text or sums of many steps, not for files.

    Args:
        code: A whole program that prints its result or ends with it, such as
            "import statistics; statistics.mean([1, 2, 4])".
    """
    return run_python(code, MontySandbox())


def python_tool(choice: Choice) -> Tool:
    """The tool `python` with the sandbox that the user chose; it is off where there is none."""
    if choice == "monty":
        return python
    from agentic.safety.sandboxes.cpython import cpython, missing
    from agentic.safety.sandboxes.interpreter import interpreter

    def run(code: str) -> str:
        """Run Python code; use it for sums of many steps, data and statistics, not for files.

        Args:
            code: A whole program that prints its result or ends with it, such as
                "import statistics; statistics.mean([1, 2, 4])".
        """
        return run_python(code, cpython(choice), _FULL_SECONDS, _FULL_MEMORY, full_remedy)

    made = tool(name="python", effects=[], when=lambda _: not missing(choice), timeout=90)(run)
    packages = " and ".join(interpreter().offered)
    return replace(made, description=made.description + f" It has {packages}." * bool(packages))


def run_python(
    code: str,
    sandbox: Sandbox,
    seconds: float = _SECONDS,
    memory: int = _MEMORY,
    remedy: Remedy = remedy,
) -> str:
    """What the code prints and the value it ends with.

    Args:
        code: Code as a model hands it over, with or without a fence or prompts.
        sandbox: Where it runs.
        seconds: Time that it may take.
        memory: Bytes that it may hold.
        remedy: What the model is advised where the code failed.

    Raises:
        ToolError: if it can't be run, fails, goes over a limit, or ends without a result.
    """
    if len(code) > _LONGEST:
        raise ToolError(f"The code is longer than {_LONGEST:,} characters; shorten it.")
    ways = readings(code)
    if not ways[0].strip():
        raise ToolError("There is no code; write a program that prints its result.")
    first: Outcome | None = None
    for way in ways:
        outcome = sandbox.run(way, seconds, memory)
        if outcome.failure is None or outcome.failure.kind != "syntax":
            return _told(outcome, way, seconds, memory, remedy)
        first = first if first is not None else outcome
    assert first is not None
    return _told(first, ways[0], seconds, memory, remedy)


def _told(outcome: Outcome, code: str, seconds: float, memory: int, remedy: Remedy) -> str:
    if outcome.failure is not None:
        line = _line(outcome.failure, code)
        where = f"Line {outcome.failure.line}, `{fit(line, _LONGEST_QUOTE)}`: " if line else ""
        reason = _reason(outcome.failure, seconds, memory)
        advice = remedy(outcome.failure, line)
        raise ToolError(f"{where}{reason} {advice}".rstrip() + _so_far(outcome.printed))
    value = outcome.value
    if outcome.name:
        value = f"{outcome.name} = {value}"
    told = "\n".join(part for part in (outcome.printed.rstrip("\n"), value) if part)
    if not told.strip():
        raise ToolError("The code ran but gave no result; end it with print(…) of what you need.")
    return told


def _reason(failure: Failure, seconds: float, memory: int) -> str:
    match failure.kind:
        case "syntax":
            return f"SyntaxError: {failure.message}."
        case "unsupported":
            return f"This Python has no {failure.message.removeprefix('the ')}."
        case "time":
            return f"It took longer than {seconds:g} seconds and was stopped; do less work."
        case "memory":
            limit = f"{memory // 2**20} MB"
            return f"It needed more than {limit} of memory and was stopped; hold less at once."
        case "output":
            return f"It was stopped: {failure.message}; print only the result."
        case "crashed":
            return "The sandbox broke down over this code; write it in a simpler way."
        case "raised":
            return fit(failure.message, _LONGEST_QUOTE).rstrip(".") + "."


def _line(failure: Failure, code: str) -> str:
    """The text of the line that it failed at; "" where that is unknown."""
    lines = code.split("\n")
    return lines[failure.line - 1].strip() if 0 < failure.line <= len(lines) else ""


def _so_far(printed: str) -> str:
    text = printed.strip()
    return f"\nPrinted before that:\n{fit(text, _LONGEST_QUOTE)}" if text else ""
