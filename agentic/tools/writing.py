"""Change the files of the workspace: write, edit, move."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentic.cleaning import CONTROL
from agentic.errors import ToolError
from agentic.safety.secrets import MARK
from agentic.sizes import human
from agentic.tools.base import tool
from agentic.tools.changing.anchored import Folder, open_folder, plainly
from agentic.tools.changing.diffs import difference
from agentic.tools.changing.editing import replaced
from agentic.tools.changing.filenames import check_name
from agentic.tools.changing.form import NEWLINE, Form, form_of
from agentic.tools.changing.happened import edited, moved
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.workspace import Workspace, displayed

__all__ = ["edit_file", "move_file", "write_file"]

_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class _Kept:
    """A text file that is there: its text, its form, and what the system says of it."""

    text: str
    form: Form
    seen: os.stat_result


@tool(effects=["writes"], repeatable=True, cached=False, confined=True)
def write_file(context: ToolContext, path: str, text: str) -> ToolOutput:
    """Write a text file: a new one, or all of one anew.

    Args:
        path: File in the workspace.
        text: All that the file is to hold.
    """
    workspace = Workspace(context.workspace)
    place = workspace.place_for(path, text=True)
    name = displayed(workspace.relative(place))
    _check_text(text)
    with _folder(workspace, place, name, "written", make=True) as folder:
        kept = _read(folder, place.name, name)
        form = kept.form if kept else Form()
        return _written(folder, place.name, name, kept, form.ended(text))


@tool(effects=["writes"], probe=edited, confined=True)
def edit_file(
    context: ToolContext, path: str, old: str, new: str, everywhere: bool = False
) -> ToolOutput:
    """Change some words of a text file, when what it says is known.

    Args:
        path: File in the workspace.
        old: The words to replace, exactly as they stand in the file.
        new: The words to put there.
        everywhere: Replace them in every place, not in the only one.
    """
    workspace = Workspace(context.workspace)
    place = workspace.find(path)
    workspace.check_writable(place)
    name = displayed(workspace.relative(place))
    _check_text(new)
    if NEWLINE.sub("\n", old) == NEWLINE.sub("\n", new):
        raise ToolError("'old' and 'new' are the same; nothing would change.")
    with _folder(workspace, place, name, "edited") as folder:
        kept = _read(folder, place.name, name)
        if kept is None:
            raise ToolError(f"{name!r} is no longer there.")
        words = kept.form.ended(new)
        text = replaced(kept.text, old, words, everywhere=everywhere, file=name)
        return _written(folder, place.name, name, kept, text)


@tool(effects=["writes"], probe=moved, confined=True)
def move_file(context: ToolContext, path: str, to: str) -> ToolOutput:
    """Move or rename a file or folder; nothing is overwritten.

    Args:
        path: File or folder in the workspace.
        to: Its new name, or the folder to put it in.
    """
    workspace = Workspace(context.workspace)
    place = workspace.find(path)
    workspace.check_writable(place)
    _check_no_link(workspace, path, place)
    target = _target(workspace, place, to)
    name, new = (displayed(workspace.relative(each)) for each in (place, target))
    if target.is_relative_to(place) and target != place:
        raise ToolError(f"{name!r} can't be moved into itself.")
    with (
        _folder(workspace, place, name, "moved") as folder,
        _folder(workspace, target, name, "moved", make=True) as goal,
    ):
        _check_free(folder, place.name, goal, target.name, new)
        folder.move(place.name, goal, target.name)
    return ToolOutput(f"Moved {name!r} to {new!r}.", (new,))


@contextmanager
def _folder(
    workspace: Workspace, place: Path, name: str, what: str, *, make: bool = False
) -> Iterator[Folder]:
    """The folder that a place lies in; what the system refuses there is told in words."""
    parts = place.parent.relative_to(workspace.folder).parts
    with plainly(name, what), open_folder(workspace.folder, parts, make=make) as folder:
        yield folder


def _check_text(text: str) -> None:
    if len(text) > _MOST_BYTES:
        raise ToolError(f"The text is too long; a file may have {human(_MOST_BYTES)}.")
    if found := MARK.search(text):
        raise ToolError(
            f"The text has {found[0]!r}, which only stands for a secret that can't be read; in a "
            "file it would take the secret's place. Change the other lines with edit_file."
        )
    plain = NEWLINE.sub("\n", text)
    found = CONTROL.search(plain)
    if found is not None:
        line = plain.count("\n", 0, found.start()) + 1
        raise ToolError(
            f"Line {line} of the text has a control character (U+{ord(found[0]):04X}); "
            "leave it out."
        )


def _read(folder: Folder, file: str, name: str) -> _Kept | None:
    """The text file of a name; None where there is none."""
    seen = folder.look(file)
    if seen is None:
        return None
    if stat.S_ISDIR(seen.st_mode):
        raise ToolError(f"{name!r} is a folder; give the name of a file.")
    if not stat.S_ISREG(seen.st_mode):
        raise ToolError(f"{name!r} is no regular file.")
    if not seen.st_mode & 0o222 or not folder.writable(file):
        raise ToolError(f"{name!r} is write-protected; write to another file.")
    if seen.st_size > _MOST_BYTES:
        size = human(seen.st_size)
        raise ToolError(f"{name!r} is too large to change ({size}; {human(_MOST_BYTES)} at most).")
    found = form_of(folder.read(file))
    if found is None:
        raise ToolError(f"{name!r} is not text that can be changed; write to another file.")
    return _Kept(*found, seen)


def _written(folder: Folder, file: str, name: str, kept: _Kept | None, text: str) -> ToolOutput:
    """Write a text, and tell what that changed."""
    form = kept.form if kept else Form()
    if kept and text == kept.text:
        return ToolOutput(f"{name!r} reads so already; nothing was changed.", (name,))
    data = form.encoded(text, name)
    if len(data) > _MOST_BYTES:
        raise ToolError(f"{name!r} would have {human(len(data))}; at most {human(_MOST_BYTES)}.")
    folder.replace(file, data, kept.seen if kept else None)
    diff = difference(kept.text if kept else "", text, name)
    done = "Changed" if kept else "Made"
    return ToolOutput(f"{done} {name!r} ({diff.counts} lines).\n{diff}".rstrip(), (name,))


def _check_no_link(workspace: Workspace, path: str, place: Path) -> None:
    """Refuse a link: what would be moved is what it leads to, which nobody named."""
    given = path.strip()
    for spelled in (given, given.replace("\\", "/")):
        if os.path.islink(workspace.folder / spelled):
            there = displayed(workspace.relative(place))
            raise ToolError(f"{displayed(path)!r} is a link; name what it leads to: {there!r}.")


def _target(workspace: Workspace, place: Path, to: str) -> Path:
    """Where it is to lie: in the folder that is named, or under the name itself."""
    spelled = to.strip().replace("\\", "/").rstrip("/")
    into = to.strip().endswith(("/", "\\")) or spelled in ("", ".")
    at = workspace.folder / spelled
    if into or (os.path.isdir(at) and not _same(at, place)):
        spelled = f"{spelled or '.'}/{place.name}"
    target = workspace.place_for(spelled)
    if not _same(target, place):
        return target
    # a system that takes "a" for "A" resolves the new spelling to the old one
    name = spelled.rpartition("/")[2]
    check_name(name, text=False)
    return target.with_name(name)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _check_free(folder: Folder, file: str, goal: Folder, new: str, shown: str) -> None:
    """Refuse to move onto something; another spelling of its own name is free."""
    seen, there = folder.look(file), goal.look(new)
    if seen is None:
        raise ToolError(f"{displayed(file)!r} is no longer there.")
    if not (stat.S_ISREG(seen.st_mode) or stat.S_ISDIR(seen.st_mode)):
        raise ToolError(f"{displayed(file)!r} is neither a file nor a folder.")
    respelled = there is not None and os.path.samestat(seen, there) and new not in goal.names()
    if there is not None and not respelled:
        raise ToolError(f"There is a {shown!r} already; give another name.")
