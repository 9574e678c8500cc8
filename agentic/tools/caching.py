"""A small cache on disk: several processes may use it at once, and it never stands in the way."""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentic.filing import private_folder, whole

__all__ = ["DiskCache", "Kept"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A value that was kept."""

    value: Any
    when: float
    """Seconds since the epoch at which it was kept."""


class DiskCache:
    """Values by key, a file for each; of more than a given number, those kept first go.

    How old a value may be is for its reader to say. A file that can't be read or written is as
    good as none: a cache may only save work, never be the reason why work fails.

    Args:
        folder: Where the files lie; made when needed.
        most: Most files that are kept.
        clock: Gives the seconds since the epoch.
    """

    def __init__(
        self, folder: Path, most: int = 500, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._most = most
        self._clock = clock

    def get(self, key: object) -> Kept | None:
        """What was kept for a key, however long ago; None if nothing was.

        Args:
            key: Anything that JSON can carry.
        """
        try:
            content = json.loads(self._file(key).read_text("utf-8"))
            if content["key"] == _plain(key):
                return Kept(content["value"], float(content["when"]))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            _log.info("Could not read what was kept in %s: %s", self._folder, error)
        return None

    def put(self, key: object, value: object) -> None:
        """Keep a value for a key, in the place of an earlier one.

        Args:
            key: Anything that JSON can carry.
            value: Likewise.
        """
        file = self._file(key)
        content = {"key": key, "when": self._clock(), "value": value}
        try:
            private_folder(self._folder)
            with whole(file) as new:
                new.write(json.dumps(content).encode())
            self._shrink()
        except OSError as error:
            _log.info("Could not keep a value in %s: %s", self._folder, error)

    def drop(self, key: object) -> None:
        """Keep nothing for a key any longer."""
        with suppress(OSError):
            self._file(key).unlink(missing_ok=True)

    def _file(self, key: object) -> Path:
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]
        return self._folder / f"{name}.json"

    def _shrink(self) -> None:
        """Delete the oldest files over the limit; drafts of processes that died are files, too."""
        ages: list[tuple[float, Path]] = []
        for file in self._folder.iterdir():
            with suppress(OSError):  # another process was faster
                ages.append((file.stat().st_mtime, file))
        for _, file in sorted(ages)[: max(0, len(ages) - self._most)]:
            with suppress(OSError):
                file.unlink()


def _plain(key: object) -> Any:
    """A key as it comes back from JSON: tuples are lists there."""
    return json.loads(json.dumps(key))
