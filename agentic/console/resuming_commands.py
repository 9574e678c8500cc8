"""Commands that go on with a run: `resume`, and `approvals`, which answers what it waits for."""

from typing import Annotated

import typer

from agentic.console.options import (
    AgentName,
    Approve,
    AsJson,
    MemoryPlace,
    ModelName,
    Verbose,
    WithoutMemory,
    Workspace,
)

__all__ = ["add_to"]


def add_to(app: typer.Typer, approvals: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(resume)
    approvals.command("list")(list_questions)
    approvals.command()(answer)


def resume(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The run's id; the one left last if none.")
    ] = None,
    json: AsJson = False,
    agent: AgentName = None,
    model: ModelName = None,
    workspace: Workspace = None,
    approve: Approve = None,
    without_memory: WithoutMemory = False,
    memory: MemoryPlace = None,
    verbose: Verbose = False,
) -> None:
    """Go on with a run that waits for an answer, or that was cut off.

    Nothing that was done is done again. Exit code 0: done. 1: incomplete, failed, or waiting again.
    2: there is no such run, or it has ended.
    """
    from agentic.console.ask import resume as go_on
    from agentic.console.assembly import Choice
    from agentic.console.waiting import choice_for, latest

    run_id = run if run is not None else latest()
    choice = Choice(agent, model, workspace, not without_memory, memory, approve=approve)
    raise typer.Exit(go_on(run_id, choice_for(run_id, choice), json=json, verbose=verbose))


def list_questions(json: AsJson = False) -> None:
    """List what runs wait for: calls to be allowed, calls in doubt, results."""
    from agentic.console.phrases import arguments
    from agentic.console.reasons import reason
    from agentic.console.terminal import say_json, stdout_console
    from agentic.console.waiting import listed

    rows = listed()
    if json:
        say_json(rows)
        return
    from agentic.console.listing import draw
    from agentic.console.terminal import notice, stderr_console

    if not rows:
        notice(stderr_console(), "No run waits for an answer.")
    shown = [
        {
            "name": row["id"],
            "about": f"{row['kind']}: {row['name']}({arguments(row['args'])}) - "
            f"{reason(row['why'])} (run {row['run']})",
        }
        for row in rows
    ]
    draw(shown, stdout_console())


def answer(
    call: Annotated[str, typer.Argument(metavar="ID", help="As `agentic approvals list` has it.")],
    word: Annotated[
        str | None, typer.Argument(metavar="[yes|no|repeat|skip]", help="What is to be done.")
    ] = None,
    args: Annotated[
        str | None, typer.Option(metavar="JSON", help="Allow it, with these arguments.")
    ] = None,
    result: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What came of it, for a call in doubt.")
    ] = None,
) -> None:
    """Answer what a run waits for; `agentic resume` then goes on with it."""
    from agentic.console.terminal import say
    from agentic.console.waiting import answer as note

    say(note(call, word, args, result))
