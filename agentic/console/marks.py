"""The signs and styles of the console: few, quiet, and plain where the encoding lacks them."""

from dataclasses import dataclass

from rich.console import Console

__all__ = ["ACCENT", "ALERT", "QUIET", "Marks", "marks_for"]

ACCENT = "cyan"
QUIET = "dim"
ALERT = "red"


@dataclass(frozen=True)
class Marks:
    """The signs of one repertoire of characters."""

    open: str = "○"
    done: str = "✓"
    failed: str = "✗"
    again: str = "↻"
    arrow: str = "→"
    dot: str = "·"
    more: str = "…"
    prompt: str = "❯"
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    bar: str = "│"

    def fits(self, encoding: str) -> bool:
        """Whether an encoding has all of them."""
        try:
            "".join(vars(self).values()).encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True


_ASCII = Marks("o", "+", "x", "~", "->", "-", "...", ">", "|/-\\", "|")


def marks_for(console: Console) -> Marks:
    """The signs that a console can show."""
    marks = Marks()
    return marks if marks.fits(console.encoding) else _ASCII
