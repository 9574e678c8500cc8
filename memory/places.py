"""Where the numbered indexes of a memory lie: in folders beside the ledger, or on a server."""

import os
import shutil
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

from memory.backlog import Backlog, Unindexed, View
from memory.chroma import BATCH, ChromaIndex
from memory.errors import IndexBroken
from memory.server import Server

__all__ = ["Folders", "OnServer", "Place", "chroma_index"]

SERVER_BATCH = 200
"""Vectors sent to a server at a time: it alone writes its files, and outlives us."""
DEATHS = 2
"""Processes that died while they opened a folder after which it counts as broken: Chroma crashes
the process on some broken files, and one death may have been a kill."""
LEDGER = "name on the server"
"""Key of the ledger's own part of the names of its collections."""


class Place(Protocol):
    """Every method is called while the memory's lock is held, but for `there` and `named`."""

    batch: int
    """Most vectors written at a time."""

    def named(self, view: View) -> str:
        """What to call that index in a text."""

    def there(self, view: View) -> bool:
        """Whether, at a glance, that index is still there."""

    def open(self, view: View, probe: Sequence[Unindexed]) -> None:
        """Open that index; IndexBroken if it fails."""

    def leave(self, view: View, *, keep: bool) -> None:
        """Let go of that index and remove it and all older ones.

        Args:
            view: The index.
            keep: Keep its files aside, where it has any, to be looked at.
        """


class Folders:
    """Folders `chroma-N` beside the ledger; the latest broken one is `chroma-N.broken`."""

    batch = BATCH

    def __init__(self, path: Path, chroma: ChromaIndex) -> None:
        self._path = path
        self._chroma = chroma
        self._swept = False

    def named(self, view: View) -> str:
        """The folder."""
        return str(self._folder(view))

    def there(self, view: View) -> bool:
        """Whether the folder is there."""
        return self._folder(view).is_dir()

    def open(self, view: View, probe: Sequence[Unindexed]) -> None:
        """Open the folder; IndexBroken too if process after process died of it."""
        folder = self._folder(view)
        if not self._swept:
            self._sweep(folder)
        with self._survived(folder):
            self._chroma.open(folder, view, probe)

    def leave(self, view: View, *, keep: bool) -> None:
        """Remove all folders, but keep one aside if told to."""
        self._chroma.close()
        folder = self._folder(view)
        for other in self._path.glob("chroma-*"):
            if other != folder or not keep:
                _remove(other)
        with suppress(OSError):
            folder.rename(folder.with_name(folder.name + ".broken"))

    def _folder(self, view: View) -> Path:
        return self._path / f"chroma-{view.index}"

    def _sweep(self, folder: Path) -> None:
        """Remove what a process left that was killed while it moved on to this folder."""
        for other in self._path.glob("chroma-*[0-9]"):
            if other != folder:
                _remove(other)
        self._swept = True

    @contextmanager
    def _survived(self, folder: Path) -> Iterator[None]:
        """Note on disk that a folder is being opened, for whoever comes after our death."""
        note = folder.with_name(folder.name + ".opening")
        deaths = _size(note)
        if deaths >= DEATHS:
            raise IndexBroken(f"{deaths} processes died while they opened it")
        with suppress(OSError), open(note, "ab", opener=_private) as file:
            file.write(b".")
        try:
            yield
        finally:
            with suppress(OSError):
                note.unlink()


class OnServer:
    """Collections on a Chroma server whose names begin with the ledger's own and the number.

    The ledger's name there is a new one whenever an index is made anew: so a copy of a ledger,
    which at first has its original's name, parts from it as soon as the two differ.
    """

    batch = SERVER_BATCH

    def __init__(self, server: Server, backlog: Backlog, chroma: ChromaIndex) -> None:
        self._server = server
        self._backlog = backlog
        self._chroma = chroma

    def named(self, view: View) -> str:
        """The server, and the number."""
        return f"{self._server} (index {view.index})"

    def there(self, view: View) -> bool:
        """Always: what is gone shows when it is used."""
        return True

    def open(self, view: View, probe: Sequence[Unindexed]) -> None:
        """See which of the server's collections are ours."""
        self._chroma.open(self._server, view, probe, f"{self._ledger()}{view.index}-")

    def leave(self, view: View, *, keep: bool) -> None:
        """Remove the ledger's collections, and give it a new name."""
        self._chroma.remove(self._server, self._ledger())
        self._backlog.keep_blob(LEDGER, _new_name())

    def _ledger(self) -> str:
        if self._backlog.recall_blob(LEDGER) is None:
            self._backlog.keep_blob(LEDGER, _new_name())
        return (self._backlog.recall_blob(LEDGER) or b"").decode()


_indexes: WeakValueDictionary[tuple[Path, Server | None], ChromaIndex] = WeakValueDictionary()
_indexes_guard = threading.Lock()


def chroma_index(path: Path, server: Server | None = None) -> ChromaIndex:
    """The index of the memory at a path, one for the whole process.

    Chroma shares one system among all clients of a folder in a process and drops it with the last
    of them; with two indexes neither could make it read again what another process wrote.
    """
    with _indexes_guard:
        return _indexes.setdefault((path.resolve(), server), ChromaIndex())


def _new_name() -> bytes:
    return f"memory-{uuid.uuid4().hex[:16]}-".encode()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0


def _remove(path: Path) -> None:
    """Remove a file or a folder, as far as we may."""
    if not path.is_dir() or path.is_symlink():
        with suppress(OSError):
            path.unlink()
        return
    for folder in (path, *path.glob("*/")):
        with suppress(OSError):
            folder.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)
