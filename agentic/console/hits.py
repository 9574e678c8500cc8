"""Memories as lines for a reader: those found, and lists of them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console

from agentic.console.marks import ACCENT, QUIET
from agentic.console.moments import day
from agentic.console.page import Page, Span
from agentic.console.text import clean, cut, one_line

if TYPE_CHECKING:
    from memory import Hit, Record

__all__ = ["GONE", "about", "draw_hits", "draw_records"]

GONE = "(faded: its text is gone)"
EXCERPT = 4
"""Rows of a text that are shown where there are others."""
PARTS = ("part", "rank", "score")


def draw_hits(
    hits: Sequence["Hit"], console: Console, *, first: int = 1, why: bool = False
) -> None:
    """Print the text of each, in short, and under it where it came from.

    Args:
        hits: Best first.
        console: Where to.
        first: Number of the first.
        why: Add what each way of searching thought of it.
    """
    page = Page(console)
    if not hits:
        page.line(("Nothing is remembered about that.", QUIET))
    for number, hit in enumerate(hits, first):
        head = f"{number}. "
        page.paragraph([(head, ACCENT)], excerpt(hit.record), most=EXCERPT)
        page.parts(" " * len(head), [*about(hit.record), f"score {hit.score:.3f}"])
        if why:
            _draw_parts(page, hit, " " * len(head))


def draw_records(records: Iterable["Record"], console: Console) -> int:
    """Print a row of text for each, and under it where it came from. How many there were."""
    page, count = Page(console), 0
    for record in records:
        count += 1
        lead: Span = (f"{page.marks.dot} ", ACCENT)
        page.line(lead, (cut(one_line(excerpt(record)), page.width - 2, page.marks.more), ""))
        page.parts("  ", about(record))
    return count


def excerpt(record: "Record") -> str:
    """Its text without empty lines; of one that faded, that it is gone."""
    lines = (line.rstrip() for line in clean(record.text).split("\n"))
    return "\n".join(line for line in lines if line) or GONE


def about(record: "Record") -> list[str]:
    """Id, citation, kind and day of a record."""
    source = record.citation.removesuffix(record.mark)
    return [record.id, source, record.kind, day(record.created)]


def _draw_parts(page: Page, hit: "Hit", indent: str) -> None:
    rows = [PARTS] + [
        (name, "" if part.rank is None else str(part.rank), f"{part.score:.3f}")
        for name, part in hit.why.items()
    ]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(PARTS))]
    for name, rank, score in rows:
        row = f"{name:{widths[0]}}  {rank:>{widths[1]}}  {score:>{widths[2]}}"
        page.line((indent, ""), (row, QUIET))
