"""JSON and JSON Lines, as the text they are."""

import re
from pathlib import Path

from memory.documents.document import Block, Document
from memory.documents.files import read_text

__all__ = ["load_json"]

_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)((?:\\u[0-9a-fA-F]{4})+)")


def load_json(path: Path, data: bytes) -> Document:
    r"""A block for each line; letters written as \u... are put in, for nobody looks for those."""
    text, encoding = read_text(path, data)
    blocks = [
        Block(line.rstrip(), lines=(number, number), kind="table")
        for number, line in enumerate(_unescaped(text).split("\n"), 1)
        if line.strip()
    ]
    return Document(path.name, "json", encoding, tuple(blocks))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: match[1] + _letters(match[2]), text)


def _letters(escaped: str) -> str:
    """The characters, unless there is one that JSON or UTF-8 has to escape."""
    units = bytes.fromhex(escaped.replace("\\u", ""))
    try:
        letters = units.decode("utf-16-be")
    except UnicodeDecodeError:
        return escaped
    return (
        letters if all(letter >= "\xa0" and letter.isprintable() for letter in letters) else escaped
    )
