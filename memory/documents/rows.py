"""CSV and TSV: a block for each row, which names its columns."""

import csv
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from memory.documents.document import Block, Document
from memory.documents.files import read_text
from memory.documents.text import paragraphs

__all__ = ["load_csv"]

SAMPLE = 8192
"""Characters that the separator is guessed from."""


def load_csv(path: Path, data: bytes) -> Document:
    """A table whose every row reads "column: value; column: value", so that it can stand alone."""
    text, encoding = read_text(path, data)
    separator = "\t" if path.suffix.lower() == ".tsv" else _separator(text[:SAMPLE])
    lines = text.split("\n")
    try:
        blocks = list(_blocks(lines, separator))
    except csv.Error:  # a quote that is never closed
        blocks = list(paragraphs(lines, kind="table"))
    return Document(path.name, "csv", encoding, tuple(blocks))


def _separator(sample: str) -> str:
    try:
        return csv.Sniffer().sniff(sample, delimiters=",;\t|").delimiter
    except csv.Error:
        return ","


def _blocks(lines: Sequence[str], separator: str) -> Iterator[Block]:
    rows = _rows(lines, separator)
    first = next(rows, None)
    if first is None:
        return
    header = first[0] if _is_header(first[0]) else []
    rest = list(rows)
    for values, span in rest if header and rest else [first, *rest]:
        cells = zip_longest(header if rest else [], values, fillvalue="")
        text = "; ".join(
            f"{column}: {value}" if column else value for column, value in cells if value
        )
        yield Block(text, lines=span, kind="table")


def _rows(lines: Sequence[str], separator: str) -> Iterator[tuple[list[str], tuple[int, int]]]:
    """Rows that are not blank, and the lines they stand on; a quoted value may have several."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=separator)
    after = 0
    for row in reader:
        values = [value.strip() for value in row]
        if any(values):
            yield values, (after + 1, reader.line_num)
        after = reader.line_num


def _is_header(row: Sequence[str]) -> bool:
    """Whether a first row names the columns: each once, and none with a number."""
    return all(row) and len(set(row)) == len(row) and not any(map(_is_number, row))


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", ""))
    except ValueError:
        return False
    return True
