"""Results too long to be read at once: kept whole in the run's files, and read on from there."""

import logging
import re
from pathlib import Path
from typing import Annotated

from pydantic import Field

from agentic.cleaning import clean
from agentic.errors import ToolError
from agentic.filing import private_folder, whole
from agentic.naming import did_you_mean, nearest
from agentic.tools.base import tool
from agentic.tools.context import ToolContext
from agentic.tools.rendering import fit

__all__ = ["keep", "read_result", "within"]

_log = logging.getLogger(__name__)

_FOLDER = "results"
_PAGE = 3000
_FOOTER = 200
"""Characters that the line about what follows may take."""


def within(text: str, most: int, call_id: str, files: Path | None) -> tuple[str, bool]:
    """What the model reads of a result, and whether the whole of it was kept.

    Args:
        text: The result, of any length.
        most: Characters that the outcome has at most.
        call_id: Id of the call.
        files: Folder of the run's files; None where nothing is kept.
    """
    if len(text) <= most or files is None or not keep(text, call_id, files):
        return fit(text, most), False

    def left_out(count: int, start: int) -> str:
        more = f"read_result(call={call_id!r}, start={start}) reads on"
        return f"\n… {count:,} characters left out; {more} …\n"

    return fit(text, most, left_out), True


def keep(text: str, call_id: str, files: Path) -> bool:
    """Write a result to the run's files; False, with a line in the log, where that fails."""
    place = _place(files, call_id)
    try:
        private_folder(place.parent)
        with whole(place) as file:
            file.write(clean(text).encode())
    except OSError as error:
        _log.warning("the result of call %s could not be kept: %s", call_id, error)
        return False
    return True


# the result that it reads on in has its marks already
@tool(effects=["reads"], untrusted=False, private=False, max_chars=_PAGE + _FOOTER)
def read_result(context: ToolContext, call: str, start: Annotated[int, Field(ge=0)] = 0) -> str:
    """Read on in a long result of which only a part was shown.

    Args:
        call: The call's id, as it stands in the result.
        start: Where to begin, in characters.
    """
    there = _kept(context.files)
    if call not in there:
        names = ", ".join(there) or "none"
        hint = did_you_mean(nearest(call, there))
        raise ToolError(f"No long result of call {call[:40]!r}; there are: {names}.{hint}")
    text = there[call].read_text(encoding="utf-8")
    if start >= len(text):
        raise ToolError(f"The result has {len(text):,} characters; start is past its end.")
    end = min(start + _PAGE, len(text))
    more = f"; read on with start={end}" if end < len(text) else ""
    return f"{text[start:end]}\n(characters {start:,}-{end:,} of {len(text):,}{more})"


def _place(files: Path, call_id: str) -> Path:
    return files / _FOLDER / f"{re.sub(r'[^0-9A-Za-z_-]', '_', call_id)[:80]}.txt"


def _kept(files: Path | None) -> dict[str, Path]:
    if files is None:
        return {}
    return {place.stem: place for place in sorted((files / _FOLDER).glob("*.txt"))}
