"""Documents as lines for a reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from agentic.console.marks import ACCENT, QUIET
from agentic.console.moments import minute
from agentic.console.page import Page
from agentic.console.phrases import amount
from agentic.console.text import one_line

if TYPE_CHECKING:
    from memory.library import Volume

__all__ = ["draw_volumes"]


def draw_volumes(volumes: Sequence["Volume"], console: Console) -> None:
    """Print the path of each, and under it what it is."""
    page = Page(console)
    if not volumes:
        page.paragraph([], "No documents yet; `agentic ingest PATH` takes some in.", QUIET)
    for volume in volumes:
        page.paragraph([(f"{page.marks.dot} ", ACCENT)], one_line(volume.source))
        when = "" if volume.ingested is None else minute(volume.ingested)
        title = volume.title if volume.title != Path(volume.source).name else ""
        parts = [title, volume.format, amount(volume.passages, "passage"), when]
        page.parts("  ", parts)
