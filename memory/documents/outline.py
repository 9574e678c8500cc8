"""The headings that a place in a document stands under."""

__all__ = ["Outline"]


class Outline:
    """A path of headings that grows and shrinks while a document is read."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []

    @property
    def path(self) -> tuple[str, ...]:
        """Headings above this place, outermost first."""
        return tuple(text for _, text in self._open)

    def enter(self, level: int, text: str) -> None:
        """A heading begins; it ends those of its level and below.

        Args:
            level: 1 for the outermost.
            text: Its words; a heading without any ends the others and adds nothing.
        """
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        if text:
            self._open.append((level, text))
