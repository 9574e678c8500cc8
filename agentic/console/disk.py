"""What lies in a folder, and whether more may."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

__all__ = ["entries", "size_of", "writable"]


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or the folder itself where it is not there yet.

    Tried, for permissions tell nothing to root and nothing about a read-only disk.
    """
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing if the folder is not there."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files under a folder."""
    total = 0
    for root, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):  # gone since
                total += os.lstat(os.path.join(root, name)).st_size
    return total if path.is_dir() else path.lstat().st_size
