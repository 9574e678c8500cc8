"""The journal of a run's calls: a line before each call and a line after it."""

import json
import logging
import time
from pathlib import Path
from typing import Any

from agentic.filing import append_line
from agentic.state import Observation, ToolCall

__all__ = ["NAME", "ended", "started"]

_log = logging.getLogger(__name__)

NAME = "calls.jsonl"
"""The journal's name in the folder of a run's files."""


def started(files: Path | None, call: ToolCall, args: dict[str, Any]) -> None:
    """Note that a call is about to be made.

    Args:
        files: Folder of the run's files; None where nothing is kept.
        call: The call.
        args: Its arguments as JSON can carry them.
    """
    _note(files, {"event": "started", "id": call.id, "name": call.name, "args": args})


def ended(files: Path | None, seen: Observation) -> None:
    """Note what came of a call, and how many seconds it took."""
    told = seen.model_dump(mode="json", include={"id", "name", "ok", "result", "seconds"})
    _note(files, {"event": "ended", **told, "in_doubt": seen.in_doubt})


def _note(files: Path | None, entry: dict[str, Any]) -> None:
    """Append a line; a journal that can't be written is told of in the log and ends no run."""
    if files is None:
        return
    line = json.dumps({"at": time.time(), **entry}, ensure_ascii=False, default=str)
    try:
        append_line(files / NAME, line)
    except OSError as error:
        _log.warning("the journal could not be written: %s", error)
