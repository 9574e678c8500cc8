"""A page: paragraphs with a hanging indent, fitted to the width of the console."""

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from agentic.console.marks import marks_for
from agentic.console.text import wrap

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
        """Print one line as it is; nothing in it may be wider than the page."""
        text = Text.assemble(*spans)
        text.rstrip()
        self.console.print(text)

    def blank(self) -> None:
        """Print an empty line."""
        self.console.print()

    def paragraph(
        self, head: list[Span], body: str, style: str = "", hang: int | None = None
    ) -> None:
        """Print a body behind its head, wrapped.

        Args:
            head: What the first row begins with.
            body: The text, of any number of lines.
            style: The body's style.
            hang: Columns by which further rows are indented; by default the head's, as long as
                they leave the body two thirds of the page.
        """
        lead = sum(cell_len(text) for text, _ in head)
        if hang is None:
            hang = lead if lead <= self.width // 3 else 4
        first, *rows = wrap(body, self.width - hang, lead - hang)
        self.line(*head, (first, style))
        for row in rows:
            self.line((" " * hang if row else "", ""), (row, style))
