"""Memories found, as rows for a program and as lines for a reader."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from agentic.console.marks import ACCENT, QUIET
from agentic.console.page import Page
from agentic.console.text import clean, one_line

if TYPE_CHECKING:
    from memory import Hit

__all__ = ["as_row", "draw_hits"]


def as_row(hit: "Hit") -> dict[str, Any]:
    """A hit in terms that JSON has."""
    record = hit.record
    return {
        "id": record.id,
        "text": record.text,
        "kind": record.kind,
        "source": record.source,
        "metadata": dict(record.metadata),
        "created": record.created.isoformat(),
        "score": hit.score,
    }


def draw_hits(hits: Sequence["Hit"], console: Console) -> None:
    """Print the text of each, and under it where it came from."""
    page = Page(console)
    if not hits:
        page.line(("Nothing is remembered about that.", QUIET))
    for number, hit in enumerate(hits, 1):
        record = hit.record
        page.paragraph([(f"{number}. ", ACCENT)], clean(record.text))
        about = [record.id, record.kind, f"{record.created:%Y-%m-%d}", record.source or ""]
        said = f" {page.marks.dot} ".join(one_line(part) for part in about if part)
        page.paragraph([("   ", "")], said, QUIET)
