"""One task: the trace on stderr, the answer alone on stdout."""

import sys
from contextlib import ExitStack

from agentic.console.assembly import Choice

__all__ = ["ask", "read_task"]


def ask(task: str, choice: Choice, *, json: bool = False, verbose: bool = False) -> int:
    """Do a task in the open.

    Args:
        task: What is to be done.
        choice: Who is to do it, with what.
        json: Print the result as one JSON object instead of the answer.
        verbose: Show everything that happens.

    Returns:
        The exit code: 0 if the task is done, 1 if not.
    """
    from agentic.console.assembly import assemble
    from agentic.console.render import Trace, traced
    from agentic.console.terminal import notice, say, say_json, stderr_console
    from agentic.result import Result

    console = stderr_console()
    with ExitStack() as at_the_end:
        try:
            agent = assemble(choice, console)
            if agent.memory is not None:
                at_the_end.enter_context(agent.memory)
            trace = Trace(console, verbose=verbose)
            result = Result.of(traced(agent.stream(task), trace))
        except KeyboardInterrupt:
            notice(console, "interrupted", "red")
            raise
    if json:
        say_json(result.model_dump(mode="json"))
    else:
        if console.is_terminal and sys.stdout is not None and sys.stdout.isatty():
            console.print()
        say(result.answer)
    return 0 if result.status == "done" else 1


def read_task(task: str) -> str:
    """The task, from stdin where it is `-`; what a locale could not decode is put right.

    Raises:
        UsageError: if it is empty or too long.
    """
    if task == "-":
        task = sys.stdin.buffer.read().decode("utf-8", "replace") if sys.stdin is not None else ""
    from agentic.agent import checked

    return checked(task.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
