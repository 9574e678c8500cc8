"""The commands that say what there is: agents, tools, models; and the one that fetches a model."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from agentic.console.options import AsJson

__all__ = ["add_to", "agents", "models", "pull", "tools", "version_line"]

Row = dict[str, Any]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (agents, tools, models, pull):
        app.command()(command)


def version_line() -> str:
    """Name and version."""
    from importlib.metadata import version

    return f"agentic {version('agentic')}"


def agents(json: AsJson = False) -> None:
    """List the ready-made agents."""
    from agentic.console.roster import ready_made, summary

    rows = [{"name": name, "about": summary(name, one)} for name, one in ready_made().items()]
    _show(rows, json)


def tools(json: AsJson = False) -> None:
    """List the tools that come with the framework."""
    from agentic.tools import BUILTIN

    rows = [
        {"name": tool.name, "about": tool.description, "effects": sorted(tool.effects or ())}
        for tool in BUILTIN.values()
    ]
    _show(rows, json)


def models(json: AsJson = False) -> None:
    """List the models that can be named: embedded ones, and providers."""
    from agentic.models.catalog import known

    rows = [
        {"name": one.name, "ready": one.ready, "about": f"{one.title}; {one.note}"}
        for one in known()
    ]
    _show(rows, json)


def pull(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="An embedded model; `local` by default.")
    ] = None,
) -> None:
    """Fetch and verify the weights of an embedded model."""
    from agentic.console.progress import pull_progress
    from agentic.console.terminal import notice, say, stderr_console
    from agentic.models import weights

    console = stderr_console()
    with pull_progress(console) as progress:
        path = weights.pull(
            model if model is not None else "local",
            progress=progress,
            notice=lambda line: notice(console, line),
        )
    notice(console, "verified")
    say(str(path))


def _show(rows: Sequence[Row], json: bool) -> None:
    from agentic.console.terminal import say_json, stdout_console

    if json:
        say_json(rows)
        return
    from agentic.console.listing import draw

    draw(rows, stdout_console())
