"""The commands that take things in and out: ingest, export, import."""

from pathlib import Path
from typing import Annotated

import typer

from agentic.console.memory_commands import opened
from agentic.console.options import AsJson, MemoryPlace, WithoutVectors, flag
from agentic.errors import UsageError

__all__ = ["add_to", "export", "import_", "ingest"]

Lines = Annotated[Path, typer.Argument(metavar="FILE", help="Where they lie; - is stdin.")]


def add_to(app: typer.Typer, memory: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(ingest)
    memory.command()(export)
    memory.command("import")(import_)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    glob: Annotated[str, typer.Option(metavar="PATTERN", help="Which files of folders.")] = "**/*",
    remove_missing: Annotated[
        bool, flag("--remove-missing", about="Take out what is no more there of the paths.")
    ] = False,
    without_vectors: WithoutVectors = False,
    size: Annotated[int, typer.Option(min=32, metavar="N", help="Most tokens of a passage.")] = 256,
    overlap: Annotated[
        int, typer.Option(min=0, metavar="N", help="Tokens that a passage repeats.")
    ] = 32,
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """Take documents in: text, Markdown, HTML, PDF, Word, code, CSV, JSON, ...

    Exit code 0: all is in. 1: some files failed, the others are in. 130: broken off; call it again.
    """
    from agentic.console.ingesting import draw_ingested
    from agentic.console.ingesting import ingest as do
    from agentic.console.plain import ingested_row
    from agentic.console.terminal import say_json, stderr_console, stdout_console
    from memory.ingestion import Cut

    if overlap >= size:
        raise UsageError(f"--overlap {overlap} must be less than --size {size}.")
    options = {"glob": glob, "remove_missing": remove_missing, "vectors": not without_vectors}
    with opened(memory, new=True) as store:
        done = do(store, paths, stderr_console(), cut=Cut(size, overlap), **options)
    if json:
        say_json(ingested_row(done))
    else:
        draw_ingested(done, stdout_console())
    raise typer.Exit(1 if done.failed else 0)


def export(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="Where to; - is stdout.")] = Path(
        "-"
    ),
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """Write everything that is remembered as JSON lines, without the secrets in it."""
    from agentic.console.rows import tell
    from agentic.console.terminal import say_lines
    from agentic.console.transfer import without_secrets, write_lines

    with opened(memory) as store:
        if str(file) == "-":
            say_lines(without_secrets(store.export()))
            return
        count = write_lines(file, without_secrets(store.export()))
    tell({"lines": count, "file": str(file)}, json=json)


def import_(
    file: Lines,
    mine: Annotated[
        bool, flag("--mine", about="You wrote it: don't treat it as text from elsewhere.")
    ] = False,
    without_vectors: WithoutVectors = False,
    json: AsJson = False,
    memory: MemoryPlace = None,
) -> None:
    """Take in what `agentic memory export` wrote; what is there already stays as it is.

    Other people's memory is text from elsewhere, and stays so marked (docs/safety.md).

    Exit code 0: all is in. 1: some lines could not be read, the others are in.
    """
    from agentic.console.ingesting import make_vectors
    from agentic.console.terminal import stderr_console
    from agentic.console.transfer import from_others, lines_of, tell_loaded

    with lines_of(file) as lines, opened(memory, new=True) as store:
        loaded = store.load(lines if mine else from_others(lines))
        pending = 0
        if without_vectors:
            pending = store.stats().pending
        elif loaded.stored:
            pending = make_vectors(store, stderr_console())
    tell_loaded(loaded, pending, as_json=json)
    raise typer.Exit(1 if loaded.errors else 0)
