"""Evaluated prompts kept on disk: a shortcut for later processes, and never a fault in a run."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

__all__ = ["KEPT", "Kept", "Slot"]

KEPT = 8
"""Prompts kept; one of 800 tokens takes 23 MB with the 1.5B model."""
DAY = 24 * 60 * 60

Slot = Callable[[str, str], bool]
"""Has llama.cpp `save` its state to, or `restore` it from, a file of that name in the folder."""


class Kept:
    """A folder of evaluated prompts that several processes may share.

    Whatever the disk or the server refuses, the prompt is only evaluated anew.

    Args:
        folder: Where they lie.
        slot: What saves and restores.
    """

    def __init__(self, folder: Path, slot: Slot) -> None:
        self._folder = folder
        self._slot = slot

    def restore(self, name: str) -> bool:
        """Have the state of that name at hand again; False where that can't be."""
        import httpx

        file = self._folder / name
        with suppress(OSError, httpx.HTTPError):
            if not file.is_file():
                return False
            if self._slot("restore", name):
                _used_now(file)
                return True
            file.unlink(missing_ok=True)
        return False

    def keep(self, name: str) -> None:
        """Save beside, then rename: a process killed in between leaves no half a state."""
        import httpx

        unfinished = self._folder / f"{name}.{os.getpid()}"
        with suppress(OSError, httpx.HTTPError):
            if self._slot("save", unfinished.name):
                unfinished.chmod(0o600)
                unfinished.replace(self._folder / name)
            self._prune()

    def _prune(self) -> None:
        files = list(self._folder.iterdir())
        finished = [file for file in files if not file.suffix]
        stale = [file for file, since in _changed(files).items() if since < time.time() - DAY]
        used = _changed(finished)
        for old in sorted(used, key=used.__getitem__, reverse=True)[KEPT:]:
            old.unlink(missing_ok=True)
        for left in set(stale) - set(finished):  # by a process that was killed
            left.unlink(missing_ok=True)


def _used_now(file: Path) -> None:
    with suppress(OSError):  # another process may have pruned it
        os.utime(file)


def _changed(files: Iterable[Path]) -> dict[Path, float]:
    """When each of the files was last changed, without those that are gone by now."""
    times = {}
    for file in files:
        with suppress(OSError):
            times[file] = file.stat().st_mtime
    return times
