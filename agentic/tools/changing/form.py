"""The form of a text file: its encoding, byte order mark and line ends, which an edit keeps."""

import codecs
import re
from dataclasses import dataclass

from agentic.errors import ToolError
from agentic.tools.decoding import decode

__all__ = ["NEWLINE", "Form", "form_of"]

NEWLINE = re.compile(r"\r\n|\r|\n")

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CODECS = {"Big5": "big5hkscs", "GB18030": "gb18030", "Latin-1": "cp1252"}
"""What `decode` calls an encoding that it guessed, and what it reads it with."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the text of a file stands in it.

    Attributes:
        encoding: As Python names it.
        name: As people do.
        mark: Its byte order mark, or nothing.
        newline: The line end that it has most often.
    """

    encoding: str = "utf-8"
    name: str = "UTF-8"
    mark: bytes = b""
    newline: str = "\n"

    def ended(self, text: str) -> str:
        """The text with the line ends of the file."""
        return NEWLINE.sub(self.newline, text)

    def encoded(self, text: str, file: str) -> bytes:
        """The bytes of a text.

        Args:
            text: The text, its line ends as they are to be.
            file: What an error calls the file.

        Raises:
            ToolError: if the encoding has not all of its characters.
        """
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            sign = text[error.start]
            raise ToolError(
                f"{file!r} is in {self.name}, which has no {sign!r}; leave it out, or write a new "
                "file."
            ) from error


def form_of(data: bytes) -> tuple[str, Form] | None:
    """The text of a file, its line ends as they are, and its form.

    None for binary data, and for what would not be the same bytes if it were written back.
    """
    decoded = decode(data)
    if decoded is None:
        return None
    text, guessed = decoded
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    encoding = _CODECS[guessed] if guessed else _MARKS.get(mark, "utf-8")
    form = Form(encoding, guessed or encoding.upper(), mark, _newline(text))
    try:
        return (text, form) if form.encoded(text, "") == data else None
    except ToolError:
        return None


def _newline(text: str) -> str:
    ends = NEWLINE.findall(text)
    return max(("\n", "\r\n", "\r"), key=ends.count)
