"""The commands that say what there is: agents, tools, models; and the one that fetches a model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentic.console.options import AsJson

if TYPE_CHECKING:
    from agentic.tools.base import Tool

__all__ = [
    "accept",
    "add_to",
    "agents",
    "models",
    "pull",
    "servers",
    "tools",
    "version_line",
]

Row = dict[str, Any]


def add_to(app: typer.Typer, mcp: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (agents, tools, models, pull):
        app.command()(command)
    mcp.command()(accept)
    mcp.command("list")(servers)


def version_line() -> str:
    """Name and version."""
    from importlib.metadata import version

    return f"agentic {version('agentic')}"


def agents(json: AsJson = False) -> None:
    """List the ready-made agents."""
    from agentic.console.roster import ready_made, summary

    rows = [{"name": name, "about": summary(name, one)} for name, one in ready_made().items()]
    _show(rows, json)


def tools(
    json: AsJson = False,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Start the MCP servers, and list their tools too.")
    ] = False,
) -> None:
    """List the tools: what each may do, whether it may be repeated, and its limits."""
    from agentic.console.assembly import with_configured
    from agentic.console.terminal import stderr_console
    from agentic.tools import BUILTIN

    rows = [_tool(tool) for tool in with_configured(BUILTIN.values(), stderr_console(), mcp=mcp)]
    _show(rows, json)


def servers(json: AsJson = False) -> None:
    """List the MCP servers that `agentic.toml` names."""
    from agentic.configuration import read_configuration

    rows = [
        {
            "name": name,
            "ready": server.enabled,
            "about": server.url or " ".join(server.command or ()),
        }
        for name, server in read_configuration().mcp.items()
    ]
    _show(rows, json)


def accept(
    server: Annotated[str, typer.Argument(metavar="SERVER", help="As `agentic.toml` names it.")],
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="As the server names it.")],
) -> None:
    """Accept what an MCP server changed of a tool of its own, so that it is offered again."""
    from agentic.console.terminal import say
    from agentic.tools.mcp import accept

    say(accept(server, tool))


def _tool(tool: "Tool") -> Row:
    return {
        "name": tool.name,
        "about": tool.description,
        "effects": sorted(tool.effects) if tool.effects is not None else None,
        "repeatable": tool.repeatable,
        "timeout": tool.timeout,
        "max_chars": tool.max_chars,
        "arguments": tool.schema,
    }


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
