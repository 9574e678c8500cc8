"""Options that several commands take."""

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["AgentName", "AsJson", "ModelName", "Verbose", "WithoutMemory", "Workspace", "flag"]


def flag(*names: str, about: str) -> Any:
    """An option that is there or not. An empty metavar keeps its type out of the help."""
    return typer.Option(*names, metavar="", help=about)


AgentName = Annotated[
    str | None, typer.Option("--agent", metavar="NAME", help="Who does it; see `agentic agents`.")
]
ModelName = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="With what; see `agentic models`.")
]
Workspace = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Folder that file tools are confined to; here by default."),
]
WithoutMemory = Annotated[bool, flag("--no-memory", about="Recall nothing and keep nothing.")]
Verbose = Annotated[bool, flag("--verbose", "-v", about="Show everything that happens.")]
AsJson = Annotated[bool, flag("--json", about="Print JSON, for programs.")]
