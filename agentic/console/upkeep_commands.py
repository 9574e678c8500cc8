"""The commands that keep the memory up: forget, prune, rebuild, vacuum."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentic.console.memory_commands import opened
from agentic.console.options import AsJson, Kinds, MemoryPlace, Source, Wheres, flag
from agentic.errors import UsageError

if TYPE_CHECKING:
    from agentic.console.forgetting import Doomed

__all__ = ["add_to", "forget", "prune", "rebuild", "vacuum"]

NOT_DONE = 1


def add_to(memory: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (forget, prune, rebuild, vacuum):
        memory.command()(command)


def forget(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As `agentic recall` prints them.")
    ] = None,
    source: Source = None,
    query: Annotated[
        str | None,
        typer.Option(metavar="QUERY", help="Those that have to do with it, ten at most."),
    ] = None,
    older_than: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Only added longer ago: 12h, 30d, 2w, 1y.")
    ] = None,
    kind: Kinds = None,
    where: Wheres = None,
    yes: Annotated[bool, flag("--yes", "-y", about="Do not ask.")] = False,
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """Delete memories for good: those named, or all that fit every condition. Asks first."""
    from agentic.console.forgetting import Choosing, choose, may_ask
    from agentic.console.rows import tell

    wanted = Choosing.of(ids, query, source, older_than, kind, where)
    if not yes and not may_ask():
        raise UsageError("Deleting asks first, and there is no terminal to ask on; add --yes.")
    with opened(memory) as store:
        doomed = choose(store, wanted)
        count = 0
        if agreed := yes or _agreed(doomed):
            count = doomed.delete(store)
    tell({"forgotten": count, "ids": [r.id for r in doomed.records] if agreed else []}, json=json)
    if not agreed:
        raise typer.Exit(NOT_DONE)


def prune(
    dry_run: Annotated[bool, flag("--dry-run", about="Only say what would go.")] = False,
    budget: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=N", help="Most of a kind, in place of the default budgets."),
    ] = None,
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """Let the weakest memories go where a kind has more than its budget."""
    from agentic.console.forgetting import budgets, draw_faded
    from agentic.console.plain import faded_row
    from agentic.console.terminal import say_json, stdout_console

    most = budgets(budget)
    with opened(memory) as store:
        gone = store.prune(**({} if most is None else {"budgets": most}), dry_run=dry_run)
    if json:
        say_json({"dry_run": dry_run, "faded": [faded_row(each) for each in gone]})
    else:
        draw_faded(gone, stdout_console(), dry_run=dry_run)


def rebuild(json: AsJson = False, memory: MemoryPlace = None) -> None:
    """Make the vector index anew from what is kept; broken off, the next call goes on."""
    from agentic.console.ingesting import rebuilt
    from agentic.console.rows import tell
    from agentic.console.terminal import stderr_console

    with opened(memory) as store:
        indexed = rebuilt(store, stderr_console())
    tell({"indexed": indexed}, json=json)


def vacuum(json: AsJson = False, memory: MemoryPlace = None) -> None:
    """Write all files anew without what was deleted; takes its time."""
    from agentic.console.rows import tell
    from agentic.sizes import human

    with opened(memory) as store:
        before = store.stats().bytes
        store.vacuum()
        after = store.stats().bytes
    shown = [("before", human(before)), ("after", human(after))]
    tell({"bytes_before": before, "bytes": after}, json=json, shown=shown)


def _agreed(doomed: "Doomed") -> bool:
    from agentic.console.forgetting import draw_doomed
    from agentic.console.terminal import stderr_console

    if doomed.is_empty:
        return True
    draw_doomed(doomed, stderr_console())
    return typer.confirm("Delete for good?", err=True)
