"""Folders held open, so that a link put in the way meanwhile leads nowhere.

Where the system allows it, each folder is opened from the one above it, links refused, and files
are reached from the folder that is open. Elsewhere (Windows) the resolved path is checked again.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO

from agentic.errors import ToolError

__all__ = ["ANCHORED", "Folder", "open_file", "open_folder", "plainly"]

ANCHORED = {
    *(os.access, os.link, os.mkdir, os.open, os.rename, os.stat, os.unlink)
} <= os.supports_dir_fd
"""Whether files can be reached from a folder that is open."""
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_PLAIN = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_SECOND_NAME = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What a file system says that has one name a file at most."""
_REASONS = {
    errno.EEXIST: "something is there already",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full for this user",
    errno.EACCES: "this user may not do that",
    errno.EPERM: "this user may not do that",
    errno.EROFS: "the disk can only be read",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a part of the path is no folder",
    errno.ELOOP: "a part of the path is a link",
    errno.EXDEV: "it would go to another disk",
}


class Folder:
    """A folder of the workspace in which files are read, written and renamed by their names."""

    def __init__(self, path: Path, handle: int | None) -> None:
        self.path = path
        self.handle = handle

    def look(self, name: str) -> os.stat_result | None:
        """What is there under a name, a link not followed; None where there is nothing."""
        with suppress(FileNotFoundError):
            return os.stat(self._at(name), dir_fd=self.handle, follow_symlinks=False)
        return None

    def read(self, name: str) -> bytes:
        """The bytes of a regular file."""
        with self.open(name) as file:
            return file.read()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A regular file, open for reading; a pipe or device is not waited for."""
        handle = os.open(self._at(name), os.O_RDONLY | _PLAIN, dir_fd=self.handle)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "it is no regular file")
            yield file

    def writable(self, name: str) -> bool:
        """Whether the system lets a file be written to."""
        return os.access(self._at(name), os.W_OK, dir_fd=self.handle)

    def replace(self, name: str, data: bytes, seen: os.stat_result | None) -> None:
        """Put a file in place whole, or leave what is there as it is.

        Args:
            name: Its name.
            data: What it is to hold.
            seen: What was there when it was read; None for a new file.

        Raises:
            ToolError: if another file is there by now.
            OSError: if it can't be written.
        """
        draft = f".{token_hex(8)}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
        handle = os.open(self._at(draft), flags, 0o644, dir_fd=self.handle)
        try:
            with open(handle, "wb") as file:
                _keep_rights(handle, seen)
                file.write(data)
                file.flush()
                os.fsync(handle)
            if _state(self.look(name)) != _state(seen):
                raise ToolError(f"{name!r} was changed by another meanwhile; read it again.")
            ends = {"src_dir_fd": self.handle, "dst_dir_fd": self.handle}
            os.replace(self._at(draft), self._at(name), **ends)
        except BaseException:
            self.remove(draft)
            raise
        self._settle()

    def move(self, name: str, to: "Folder", new: str) -> None:
        """Rename a file or folder; what has the new name already is never lost.

        Raises:
            OSError: if it can't be moved.
        """
        ends = {"src_dir_fd": self.handle, "dst_dir_fd": to.handle}
        source, target = self._at(name), to._at(new)
        seen = self.look(name)
        if ANCHORED and seen is not None and stat.S_ISREG(seen.st_mode) and not to.look(new):
            try:  # a second name fails where there is one; a rename would take its place
                os.link(source, target, follow_symlinks=False, **ends)
            except OSError as error:
                if error.errno not in _NO_SECOND_NAME:
                    raise
                os.rename(source, target, **ends)
            else:
                self._drop(name, to, new)
        else:
            os.rename(source, target, **ends)
        to._settle()
        self._settle()

    def remove(self, name: str) -> None:
        """Remove a file, if it can be."""
        with suppress(OSError):
            os.unlink(self._at(name), dir_fd=self.handle)

    def names(self) -> list[str]:
        """The names of what is in it."""
        return os.listdir(self.path if self.handle is None else self.handle)

    def _drop(self, name: str, to: "Folder", new: str) -> None:
        """Take the old one of a file's two names away; the new one if that fails."""
        try:
            os.unlink(self._at(name), dir_fd=self.handle)
        except OSError:
            to.remove(new)
            raise

    def _at(self, name: str) -> str:
        return name if self.handle is not None else str(self.path / name)

    def _settle(self) -> None:
        """Have the names of the folder on the disk too, where a system can do that."""
        if self.handle is not None:
            with suppress(OSError):
                os.fsync(self.handle)


@contextmanager
def open_folder(root: Path, parts: Sequence[str], *, make: bool = False) -> Iterator[Folder]:
    """A folder under a root, reached without following a link.

    Args:
        root: Where it begins.
        parts: Names of the folders on the way.
        make: Whether those that are not there are made.

    Raises:
        OSError: if one is not there, or is a link or a file.
    """
    if not ANCHORED:
        yield Folder(_checked(root, parts, make), None)
        return
    handle = os.open(root, _FOLDER)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=handle)
            above, handle = handle, os.open(part, _FOLDER, dir_fd=handle)
            os.close(above)
        yield Folder(root.joinpath(*parts), handle)
    finally:
        os.close(handle)


@contextmanager
def open_file(root: Path, place: Path) -> Iterator[IO[bytes]]:
    """A regular file under a root, open for reading, reached without following a link.

    Args:
        root: Where it begins.
        place: The file's resolved place.

    Raises:
        OSError: if it is not there or no regular file, or a link stands on the way by now.
    """
    if not place.is_relative_to(root):
        raise OSError(errno.ELOOP, "it lies outside the workspace")
    parts = place.parent.relative_to(root).parts
    with open_folder(root, parts) as folder, folder.open(place.name) as file:
        yield file


@contextmanager
def plainly(name: str, what: str) -> Iterator[None]:
    """Tell what the system refused in words.

    Args:
        name: The file or folder.
        what: What was to be done with it: "written".

    Raises:
        ToolError: in the place of any `OSError`.
    """
    try:
        yield
    except OSError as error:
        why = _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__
        raise ToolError(f"{name!r} can't be {what}: {why}. Nothing was changed.") from error


def _checked(root: Path, parts: Sequence[str], make: bool) -> Path:
    place = root.joinpath(*parts)
    if make:
        place.mkdir(parents=True, exist_ok=True)
    if place.resolve() != place or not place.is_dir():
        raise OSError(errno.ENOTDIR, "a part of the path is a link or a file")
    return place


def _keep_rights(handle: int, seen: os.stat_result | None) -> None:
    """Give a file the owner and permissions of the one that it takes the place of."""
    if seen is None or not hasattr(os, "fchown"):
        return
    with suppress(OSError):
        os.fchown(handle, seen.st_uid, seen.st_gid)
    os.fchmod(handle, stat.S_IMODE(seen.st_mode) & 0o777)


def _state(seen: os.stat_result | None) -> tuple[int, ...] | None:
    return None if seen is None else (seen.st_ino, seen.st_size, seen.st_mtime_ns)
