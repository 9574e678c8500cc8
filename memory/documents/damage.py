"""What the readers of damaged PDF and DOCX files really raise."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from memory.errors import DocumentError

__all__ = ["damaged"]

DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,  # a RecursionError too
    SyntaxError,  # as lxml's are
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""The readers trust a file's structure, so a wrong byte shows up as nearly any built-in error."""


@contextmanager
def damaged(path: Path, what: str, *errors: type[Exception]) -> Iterator[None]:
    """Turn errors of a reader into one that names the file.

    Args:
        path: The file that is read.
        what: Its format, as the message names it.
        errors: The reader's own error classes.

    Raises:
        DocumentError: the reader gave up.
    """
    raised: tuple[type[Exception], ...] = (*DAMAGE, *errors)
    try:
        yield
    except raised as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise DocumentError(
            f"{path} is damaged, or not a {what} file ({why}). Open it in the program it comes "
            "from, save it anew, and try again."
        ) from error
