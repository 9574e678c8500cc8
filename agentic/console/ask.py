"""One task: the trace on stderr, the answer alone on stdout."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from agentic.console.assembly import Choice

if TYPE_CHECKING:
    from rich.console import Console

    from agentic.agent import Agent
    from agentic.console.asking import Read
    from agentic.console.render import Trace
    from agentic.events import Event

__all__ = ["ask", "read_task", "resume"]


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
    return _shown(lambda agent, trace, read: agent.stream(task), choice, json, verbose)


def resume(run_id: str, choice: Choice, *, json: bool = False, verbose: bool = False) -> int:
    """Go on with a run in the open; what it did before stands in the result too.

    Args:
        run_id: The run's id.
        choice: Who is to do it, with what.
        json: Print the result as one JSON object instead of the answer.
        verbose: Show everything that happens.

    Returns:
        The exit code: 0 if the task is done, 1 if not.
    """
    from agentic.console.waiting import runs, unanswered

    def go_on(agent: "Agent", trace: "Trace", read: "Read | None") -> "Iterator[Event]":
        if read is not None and unanswered(run_id):
            return iter(())  # the user is asked first
        return agent.stream_on(run_id)

    return _shown(go_on, choice, json, verbose, runs().events(run_id))


def _shown(
    begin: "Callable[[Agent, Trace, Read | None], Iterator[Event]]",
    choice: Choice,
    json: bool,
    verbose: bool,
    earlier: "Sequence[Event]" = (),
) -> int:
    from agentic.console.asking import followed
    from agentic.console.assembly import assemble
    from agentic.console.render import Trace
    from agentic.console.terminal import at_hand, notice, say, say_json, stderr_console

    console = stderr_console()
    read = partial(console.input, markup=False) if at_hand(console) else None
    trace = Trace(console, verbose=verbose)
    with ExitStack() as at_the_end:
        try:
            agent = assemble(replace(choice, attended=read is not None), console)
            if agent.memory is not None:
                at_the_end.enter_context(agent.memory)
            trace.retell(earlier)
            result = followed(agent, begin(agent, trace, read), trace, read, earlier)
        except KeyboardInterrupt:
            notice(console, "interrupted", "red")
            _tell_resume(console, trace.run_id)
            raise
    if json:
        say_json(result.model_dump(mode="json"))
    elif result.status != "paused":
        if console.is_terminal and sys.stdout is not None and sys.stdout.isatty():
            console.print()
        say(result.answer)
    if result.status == "paused":
        notice(console, "the run waits for your word; `agentic approvals list` says for what")
        _tell_resume(console, result.run_id)
    return 0 if result.status == "done" else 1


def _tell_resume(console: "Console", run_id: str) -> None:
    from agentic.console.terminal import notice

    if run_id:
        notice(console, f"`agentic resume {run_id}` goes on with it")


def read_task(task: str) -> str:
    """The task, from stdin where it is `-`; what a locale could not decode is put right.

    Raises:
        UsageError: if it is empty or too long.
    """
    if task == "-":
        task = sys.stdin.buffer.read().decode("utf-8", "replace") if sys.stdin is not None else ""
    from agentic.tasks import checked

    return checked(task.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
