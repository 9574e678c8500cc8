"""Chunks: passages of a size for an embedder, cut where the document has its joints.

    sections   blocks under one path of headings; a heading alone goes with what follows it
    -> units   a block that fits in, or the sentences or lines of one that does not
    -> chunks  as many units as fit in, after the last sentences of the chunk before

No chunk has parts of two sections. Every part of the text is counted once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from memory.documents.cutting import Piece, pieces
from memory.documents.document import Block, Chunk, Document

__all__ = ["WHOLE", "chunk"]

WHOLE = 4
"""Times the size of a chunk that code may have before it is cut. A function in two halves says
less than one whose end the embedder does not see; its words are found all the same."""

Unit = list[Piece]


def chunk(
    document: Document, count: Callable[[str], int], *, size: int = 256, overlap: int = 32
) -> list[Chunk]:
    """Cut a document.

    Args:
        document: What `load` gave.
        count: Gives the tokens of a text, as the embedder counts them. What it adds to every text
            (its count of "") is taken into account. A text may not count more than its parts
            together.
        size: Most tokens of a chunk. Only a block of code may have more, `WHOLE` times as many.
        overlap: Most tokens that a chunk repeats from the one before: whole sentences at its end.

    Returns:
        Chunks in reading order, that together have all of the text.

    Raises:
        ValueError: size or overlap makes no sense.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be at least 0 and less than size, not {overlap} of {size}.")
    always = count("")
    room = size - always
    if room < 1:
        raise ValueError(f"size must be more than {always}, which every text has, not {size}.")
    chunks: list[Chunk] = []
    for section in _sections(document.blocks):
        units = _units(section, lambda text: count(text) - always, room)
        chunks += [_chunk(parts, section[-1].headings) for parts in _packed(units, room, overlap)]
    return chunks


def _sections(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    section: list[Block] = []
    for block in blocks:
        if section and block.headings != section[-1].headings and not _leads_to(section, block):
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _leads_to(section: Sequence[Block], block: Block) -> bool:
    """Whether a section has only headings so far, and the block stands under them."""
    path = section[-1].headings
    return block.headings[: len(path)] == path and all(b.kind == "heading" for b in section)


def _units(section: Iterable[Block], count: Callable[[str], int], room: int) -> Iterator[Unit]:
    """What is kept together: blocks, or the pieces of those that are too large."""
    above: Block | None = None
    for block in section:
        parts = list(pieces(block, _between(above, block), count, room, room * WHOLE))
        whole = room * WHOLE if block.kind == "code" else room
        yield from [parts] if _tokens(parts) <= whole else ([part] for part in parts)
        above = block


def _between(above: Block | None, block: Block) -> str:
    """A line feed where blocks follow each other line by line, or are rows; else a blank line."""
    if above is None:
        return ""
    if above.lines and block.lines:
        close = block.lines[0] <= above.lines[1] + 1
    else:
        close = above.kind == block.kind == "table"
    return "\n" if close else "\n\n"


def _packed(units: Iterable[Unit], room: int, overlap: int) -> Iterator[list[Piece]]:
    held: list[Piece] = []
    used, new = 0, False
    for unit in units:
        tokens = _tokens(unit)
        if new and used + tokens > room:
            yield held
            held = _last_sentences(held, min(overlap, room - tokens))
            used, new = _tokens(held), False
        held += unit
        used, new = used + tokens, True
    if new:
        yield held


def _last_sentences(parts: Sequence[Piece], room: int) -> list[Piece]:
    found: list[Piece] = []
    for part in reversed(parts):
        room -= part.tokens
        if room < 0 or not part.sentence:
            break
        found.insert(0, part)
    return found


def _tokens(parts: Iterable[Piece]) -> int:
    return sum(part.tokens for part in parts)


def _chunk(parts: Sequence[Piece], headings: tuple[str, ...]) -> Chunk:
    text = parts[0].text + "".join(part.before + part.text for part in parts[1:])
    lines = [part.lines for part in parts if part.lines is not None]
    pages = [part.page for part in parts if part.page is not None]
    return Chunk(
        text,
        headings,
        (min(first for first, _ in lines), max(last for _, last in lines)) if lines else None,
        (min(pages), max(pages)) if pages else None,
    )
