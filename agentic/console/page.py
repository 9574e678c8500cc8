"""A page: paragraphs with a hanging indent, fitted to the width of the console.

Whatever is printed is cleaned here, so that no caller can forget to.
"""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from agentic.console.marks import QUIET, marks_for
from agentic.console.text import clean, cut, one_line, wrap

__all__ = ["Page", "Span"]

Span = tuple[str, str]
"""Text and its style."""


class Page:
    """Where a trace is written."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.marks = marks_for(console)

    @property
    def width(self) -> int:
        """Columns, as they are now."""
        return self.console.width

    def line(self, *spans: Span) -> None:
        """Print one line, cleaned; nothing in it may be wider than the page."""
        text = Text.assemble(*((clean(each), style) for each, style in spans))
        text.rstrip()
        self.console.print(text)

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def paragraph(
        self,
        head: list[Span],
        body: str,
        style: str = "",
        hang: int | None = None,
        most: int | None = None,
    ) -> None:
        """Print a body behind its head, wrapped.

        Args:
            head: What the first row begins with.
            body: The text, of any number of lines.
            style: The body's style.
            hang: Columns by which further rows are indented; by default the head's, as long as
                they leave the body two thirds of the page.
            most: Rows after which it is cut; None for all.
        """
        lead = sum(cell_len(text) for text, _ in head)
        if hang is None:
            hang = lead if lead <= self.width // 3 else 4
        first, *rows = self._cut(
            wrap(clean(body), self.width - hang, lead - hang), most, self.width - hang
        )
        self.line(*head, (first, style))
        for row in rows:
            self.line((" " * hang if row else "", ""), (row, style))

    def parts(self, head: str, parts: Iterable[str], style: str = QUIET) -> None:
        """Print short texts with dots between them; none is broken that fits into a row.

        Args:
            head: What each row begins with, spaces mostly.
            parts: The texts; empty ones are left out.
            style: Theirs.
        """
        dot, room, rows = f" {self.marks.dot} ", self.width - cell_len(head), [""]
        for part in filter(None, map(one_line, parts)):
            joined = f"{rows[-1]}{dot}{part}" if rows[-1] else part
            if not rows[-1] or cell_len(joined) <= room:
                rows[-1] = joined
            else:
                rows.append(part)
        for row in rows if rows[0] else ():
            self.paragraph([(head, "")], row, style)

    def _cut(self, rows: list[str], most: int | None, width: int) -> list[str]:
        if most is None or len(rows) <= most:
            return rows
        last = cut(rows[most - 1] + " " * width + ".", width, self.marks.more)
        return [*rows[: most - 1], last]
