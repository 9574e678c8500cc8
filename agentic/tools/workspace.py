"""The folder that file tools work under: no path leads out of it, whatever it is made of."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from agentic.errors import ToolError
from agentic.naming import did_you_mean, nearest

__all__ = ["Workspace", "displayed"]

_SKIPPED = frozenset(
    {".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "node_modules", ".idea", ".vscode"}
    | {"__pycache__", ".cache", ".hypothesis", ".import_linter_cache", ".mypy_cache"}
    | {".pytest_cache", ".ruff_cache", ".DS_Store"}
)
"""Version control, environments and caches: nobody asks for what lies in them."""
_MOST_ENTRIES = 20_000
_LONGEST_PATTERN = 200


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
        for root, folders, files in os.walk(folder):
            above = tuple(part.casefold() for part in Path(root).relative_to(folder).parts)
            for name in [*sorted(folders), *sorted(files)]:
                seen += 1
                if seen > _MOST_ENTRIES:
                    self.complete = False
                    return
                if name not in _SKIPPED and _matches((*above, name.casefold()), parts):
                    yield Path(root, name)
            folders[:] = sorted(
                name
                for name in folders
                if name not in _SKIPPED and _leads_on((*above, name.casefold()), parts)
            )

    def holds(self, place: Path) -> bool:
        """Whether a place, its links followed, lies in the workspace."""
        try:
            return place.resolve().is_relative_to(self.folder)
        except (OSError, RuntimeError):  # a loop of links
            return False

    def _inside(self, path: str) -> Path | None:
        """The place if it is there, None if it is not."""
        try:
            place = (self.folder / path).resolve()
            outside = not place.is_relative_to(self.folder)
            there = not outside and place.exists()
        except (OSError, RuntimeError, ValueError) as error:  # too long, a loop, a NUL byte
            raise ToolError(f"{displayed(path)!r} can't be a path here.") from error
        if outside or (path.startswith("~") and not there):
            raise ToolError(
                f"{displayed(path)!r} lies outside the workspace; give a path relative to it, "
                "such as 'README.md'."
            )
        return place if there else None

    def _near(self, path: str) -> str:
        there: dict[str, str] = {}  # by stem: names are not alike for ending alike
        for place in self.walk(self.folder, "**/*"):
            there.setdefault(place.stem, displayed(self.relative(place)))
        meant = nearest(PurePosixPath(path.replace("\\", "/")).stem, there)
        return did_you_mean(there[meant] if meant is not None else None)


def displayed(path: str) -> str:
    """A path fit to be shown: no control characters, no halves of characters, not endless."""
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in path)
    return text if len(text) <= 200 else f"{text[:199]}…"


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
