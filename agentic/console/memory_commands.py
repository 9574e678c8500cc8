"""The commands over the memory: look things up, see what it holds, mend it, forget."""

from typing import Annotated, Any

import typer

from agentic.console.options import AsJson
from agentic.errors import UsageError

__all__ = ["add_to", "forget", "rebuild", "recall", "stats"]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(recall)
    memory = typer.Typer(help="What the memory holds, and its upkeep.")
    for command in (stats, rebuild, forget):
        memory.command()(command)
    app.add_typer(memory, name="memory")


def recall(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="Words or a question.")],
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Most memories.")] = 5,
    json: AsJson = False,
) -> None:
    """Look up what was remembered, best first."""
    from agentic.console.ask import read_task
    from agentic.console.hits import as_row, draw_hits
    from agentic.console.terminal import say_json, stdout_console

    with _memory() as memory:
        hits = memory.search(read_task(query), limit=limit)
    if json:
        say_json([as_row(hit) for hit in hits])
    else:
        draw_hits(hits, stdout_console())


def stats(json: AsJson = False) -> None:
    """Say what the memory holds."""
    with _memory() as memory:
        found = memory.stats()
    row = {
        "path": str(found.path),
        "records": found.records,
        "kinds": dict(found.kinds),
        "pending": found.pending,
        "bytes": found.bytes,
        "embedder": found.embedder,
        "health": found.health,
    }
    _tell(row, json)


def rebuild(json: AsJson = False) -> None:
    """Make the vector index anew from what is kept."""
    with _memory() as memory:
        _tell({"indexed": memory.rebuild()}, json)


def forget(
    id: Annotated[str, typer.Argument(metavar="ID", help="As `agentic recall` prints it.")],
    json: AsJson = False,
) -> None:
    """Delete one memory for good."""
    with _memory() as memory:
        if not memory.forget(id):
            raise UsageError(f"No memory has the id {id!r}; `agentic recall QUERY` prints ids.")
    _tell({"forgotten": id}, json)


def _memory() -> Any:
    from agentic.console.assembly import open_memory
    from agentic.console.terminal import stderr_console

    return open_memory(stderr_console())


def _tell(row: dict[str, Any], json: bool) -> None:
    from agentic.console.terminal import say, say_json

    if json:
        say_json(row)
        return
    for name, value in row.items():
        shown = (
            ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        say(f"{name:10}{'none' if shown in (None, '') else shown}")
