"""The commands that look into the memory: by a query, by id, as a list, in numbers."""

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from agentic.console.options import (
    AsJson,
    Kinds,
    MemoryPlace,
    Since,
    Source,
    Until,
    Wheres,
    flag,
)
from agentic.errors import UsageError

if TYPE_CHECKING:
    from memory import Memory

__all__ = ["Id", "add_to", "documents", "list_", "opened", "recall", "show", "stats", "why"]

Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="As `agentic recall` prints it; its beginning will do."),
]


def add_to(app: typer.Typer, memory: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(recall)
    for command in (stats, show, why, documents):
        memory.command()(command)
    memory.command("list")(list_)


def opened(place: str | None, *, new: bool = False) -> "Memory":
    """The memory that was named, or the default one; `new`: one that was named may be made."""
    from agentic.console.assembly import open_memory
    from agentic.console.terminal import stderr_console

    return open_memory(stderr_console(), place, new=new)


def recall(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words or a question.")],
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Most memories.")] = 5,
    offset: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Leave out so many at the beginning.")
    ] = None,
    page: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Those of the N-th page.")
    ] = None,
    kind: Kinds = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    where: Wheres = None,
    why: Annotated[bool, flag("--why", about="Show why each was found.")] = False,
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """Look up what was remembered and ingested, best first."""
    from agentic.console.ask import read_task
    from agentic.console.filters import filters
    from agentic.console.hits import draw_hits
    from agentic.console.plain import hit_row
    from agentic.console.terminal import say_json, stdout_console

    if offset is not None and page is not None:
        raise UsageError("--offset and --page both say where to begin; give one of them.")
    begin = offset if offset is not None else ((page if page is not None else 1) - 1) * limit
    wanted = filters(kind, source, since, until, where)
    with opened(memory) as store:
        hits = store.search(read_task(query), limit=limit, offset=begin, **wanted)
    if json:
        say_json([hit_row(hit) for hit in hits])
    else:
        draw_hits(hits, stdout_console(), first=begin + 1, why=why)


def stats(json: AsJson = False, memory: MemoryPlace = None) -> None:
    """Say what the memory holds."""
    from agentic.console.plain import stats_row
    from agentic.console.rows import tell
    from agentic.sizes import human

    with opened(memory) as store:
        found = store.stats()
    row = stats_row(found, store.server)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.kinds.items())
    server = [("server", str(store.server))] if store.server is not None else []
    shown = [
        ("path", str(found.path)),
        *server,
        ("records", f"{found.records:,}{': ' if kinds else ''}{kinds}"),
        ("pending", f"{found.pending:,}"),
        ("size", human(found.bytes)),
        ("embedder", found.embedder if found.embedder is not None else "none yet"),
        ("health", found.health),
    ]
    tell(row, json=json, shown=shown)


def list_(
    kind: Kinds = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    where: Wheres = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Most memories.")] = 20,
    everything: Annotated[bool, flag("--all", about="List all of them.")] = False,
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """List memories, the newest first."""
    from agentic.console.filters import filters
    from agentic.console.hits import draw_records
    from agentic.console.plain import record_row
    from agentic.console.terminal import notice, say_json, stderr_console, stdout_console

    wanted = filters(kind, source, since, until, where)
    with opened(memory) as store:
        records = store.list(**wanted, limit=None if everything else limit + 1)
        shown = records if everything else islice(records, limit)
        if json:
            say_json([record_row(record) for record in shown])
        elif not draw_records(shown, stdout_console()):
            notice(stderr_console(), "Nothing is remembered, or nothing that fits.")
        if next(records, None) is not None:
            notice(stderr_console(), f"The newest {limit:,}; --limit N or --all lists more.")


def show(id: Id, json: AsJson = False, memory: MemoryPlace = None) -> None:
    """Show one memory in whole."""
    from agentic.console.accounts import draw_record
    from agentic.console.ids import record_of
    from agentic.console.plain import record_row
    from agentic.console.terminal import say_json, stdout_console

    with opened(memory) as store:
        record = record_of(store, id)
    if json:
        say_json(record_row(record))
    else:
        draw_record(record, stdout_console())


def why(id: Id, json: AsJson = False, memory: MemoryPlace = None) -> None:
    """Tell all that is known about a memory: where it comes from, its uses, its history."""
    from agentic.console.accounts import draw_account
    from agentic.console.ids import account_of
    from agentic.console.plain import account_row
    from agentic.console.terminal import say_json, stdout_console

    with opened(memory) as store:
        account = account_of(store, id)
    if json:
        say_json(account_row(account))
    else:
        draw_account(account, stdout_console())


def documents(json: AsJson = False, memory: MemoryPlace = None) -> None:
    """List the documents that were ingested."""
    from agentic.console.plain import volume_row
    from agentic.console.terminal import say_json, stdout_console
    from agentic.console.volumes import draw_volumes

    with opened(memory) as store:
        volumes = list(store.documents())
    if json:
        say_json([volume_row(volume) for volume in volumes])
    else:
        draw_volumes(volumes, stdout_console())
