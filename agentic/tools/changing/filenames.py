"""Names that a new file or folder may have: such as every system keeps as they are written."""

import re
import unicodedata

from agentic.errors import ToolError

__all__ = ["check_length", "check_name", "shown_name"]

_MOST_BYTES = 255
_SIGNS = '<>:"|?*\\/'
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Devices of Windows, also with an ending: a file of that name could be opened by nobody there."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control characters, and those that a reader does not see."""
_BINARY = frozenset(
    {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".epub"}
    | {".png", ".jpg", ".jpeg", ".gif", ".webp", ".zip", ".gz", ".7z", ".exe"}
)
"""Endings of what is no text: with text in it no program could open it."""


def check_name(name: str, *, text: bool) -> None:
    """Refuse a name that some system can't have, or that hides what it is.

    Args:
        name: One part of a path.
        text: Whether it is to be the name of a text file.

    Raises:
        ToolError: if it can't be a name.
    """
    why = _objection(name)
    if why is not None:
        raise ToolError(f"{shown_name(name)!r} can't be a name: {why}.")
    ending = f".{name.casefold().rpartition('.')[2]}"
    if text and ending in _BINARY:
        raise ToolError(f"A {ending} file can't be written as text; give a name such as 'a.md'.")


def check_length(path: str) -> None:
    """Refuse a path with a part that is longer than file systems allow.

    Raises:
        ToolError: if it has one.
    """
    if any(len(part.encode(errors="replace")) > _MOST_BYTES for part in re.split(r"[/\\]", path)):
        raise ToolError(
            f"A name in {shown_name(path)!r} is too long; it may have {_MOST_BYTES} letters, or "
            f"{_MOST_BYTES // 3} Chinese characters."
        )


def shown_name(name: str) -> str:
    """A name or path fit to be shown: no control characters, no half characters, not endless."""
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _objection(name: str) -> str | None:
    if any(unicodedata.category(sign) in _UNSEEN for sign in name):
        return "it has a character that is not seen"
    if found := next((sign for sign in name if sign in _SIGNS), None):
        return f"it has {found!r}"
    if name != name.rstrip(". ") or name != name.lstrip(" "):
        return "it begins or ends in a blank, or ends in a dot"
    if _RESERVED.fullmatch(name):
        return "Windows keeps it for a device"
    return None
