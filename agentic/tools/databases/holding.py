"""A file of data held by its handle, so that an engine, which opens it by name, opens no other.

Between the look at a path and an engine's opening of it a folder on the way may have become a link
to elsewhere. Where the system can do that (Linux), the folder and the file are held by handles
that open nothing (`O_PATH`: closing one takes no lock from a database that this program has open)
and engines are sent through them, or their opened files compared with what is held.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from agentic.errors import ToolError, TransientToolError
from agentic.tools.changing.anchored import open_folder

__all__ = ["Held", "descriptors", "held"]

_PATH = getattr(os, "O_PATH", 0)
_DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True)
class Held:
    """A file, with the handles of its folder and of itself where the system has such."""

    place: Path
    handles: tuple[int, ...] = ()
    """Of the folder and of the file, or none."""
    inode: tuple[int, int] | None = None
    """Its device and its number there."""

    @property
    def through_folder(self) -> str:
        """A path to the file, what lies beside it included."""
        return (
            f"{_DESCRIPTORS}/{self.handles[0]}/{self.place.name}" if self.handles else self.by_name
        )

    @property
    def itself(self) -> str:
        """A path to the file alone, which is never taken for a pattern."""
        return f"{_DESCRIPTORS}/{self.handles[1]}" if self.handles else self.by_name

    @property
    def by_name(self) -> str:
        """The path that it was found by."""
        return str(self.place)

    def stat(self) -> os.stat_result:
        """What the system says of it."""
        return os.stat(self.handles[1] if self.handles else self.place)

    def check_opened(self, before: dict[int, tuple[int, int]], name: str) -> None:
        """Refuse to go on where what this program opened since is another file.

        Args:
            before: What `descriptors` gave before the engine opened it.
            name: What errors call it.

        Raises:
            TransientToolError: if it was opened by a path that led elsewhere by then.
        """
        if self.inode is None:
            return
        now = {key: each for key, each in descriptors().items() if key not in self.handles}
        new = {inode for number, inode in now.items() if before.get(number) != inode}
        # nothing new: SQLite took up a handle of the same file that it had not closed yet
        if self.inode not in (new or set(now.values())):
            raise TransientToolError(f"{name!r} was moved or replaced while it was being opened.")


def descriptors() -> dict[int, tuple[int, int]]:
    """The regular files that this process has open, by their descriptors."""
    found = {}
    for each in os.listdir(_DESCRIPTORS) if _DESCRIPTORS.is_dir() else ():
        with suppress(OSError):  # it was closed meanwhile
            seen = os.fstat(int(each))
            if stat.S_ISREG(seen.st_mode):
                found[int(each)] = (seen.st_dev, seen.st_ino)
    return found


@contextmanager
def held(root: Path, place: Path, name: str) -> Iterator[Held]:
    """Hold a regular file that lies under a root.

    Args:
        root: Where paths begin that are not trusted.
        place: The file's resolved place.
        name: What errors call it.

    Raises:
        ToolError: if it is not there or no regular file, or a link stands on the way by now.
    """
    if not (_PATH and _DESCRIPTORS.is_dir()):
        yield Held(place)
        return
    try:
        with open_folder(root, place.parent.relative_to(root).parts) as folder:
            own = os.open(place.name, _PATH | os.O_NOFOLLOW, dir_fd=folder.handle)
            above = os.dup(folder.handle or 0)
    except (OSError, ValueError) as error:
        raise ToolError(f"{name!r} can't be opened: it was moved, or can't be read.") from error
    try:
        seen = os.fstat(own)
        yield Held(place, (above, own), (seen.st_dev, seen.st_ino))
    finally:
        os.close(own)
        os.close(above)
