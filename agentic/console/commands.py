"""The commands of the REPL: a table, and what each does."""

from collections.abc import Callable
from dataclasses import dataclass

from agentic.console import remembering
from agentic.console.talk import Talk
from agentic.console.terminal import notice
from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest

__all__ = ["COMMANDS", "Command", "do_command"]


@dataclass(frozen=True)
class Command:
    """A command that begins with a slash."""

    name: str
    usage: str
    """What may follow the name."""
    about: str
    act: Callable[[Talk, str], None]
    """Does it; told what follows the name."""


def do_command(talk: Talk, line: str) -> None:
    """Do what a line that begins with a slash says.

    Raises:
        UsageError: if there is no such command, or it takes no argument and got one.
        EOFError: if the talk is over.
    """
    name, _, rest = line.strip().removeprefix("/").partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        near = nearest(name, COMMANDS)
        hint = did_you_mean(f"/{near}") if near is not None else " /help lists what there is."
        raise UsageError(f"No command /{name}.{hint}")
    if rest.strip() and not command.usage:
        raise UsageError(f"/{name} takes nothing more.")
    command.act(talk, rest.strip())


def _help(talk: Talk, rest: str) -> None:
    from agentic.console.listing import draw

    rows = [
        {"name": f"/{each.name} {each.usage}".strip(), "about": each.about}
        for each in COMMANDS.values()
    ]
    draw(rows, talk.console)
    notice(talk.console, "Esc Enter or a \\ at the end begins another line.")


def _tools(talk: Talk, rest: str) -> None:
    from agentic.console.listing import draw
    from agentic.tools.base import toolbox

    tools = toolbox(talk.agent.tools)
    draw([{"name": name, "about": tool.description} for name, tool in tools.items()], talk.console)


def _model(talk: Talk, rest: str) -> None:
    from agentic.console.listing import draw
    from agentic.models.catalog import known
    from agentic.settings import settings

    if rest:
        talk.change(model=rest)
        notice(talk.console, f"The model is {rest} now.")
        return
    rows = [{"name": one.name, "about": one.title, "ready": one.ready} for one in known()]
    chosen = talk.choice.model if talk.choice.model is not None else settings().model
    draw(rows, talk.console, chosen)


def _agent(talk: Talk, rest: str) -> None:
    from agentic.console.listing import draw
    from agentic.console.roster import ready_made, summary
    from agentic.settings import settings

    if rest:
        talk.change(agent=rest)
        notice(talk.console, f"The agent is {rest} now.")
        return
    rows = [{"name": name, "about": summary(name, one)} for name, one in ready_made().items()]
    chosen = talk.choice.agent if talk.choice.agent is not None else settings().agent
    draw(rows, talk.console, chosen)


def _resume(talk: Talk, rest: str) -> None:
    from agentic.console.waiting import latest

    talk.go_on(rest or talk.left or latest())


def _new(talk: Talk, rest: str) -> None:
    talk.forget()
    notice(talk.console, "The next task knows of no earlier one. What is remembered stays.")


def _verbose(talk: Talk, rest: str) -> None:
    talk.verbose = not talk.verbose
    notice(talk.console, "Showing everything." if talk.verbose else "Showing the outline.")


def _quit(talk: Talk, rest: str) -> None:
    raise EOFError


COMMANDS = {
    command.name: command
    for command in (
        Command("help", "", "what can be typed here", _help),
        Command("tools", "", "what the agent can use", _tools),
        Command(
            "memory",
            "[QUERY]",
            "what is remembered, or what is about something",
            remembering.memory,
        ),
        Command("recall", "QUERY", "what is remembered about something", remembering.recall),
        Command("why", "ID", "where a memory comes from, and its history", remembering.why),
        Command("ingest", "PATH", "take documents into the memory", remembering.ingest),
        Command("documents", "", "the documents that were taken in", remembering.documents),
        Command("forget", "ID", "delete a memory for good", remembering.forget),
        Command("model", "[NAME]", "the models, or another one", _model),
        Command("agent", "[NAME]", "the agents, or another one", _agent),
        Command("resume", "[RUN]", "go on with a run that waits or was cut off", _resume),
        Command("new", "", "begin a new talk", _new),
        Command("verbose", "", "show everything, or the outline again", _verbose),
        Command("quit", "", "leave", _quit),
    )
}
"""The commands by name, in the order that /help has."""
