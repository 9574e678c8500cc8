"""Names with what they stand for: a column of labels, or one JSON object."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len

from agentic.console.marks import QUIET
from agentic.console.page import Page
from agentic.console.text import clean

__all__ = ["draw_rows", "tell"]


def draw_rows(page: Page, rows: Iterable[tuple[str, str]]) -> None:
    """Print texts, each behind its label; a label that is repeated is printed once."""
    shown = [(label, clean(text)) for label, text in rows]
    widest = max((cell_len(label) for label, _ in shown), default=0)
    before = None
    for label, text in shown:
        said = label if label != before else ""
        page.paragraph([(said + " " * (widest - cell_len(said) + 2), QUIET)], text)
        before = label


def tell(
    row: Mapping[str, Any], *, json: bool, shown: Iterable[tuple[str, str]] | None = None
) -> None:
    """Write what came of a command to stdout.

    Args:
        row: What a program gets.
        json: As one JSON object.
        shown: What a reader gets; None for the same.
    """
    from agentic.console.terminal import say_json, stdout_console

    if json:
        say_json(dict(row))
        return
    rows = [(name, str(value)) for name, value in row.items()] if shown is None else shown
    draw_rows(Page(stdout_console()), rows)
