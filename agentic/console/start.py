"""Starts the REPL: the one place that puts its real parts together."""

from functools import partial
from typing import TYPE_CHECKING

from agentic.console.assembly import Choice, assemble, choose

if TYPE_CHECKING:
    from rich.console import Console

    from agentic.agent import Agent

__all__ = ["start"]


def start(choice: Choice, *, verbose: bool = False, go_on: bool = False) -> None:
    """Talk with the agent chosen until the user leaves.

    Args:
        choice: Who is to do the tasks, with what.
        verbose: Show everything that happens.
        go_on: Go on first with the run that was left last.

    Raises:
        UsageError: if there is no such agent, model or folder.
        ModelError: if a model was named and can't be had.
    """
    from agentic.console.line_history import open_history
    from agentic.console.repl import prompt_session, repl
    from agentic.console.talk import Talk
    from agentic.console.terminal import stdout_console
    from agentic.console.waiting import choice_for, latest
    from agentic.settings import settings

    console = stdout_console()
    left = latest() if go_on else ""
    choice = choice_for(left, choice) if left else choice
    talk = Talk(
        console,
        partial(assemble, console=console),
        choice,
        warm=partial(_warm, console=console),
        verbose=verbose,
    )
    if choice != Choice(memory=choice.memory, place=choice.place):
        talk.agent  # noqa: B018 - a wrong name is told of before the first prompt
    path = settings().home / "history"
    first = not path.exists()
    history, trouble = open_history(path)
    session = prompt_session(talk, history)
    opening = [*_opening(choice, first), *filter(None, [trouble])]
    repl(talk, session, opening, first=f"/resume {left}" if left else "")


def _opening(choice: Choice, first: bool) -> list[str]:
    from agentic.console.listing_commands import version_line
    from agentic.console.tongue import greeting
    from agentic.settings import settings

    agent = choice.agent if choice.agent is not None else settings().agent
    model = choice.model if choice.model is not None else settings().model
    title = f"{version_line()} · {agent} · {model}"
    return [title, *greeting().splitlines()] if first else [f"{title} · /help"]


def _warm(choice: Choice, console: "Console") -> "Agent | None":
    """The agent with its model loaded and its memory open; None if weights must be fetched first.

    Fetching is left to the first task: a progress bar would draw over what is being typed.
    """
    from agentic.models.weights import installed
    from agentic.settings import strict_checkpoints

    chosen = choose(choice)
    strict_checkpoints()
    import agentic.graph  # noqa: F401 - the heaviest import of a run

    ready = {one.weights.name for one in installed() if one.state == "verified"}
    if chosen.model not in ready:
        return None
    agent = assemble(choice, console)
    if callable(load := getattr(agent.model, "load", None)):
        load()
    if agent.memory is not None:
        agent.memory.warm()
    return agent
