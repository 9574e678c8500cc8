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
        rows: What there is; `ready: False` sets one back; a tool's limits stand behind it.
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
        page.paragraph(head, one_line(row["about"]) + _limits(row), QUIET)


def _limits(row: dict[str, Any]) -> str:
    """What a tool may do, and its limits, to stand behind its text."""
    if "effects" not in row:
        return ""
    effects = row["effects"]
    does = "effects unknown" if effects is None else ", ".join(effects) or "computes"
    again = "may be repeated" if row["repeatable"] else "never repeated unasked"
    return f" ({does}; {again}; {row['timeout']:g} s, {row['max_chars']:,} characters)"
