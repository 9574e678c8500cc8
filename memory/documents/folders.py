"""The files that are worth loading among those that were named."""

import logging
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

from memory.documents.files import check, peek, status
from memory.documents.formats import LOADERS
from memory.errors import DocumentError

__all__ = ["Skipped", "walk"]

log = logging.getLogger(__name__)
Skipped: TypeAlias = Callable[[Path, DocumentError], None]
NOT_OURS = frozenset({"node_modules", "__pycache__", "site-packages"})
"""Folders of what others wrote or programs made."""


def walk(
    paths: str | Path | Iterable[str | Path],
    glob: str = "**/*",
    *,
    skipped: Skipped | None = None,
) -> Iterator[Path]:
    """Files among paths and in folders, each real file once, in the order of their names.

    A file that is named is given whatever it is; `load` says what is wrong with it. In folders,
    hidden files and folders, virtual environments and folders like node_modules are passed over;
    links are followed.

    Args:
        paths: Files and folders.
        glob: Which files of a folder, as `pathlib` has it: ** for any folders.
        skipped: Called with what can't be used, and why: named paths that are not there, files in
            folders that are empty, too large, binary or not readable. Without it, a named path
            that is not there raises, and files in folders are left out with a line in the log.

    Raises:
        DocumentError: when its turn comes, for a named path that is not there.
    """
    seen: set[tuple[int, int]] = set()
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        try:
            folder = stat.S_ISDIR(status(path).st_mode)
        except DocumentError as error:
            if skipped is None:
                raise
            skipped(path, error)
            continue
        if folder:
            yield from _folder(path, glob.split("/"), seen, skipped or _log)
        elif _is_new(path, seen):
            yield path


def _folder(
    root: Path, pattern: Sequence[str], seen: set[tuple[int, int]], skipped: Skipped
) -> Iterator[Path]:
    waiting: list[tuple[Path, tuple[str, ...]]] = [(root, ())]
    while waiting:
        path, parts = waiting.pop()
        try:
            if path.is_dir():
                names = _names(path) if _is_new(path, seen) else []
                waiting += [(path / name, (*parts, name)) for name in names]
            elif _matches(parts, pattern):
                _check(path)
                if _is_new(path, seen):
                    yield path
        except DocumentError as error:
            skipped(path, error)


def _names(folder: Path) -> list[str]:
    """What to look at in a folder, the last first."""
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise DocumentError(
            f"The folder {folder} can't be read: {error.strerror}. Allow it (chmod +rx), or leave "
            "it out."
        ) from error
    if "pyvenv.cfg" in names:
        return []
    return sorted((n for n in names if n[0] != "." and n not in NOT_OURS), reverse=True)


def _check(path: Path) -> None:
    check(path)
    if path.suffix.lower() not in LOADERS:
        peek(path)


def _is_new(path: Path, seen: set[tuple[int, int]]) -> bool:
    found = status(path)
    key = (found.st_dev, found.st_ino)
    new = key not in seen
    seen.add(key)
    return new


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_matches(parts[i:], pattern[1:]) for i in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _log(path: Path, error: DocumentError) -> None:
    log.info("Left out: %s", error)
