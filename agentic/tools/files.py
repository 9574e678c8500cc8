"""Look at the files of the workspace: list, read, search."""

import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from agentic.errors import ToolError
from agentic.sizes import human
from agentic.tools.base import tool
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.documents import document_lines, is_document, matching, shown_document
from agentic.tools.reading import counted, matching_lines, page, read_lines, searchable_lines
from agentic.tools.workspace import Workspace, displayed

__all__ = ["list_files", "read_file", "search_files"]

_MOST_ENTRIES = 100
_MOST_HITS = 25
_DOCUMENT_SECONDS = 20.0
"""Time after which a search opens no further PDF and DOCX files."""
_DOCUMENT_BYTES = 10_000_000
"""Bytes of a PDF or DOCX file up to which a search opens it."""
_CUT = "(There are too many files; not all were looked at. Name a folder in the pattern.)"


@tool(effects=["reads"], untrusted=True)
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


@tool(effects=["reads"], untrusted=True, timeout=60)
def read_file(
    context: ToolContext,
    path: str,
    start_line: Annotated[int, Field(ge=1)] = 1,
    start_page: Annotated[int, Field(ge=1)] = 1,
) -> ToolOutput:
    """Read a file whose name is known: text, PDF or DOCX.

    Args:
        path: File in the workspace.
        start_line: First line to read, for long files.
        start_page: First page to read, for a PDF.
    """
    workspace = Workspace(context.workspace)
    place = workspace.find(path)
    if place.is_dir():
        raise ToolError(f"{displayed(path)!r} is a folder, not a file; use list_files.")
    name = displayed(workspace.relative(place))
    if place.is_file() and is_document(workspace.folder, place):
        return shown_document(workspace.folder, place, name, start_page, start_line)
    lines, encoding = read_lines(workspace.folder, place, displayed(path))
    if start_page > 1:
        raise ToolError(f"{name!r} has no pages; use start_line.")
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


@tool(effects=["reads"], untrusted=True, timeout=60)
def search_files(context: ToolContext, text: str, pattern: str = "**/*") -> ToolOutput:
    """Find which files and lines contain a word or phrase.

    Args:
        text: The word or phrase as it is written; upper and lower case are alike.
        pattern: Which files, such as "**/*.py".
    """
    if not text.strip():
        raise ToolError("There is nothing to search for: 'text' is empty.")
    workspace = Workspace(context.workspace)
    find = _finder(workspace.folder, text.strip().casefold())
    deep = pattern if "/" in pattern or "\\" in pattern else f"**/{pattern}"
    hits: list[str] = []
    sources: list[str] = []
    searched = unread = files = count = 0
    for place in workspace.walk(workspace.folder, deep):
        if context.cancelled.is_set():
            break
        if not (workspace.holds(place) and place.is_file()):
            continue
        found = find(place.resolve(), displayed(workspace.relative(place)))
        unread += found is None
        searched += found is not None
        if found:
            files += 1
            count += len(found)
            fitting = found[: _MOST_HITS - len(hits)]
            sources += [source for source, _ in fitting]
            hits += [f"{source}: {line}" for source, line in fitting]
    passed = f" ({counted(unread, 'file')} too large or not readable)" if unread else ""
    passed += "" if workspace.complete else f" {_CUT}"
    quoted = f"{text.strip()[:80]!r}"
    if not hits:
        return ToolOutput(f"{quoted} is in none of {counted(searched, 'file')}{passed}.")
    head = f"{counted(count, 'line')} with {quoted} in {counted(files, 'file')}{passed}"
    if count > len(hits):
        head += f", the first {len(hits)}"
    return ToolOutput("\n".join([f"{head}:", *hits]), tuple(dict.fromkeys(sources)))


def _finder(root: Path, wanted: str) -> Callable[[Path, str], list[tuple[str, str]] | None]:
    """A search for the folded text in one file: citation and line of each hit, None if unread.

    PDF and DOCX files take long to open: after some seconds those that are left are not.
    """
    until = time.monotonic() + _DOCUMENT_SECONDS

    def find(place: Path, name: str) -> list[tuple[str, str]] | None:
        if is_document(root, place):
            try:
                if time.monotonic() >= until or place.stat().st_size > _DOCUMENT_BYTES:
                    return None
                return matching(document_lines(root, place, name), name, wanted)
            except (ToolError, OSError):
                return None
        lines = searchable_lines(root, place)
        if lines is None:
            return None
        return [(f"{name}:{number}", line) for number, line in matching_lines(lines, wanted)]

    return find


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _entry(workspace: Workspace, place: Path) -> str:
    name = displayed(workspace.relative(place))
    if not workspace.holds(place):
        return f"{name} (link out of the workspace)"
    seen = workspace.look(place)
    if seen is None or not (stat.S_ISDIR(seen.st_mode) or stat.S_ISREG(seen.st_mode)):
        return f"{name} (no file)"
    if stat.S_ISDIR(seen.st_mode):
        return f"{name}/ (folder)"
    return f"{name} ({human(seen.st_size)})"


def _check_readable(folder: Path) -> None:
    """`os.walk` passes over a folder it may not read, which would look like an empty one."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise ToolError(f"{folder.name!r} can't be read: {error.strerror}.") from error
