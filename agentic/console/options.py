"""Options that several commands take."""

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = [
    "AgentName",
    "Approve",
    "AsJson",
    "Kinds",
    "MemoryPlace",
    "ModelName",
    "Since",
    "Source",
    "Until",
    "Verbose",
    "Wheres",
    "WithoutMemory",
    "WithoutVectors",
    "Workspace",
    "flag",
]


def flag(*names: str, about: str) -> Any:
    """An option that is there or not. An empty metavar keeps its type out of the help."""
    return typer.Option(*names, metavar="", help=about)


AgentName = Annotated[
    str | None, typer.Option("--agent", metavar="NAME", help="Who does it; see `agentic agents`.")
]
ModelName = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="With what; see `agentic models`.")
]
Approve = Annotated[
    str | None,
    typer.Option(
        "--approve",
        metavar="ask|auto|never",
        help="What becomes of calls that are to be asked about: ask, allow or refuse.",
    ),
]
Workspace = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Folder that file tools are confined to; here by default."),
]
WithoutMemory = Annotated[bool, flag("--no-memory", about="Recall nothing and keep nothing.")]
MemoryPlace = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="PLACE",
        help="Folder of the memory, or http://host:port of its Chroma server.",
    ),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="Only fact, episode, ...; may be repeated."),
]
Source = Annotated[
    str | None,
    typer.Option(metavar="SOURCE", help="Only from a file, folder or source; * and ? match."),
]
Since = Annotated[
    str | None, typer.Option(metavar="WHEN", help="Only added since 2026-05-01, or 30d ago.")
]
Until = Annotated[str | None, typer.Option(metavar="WHEN", help="Only added before that.")]
Wheres = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUE",
        help='Only with that metadata; or JSON such as {"year": {"$gte": 2024}}.',
    ),
]
WithoutVectors = Annotated[
    bool, flag("--no-vectors", about="Leave the vectors to a later call; words are found.")
]
Verbose = Annotated[bool, flag("--verbose", "-v", about="Show everything that happens.")]
AsJson = Annotated[bool, flag("--json", about="Print JSON, for programs.")]
