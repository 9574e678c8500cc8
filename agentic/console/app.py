"""The commands of `agentic`: what can be typed, and where it leads."""

import sys
from typing import Annotated

import typer

from agentic.console import (
    listing_commands,
    memory_commands,
    resuming_commands,
    transfer_commands,
    upkeep_commands,
)
from agentic.console.assembly import Choice
from agentic.console.options import (
    AgentName,
    Approve,
    AsJson,
    MemoryPlace,
    ModelName,
    Verbose,
    WithoutMemory,
    Workspace,
    flag,
)
from agentic.errors import UsageError

__all__ = ["app"]

app = typer.Typer(
    name="agentic",
    help="An agent that plans, acts and reflects. Without a command: talk to it.",
    epilog="`agentic ask 'TASK'` does one task. Every command has --help.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def talk(
    context: typer.Context,
    agent: AgentName = None,
    model: ModelName = None,
    workspace: Workspace = None,
    approve: Approve = None,
    without_memory: WithoutMemory = False,
    memory: MemoryPlace = None,
    go_on: Annotated[
        bool, flag("--continue", about="Go on first with the run that was left last.")
    ] = False,
    verbose: Verbose = False,
    version: Annotated[bool, flag("--version", about="Print the version.")] = False,
    debug: Annotated[
        bool, flag("--debug", about="Show where an error happened; may stand anywhere.")
    ] = False,
) -> None:
    """An agent that plans, acts and reflects. Without a command: talk to it."""
    if version:
        from agentic.console.listing_commands import version_line

        print(version_line())
        raise typer.Exit()
    if context.invoked_subcommand is not None:
        return
    if not sys.stdin.isatty():
        raise UsageError("Talking needs a terminal; `agentic ask TASK` does one task without it.")
    from agentic.console.start import start

    choice = Choice(agent, model, workspace, not without_memory, memory, approve=approve)
    start(choice, verbose=verbose, go_on=go_on)


@app.command()
def ask(
    task: Annotated[str, typer.Argument(metavar="TASK", help="What to do; - reads it from stdin.")],
    json: AsJson = False,
    agent: AgentName = None,
    model: ModelName = None,
    workspace: Workspace = None,
    approve: Approve = None,
    max_model_calls: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    max_tool_calls: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    max_seconds: Annotated[float | None, typer.Option(min=0, metavar="N")] = None,
    max_money: Annotated[
        float | None, typer.Option(min=0, metavar="N", help="US dollars the model may cost.")
    ] = None,
    max_result_bytes: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    without_memory: WithoutMemory = False,
    memory: MemoryPlace = None,
    verbose: Verbose = False,
) -> None:
    """Do one task: the trace on stderr, the answer alone on stdout.

    Exit code 0: done. 1: incomplete or failed. 2: wrong usage.
    """
    from agentic.console.ask import ask as do
    from agentic.console.ask import read_task

    limits = {
        "model_calls": max_model_calls,
        "tool_calls": max_tool_calls,
        "tokens": max_tokens,
        "seconds": max_seconds,
        "money": max_money,
        "result_bytes": max_result_bytes,
    }
    choice = Choice(agent, model, workspace, not without_memory, memory, limits, approve)
    raise typer.Exit(do(read_task(task), choice, json=json, verbose=verbose))


@app.command()
def doctor(
    json: AsJson = False,
    network: Annotated[bool, flag("--network", about="Try the model hub too.")] = False,
) -> None:
    """Check what is installed, where, what works, and what to do.

    Exit code 0 unless something is a problem.
    """
    from agentic.console.doctor import examine
    from agentic.console.findings import report

    raise typer.Exit(report(examine(network=network), json=json))


of_mcp = typer.Typer(help="MCP servers, and which of their tools are trusted.")
listing_commands.add_to(app, of_mcp)
of_approvals = typer.Typer(help="Calls that runs wait to be allowed to make.")
resuming_commands.add_to(app, of_approvals)
of_memory = typer.Typer(help="What the memory holds, and its upkeep.")
for commands in (transfer_commands, memory_commands):
    commands.add_to(app, of_memory)
upkeep_commands.add_to(of_memory)
app.add_typer(of_approvals, name="approvals")
app.add_typer(of_memory, name="memory")
app.add_typer(of_mcp, name="mcp")
