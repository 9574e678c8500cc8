"""Look at the files of the workspace: list, read, search."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from agentic.errors import ToolError
from agentic.sizes import human
from agentic.tools.base import tool
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.reading import counted, matching_lines, page, read_lines, searchable_lines
from agentic.tools.workspace import Workspace, displayed

__all__ = ["list_files", "read_file", "search_files"]

_MOST_ENTRIES = 100
_MOST_HITS = 25
_CUT = "(There are too many files; not all were looked at. Name a folder in the pattern.)"


@tool(effects=["reads"])
def list_files(context: ToolContext, folder: str = ".", pattern: str = "*") -> ToolOutput:
    """List the files in a folder, when names or sizes are needed.

    Args:
        folder: Folder in the workspace.
        pattern: Which names, such as "*.md", or "**/*.py" for subfolders too.
    """
    workspace = Workspace(context.workspace)
    place = workspace.find(folder)
    if not place.is_dir():
        raise ToolError(f"{displayed(folder)!r} is a file, not a folder; use read_file.")
    _check_readable(place)
    entries = list(workspace.walk(place, pattern))
    name = displayed(workspace.relative(place))
    if not entries:
        return ToolOutput(f"Nothing in {name!r} matches {displayed(pattern)!r}.", (name,))
    lines = [f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'} in {name!r}:"]
    lines += [_entry(workspace, entry) for entry in entries[:_MOST_ENTRIES]]
    if len(entries) > _MOST_ENTRIES:
        lines.append(f"… {len(entries) - _MOST_ENTRIES} more; narrow the pattern.")
    if not workspace.complete:
        lines.append(_CUT)
    return ToolOutput("\n".join(lines), (name,))


@tool(effects=["reads"])
def read_file(
    context: ToolContext, path: str, start_line: Annotated[int, Field(ge=1)] = 1
) -> ToolOutput:
    """Read a text file whose name is known.

    Args:
        path: File in the workspace.
        start_line: First line to read, for long files.
    """
    workspace = Workspace(context.workspace)
    place = workspace.find(path)
    if place.is_dir():
        raise ToolError(f"{displayed(path)!r} is a folder, not a file; use list_files.")
    lines, encoding = read_lines(place, displayed(path))
    name = displayed(workspace.relative(place))
    if not lines:
        return ToolOutput(f"({name} is empty)", (name,))
    if start_line > len(lines):
        raise ToolError(f"{name!r} has {counted(len(lines), 'line')}; start_line is past its end.")
    shown = page(lines[start_line - 1 :])
    last = start_line + len(shown) - 1
    notes = []
    if len(shown) < len(lines):
        more = f"; read on with start_line={last + 1}" if last < len(lines) else ""
        notes.append(f"lines {start_line}-{last} of {len(lines)}{more}")
    if encoding:
        notes.append(f"read as {encoding}, which is a guess")
    footer = f"\n({'; '.join(notes)})" if notes else ""
    return ToolOutput("\n".join(shown) + footer, (f"{name}:{_span(start_line, last)}",))


@tool(effects=["reads"])
def search_files(context: ToolContext, text: str, pattern: str = "**/*") -> ToolOutput:
    """Find which files and lines contain a word or phrase.

    Args:
        text: The word or phrase as it is written; upper and lower case are alike.
        pattern: Which files, such as "**/*.py".
    """
    if not text.strip():
        raise ToolError("There is nothing to search for: 'text' is empty.")
    workspace = Workspace(context.workspace)
    wanted = text.strip().casefold()
    deep = pattern if "/" in pattern or "\\" in pattern else f"**/{pattern}"
    hits: list[str] = []
    sources: list[str] = []
    searched = unread = files = count = 0
    for place in workspace.walk(workspace.folder, deep):
        if not (workspace.holds(place) and place.is_file()):
            continue
        content = searchable_lines(place)
        unread += content is None
        searched += content is not None
        found = matching_lines(content or [], wanted)
        if found:
            name = displayed(workspace.relative(place))
            files += 1
            count += len(found)
            fitting = found[: _MOST_HITS - len(hits)]
            sources += [f"{name}:{n}" for n, _ in fitting]
            hits += [f"{name}:{n}: {line}" for n, line in fitting]
    passed = f" ({counted(unread, 'file')} too large or not readable)" if unread else ""
    passed += "" if workspace.complete else f" {_CUT}"
    quoted = f"{text.strip()[:80]!r}"
    if not hits:
        return ToolOutput(f"{quoted} is in none of {counted(searched, 'file')}{passed}.")
    head = f"{counted(count, 'line')} with {quoted} in {counted(files, 'file')}{passed}"
    if count > len(hits):
        head += f", the first {len(hits)}"
    return ToolOutput("\n".join([f"{head}:", *hits]), tuple(sources))


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _entry(workspace: Workspace, place: Path) -> str:
    name = displayed(workspace.relative(place))
    if not workspace.holds(place):
        return f"{name} (link out of the workspace)"
    if place.is_dir():
        return f"{name}/ (folder)"
    return f"{name} ({human(place.stat().st_size)})" if place.is_file() else f"{name} (no file)"


def _check_readable(folder: Path) -> None:
    """`os.walk` passes over a folder it may not read, which would look like an empty one."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise ToolError(f"{folder.name!r} can't be read: {error.strerror}.") from error
