"""A list of things with names: one paragraph each, in columns where there is room."""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console

from agentic.console.marks import ACCENT, QUIET
from agentic.console.page import Page, Span
from agentic.console.text import one_line

__all__ = ["draw"]


def draw(rows: Sequence[dict[str, Any]], console: Console, chosen: str | None = None) -> None:
    """Print rows of `name` and `about`.

    Args:
        rows: What there is; `ready: False` sets one back, `effects` stand behind the text.
        console: Where to.
        chosen: The name to be marked as the one in use.
    """
    page = Page(console)
    widest = max((cell_len(row["name"]) for row in rows), default=0)
    for row in rows:
        name = row["name"] + " " * (widest - cell_len(row["name"]))
        style = QUIET if row.get("ready") is False else "bold"
        mark = page.marks.done if row["name"] == chosen else " "
        head: list[Span] = [(f"{mark} ", ACCENT), (f"{name}  ", style)]
        effects = f" ({', '.join(row['effects'])})" if row.get("effects") else ""
        page.paragraph(head, one_line(row["about"]) + effects, QUIET)
