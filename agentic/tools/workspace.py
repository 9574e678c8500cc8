"""The folder that file tools work under: no path leads out of it, whatever it is made of.

A place that is found here was inside when it was looked at. What is then done there goes through
`changing.anchored`, which follows no link: a folder that became one meanwhile leads nowhere.
"""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from agentic.errors import ToolError
from agentic.naming import did_you_mean, nearest
from agentic.settings import settings
from agentic.tools.changing.anchored import ANCHORED, open_folder
from agentic.tools.changing.filenames import check_length, check_name, shown_name

__all__ = ["Workspace", "displayed"]

_SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "node_modules", ".idea", ".vscode"}
    | {"__pycache__", ".cache", ".hypothesis", ".import_linter_cache", ".mypy_cache"}
    | {".pytest_cache", ".ruff_cache", ".DS_Store"}
)
"""Version control, environments and caches: nobody asks for what lies in them."""
_KEPT_OUT = frozenset(name.casefold() for name in _SKIPPED)
_MOST_ENTRIES = 20_000
_LONGEST_PATTERN = 200
_DEEPEST = 100
"""Folders within one another that are looked into: each is held open meanwhile."""


class Workspace:
    """A folder and what lies under it; links that lead out of it don't count.

    Args:
        folder: The folder, which must be there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.complete = True

    def find(self, path: str) -> Path:
        """The resolved place of an existing file or folder.

        Args:
            path: Relative to the workspace, or absolute within it; "\\\\" is taken for "/".

        Raises:
            ToolError: if it is not there, or leads out of the workspace by "..", "~", an
                absolute path or a link. Nothing is said about what lies outside.
        """
        place = self._inside(path.strip() or ".")
        if place is None:
            place = self._inside(path.strip().replace("\\", "/"))
        if place is None:
            raise ToolError(f"There is no {displayed(path)!r} here.{self._near(path)}")
        return place

    def place_for(self, path: str, *, text: bool = False) -> Path:
        """The resolved place for something to write, which need not be there yet.

        Args:
            path: As `find` takes it; a link within the workspace is followed.
            text: Whether it is to be a text file.

        Raises:
            ToolError: if it leads out of the workspace, is the workspace itself, lies in version
                control, an environment or a cache, or has a name that can't be one.
        """
        wanted = path.strip()
        check_length(wanted)
        if not self._inside(wanted):
            wanted = wanted.replace("\\", "/")
        there = self._inside(wanted)
        place = there or self._resolved(wanted)
        if text and wanted.endswith("/"):
            raise ToolError(f"{displayed(path)!r} names a folder; give the name of a file.")
        self.check_writable(place)
        if there is None:
            check_name(place.name, text=text)
        return place

    def check_writable(self, place: Path) -> None:
        """Refuse what programs keep for themselves, and names that no new folder may have.

        Args:
            place: A resolved place in the workspace.

        Raises:
            ToolError: if it is the workspace itself, lies in version control, an environment or a
                cache, or a folder on the way would have to be made and can't have its name.
        """
        if place == self.folder:
            raise ToolError("That is the workspace itself; give the name of a file in it.")
        at = self.folder
        for part in place.relative_to(self.folder).parts:
            at = at / part
            if _kept_name(part) in _KEPT_OUT:
                raise ToolError(
                    f"Nothing may be written in {displayed(part)!r}, which programs keep for "
                    "themselves; choose another folder."
                )
            if at != place and not at.exists():
                check_name(part, text=False)
        home = settings().home.resolve()
        if place.is_relative_to(home) and not self.folder.is_relative_to(home):
            raise ToolError(
                "Nothing may be written where this program keeps its own files; choose another "
                "folder."
            )

    def relative(self, place: Path) -> str:
        """The place as the model and sources name it: relative, with "/", "." for the workspace."""
        return place.relative_to(self.folder).as_posix()

    def walk(self, folder: Path, pattern: str) -> Iterator[Path]:
        """Files and folders under a folder that a pattern such as "*.md" or "**/*.py" matches.

        Version control, caches and environments are left out, links to folders not followed.
        At most 20,000 entries are looked at; if there are more, `complete` becomes False.

        Raises:
            ToolError: if the pattern leads out of the folder.
        """
        parts = _pattern_parts(pattern)
        seen = 0
        for at, folders, files in self._levels(folder):
            above = tuple(part.casefold() for part in at.parts)
            for name in [*sorted(folders), *sorted(files)]:
                seen += 1
                if seen > _MOST_ENTRIES:
                    self.complete = False
                    return
                if name not in _SKIPPED and _matches((*above, name.casefold()), parts):
                    yield folder / at / name
            folders[:] = sorted(
                name
                for name in folders
                if name not in _SKIPPED and _leads_on((*above, name.casefold()), parts)
            )
            if len(above) >= _DEEPEST and folders:
                self.complete = False
                folders.clear()

    def _levels(self, folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
        """Each folder below one, by its path from there, with what it has of folders and files."""
        if not ANCHORED:
            for root, folders, files in os.walk(folder):
                yield Path(root).relative_to(folder), folders, files
            return
        parts = folder.relative_to(self.folder).parts
        # one that is no longer there is as if it were empty
        with suppress(OSError), open_folder(self.folder, parts) as anchor:
            for root, folders, files, _ in os.fwalk(".", dir_fd=anchor.handle):
                yield Path(root), folders, files

    def look(self, place: Path) -> os.stat_result | None:
        """What the system says of a place in the workspace; None where there is nothing."""
        with suppress(OSError, RuntimeError, ValueError):
            real = place.resolve()
            if real == self.folder:
                return real.stat()
            with open_folder(self.folder, real.parent.relative_to(self.folder).parts) as folder:
                return folder.look(real.name)
        return None

    def holds(self, place: Path) -> bool:
        """Whether a place, its links followed, lies in the workspace."""
        try:
            return place.resolve().is_relative_to(self.folder)
        except (OSError, RuntimeError):  # a loop of links
            return False

    def _inside(self, path: str) -> Path | None:
        """The place if it is there, None if it is not."""
        place = self._resolved(path)
        try:
            there = place.exists()
        except (OSError, RuntimeError, ValueError) as error:
            raise _no_path(path) from error
        if path.startswith("~") and not there:
            raise _outside(path)
        return place if there else None

    def _resolved(self, path: str) -> Path:
        """The place without links and "..", there or not."""
        try:
            place = (self.folder / path).resolve()
        except (OSError, RuntimeError, ValueError) as error:  # too long, a loop, a NUL byte
            raise _no_path(path) from error
        if not place.is_relative_to(self.folder):
            raise _outside(path)
        return place

    def _near(self, path: str) -> str:
        there: dict[str, str] = {}  # by stem: names are not alike for ending alike
        for place in self.walk(self.folder, "**/*"):
            there.setdefault(_plain(place.stem), displayed(self.relative(place)))
        meant = nearest(_plain(PurePosixPath(path.replace("\\", "/")).stem), there)
        return did_you_mean(there[meant] if meant is not None else None)


displayed = shown_name


def _kept_name(part: str) -> str:
    """A name as the most forgiving file system takes it: such as leaves out what is not seen."""
    seen = "".join(each for each in part if unicodedata.category(each) != "Cf")
    return _plain(seen).casefold().rstrip(". ")


def _plain(name: str) -> str:
    """A name without differences of width, or of how accents are put together."""
    return unicodedata.normalize("NFKC", name)


def _no_path(path: str) -> ToolError:
    return ToolError(f"{displayed(path)!r} can't be a path here.")


def _outside(path: str) -> ToolError:
    return ToolError(
        f"{displayed(path)!r} lies outside the workspace; give a path relative to it, "
        "such as 'README.md'."
    )


def _pattern_parts(pattern: str) -> tuple[str, ...]:
    parts = pattern.strip().replace("\\", "/").casefold().split("/")
    if ".." in parts or parts[0] in {"", "~"} or len(pattern) > _LONGEST_PATTERN:
        raise ToolError(
            f"{displayed(pattern)!r} can't be a pattern; give one such as '*.md' or '**/*.py'."
        )
    kept = [part for part in parts if part not in {"", "."}]
    return tuple(
        part for place, part in enumerate(kept) if part != "**" or kept[place - 1 : place] != ["**"]
    )


def _matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    if not parts:
        return not names
    if parts[0] == "**":
        if len(parts) == 1:
            return bool(names)
        return any(_matches(names[skip:], parts[1:]) for skip in range(len(names)))
    return bool(names) and fnmatchcase(names[0], parts[0]) and _matches(names[1:], parts[1:])


def _leads_on(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether something under the folder of these names may match."""
    for name, part in zip(names, parts, strict=False):
        if part == "**":
            return True
        if not fnmatchcase(name, part):
            return False
    return len(names) < len(parts)
