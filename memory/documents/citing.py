"""Where a passage comes from, as a person writes and reads it."""

from memory.documents.document import Lines

__all__ = ["cite"]

LONGEST = 60
"""Characters of a heading that are shown."""


def cite(
    source: str,
    headings: tuple[str, ...] = (),
    lines: Lines | None = None,
    pages: tuple[int, int] | None = None,
) -> str:
    """A reference in one line: "docs/guide.md:12-20 § Setup > Linux", "report.pdf p. 3".

    Args:
        source: Name of the document.
        headings: Path of headings, outermost first.
        lines: First and last line, from 1.
        pages: First and last page, from 1.
    """
    place = _line(source)
    if lines is not None:
        place += f":{_span(lines)}"
    if pages is not None:
        place += f" {'p.' if pages[0] == pages[1] else 'pp.'} {_span(pages)}"
    path = " > ".join(_short(heading) for heading in headings)
    return f"{place} § {path}" if path else place


def _span(span: tuple[int, int]) -> str:
    first, last = span
    return str(first) if first == last else f"{first}-{last}"


def _short(heading: str) -> str:
    heading = _line(heading)
    return heading if len(heading) <= LONGEST else f"{heading[: LONGEST - 1]}…"


def _line(text: str) -> str:
    return " ".join(text.split())
