"""Whether an edit or a move that was cut off had its effect, as the files tell."""

import os
import stat

from agentic.errors import ToolError
from agentic.tools.changing.form import NEWLINE
from agentic.tools.context import ToolContext
from agentic.tools.reading import read_lines
from agentic.tools.workspace import Workspace

__all__ = ["edited", "moved"]


def edited(context: ToolContext, path: str, old: str, new: str) -> bool | None:
    """Whether a file was edited: the old words are gone, and the new ones are there.

    None where both stand in it, or neither: someone else may have been there.
    """
    workspace = Workspace(context.workspace)
    try:
        place = workspace.find(path)
        lines, _ = read_lines(workspace.folder, place, path)
    except ToolError:  # the file is not there, or is no text: nothing tells
        return None
    text = "\n".join(lines)
    before, after = (NEWLINE.sub("\n", words).strip("\n") in text for words in (old, new))
    if before == after:
        return None
    return after


def moved(context: ToolContext, path: str, to: str) -> bool | None:
    """Whether a file or folder was moved: it is gone, and there is one where it was to go."""
    workspace = Workspace(context.workspace)
    if _there(workspace, path):
        return False
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    within = _there(workspace, f"{to.rstrip('/')}/{name}")
    seen = _there(workspace, to)
    renamed = seen is not None and not stat.S_ISDIR(seen.st_mode)
    return True if within or renamed else None


def _there(workspace: Workspace, path: str) -> os.stat_result | None:
    try:
        return workspace.look(workspace.find(path))
    except ToolError:
        return None
