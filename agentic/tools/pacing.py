"""Requests at a polite rate, counted over all processes of this machine."""

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

from agentic.filing import private_file, private_folder

__all__ = ["Pace"]

_log = logging.getLogger(__name__)
_PATIENCE = 2.0
"""Seconds to wait for another process that is just taking its turn."""


class Pace:
    """Turns at least some seconds apart, kept in a file that a lock guards.

    A turn is taken while the lock is held and waited for when it is not, so that several
    processes queue up without keeping each other from looking.

    Args:
        file: Where the time of the last turn is kept; its folder is made when needed.
        gap: Seconds from one turn to the next.
        longest: Most seconds that a turn is waited for: a file that says otherwise is not believed.
        clock: Gives the seconds since the epoch.
        pause: Waits for some seconds.
    """

    def __init__(
        self,
        file: Path,
        gap: float,
        longest: float = 10.0,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._file = file
        self._gap = gap
        self._longest = longest
        self._clock = clock
        self._pause = pause

    def wait(self, more: float = 0.0) -> None:
        """Wait for the next turn.

        Args:
            more: Seconds that it comes later, after a refusal.
        """
        seconds = min(self._taken(more), self._longest)
        if seconds > 0:
            self._pause(seconds)

    def _taken(self, more: float) -> float:
        """Seconds until the turn that is now ours."""
        from filelock import FileLock, Timeout

        try:
            private_folder(self._file.parent)
            private_file(self._file)
            with FileLock(self._file.with_suffix(".lock"), mode=0o600, timeout=_PATIENCE):
                now = self._clock()
                turn = max(now, self._last() + self._gap) + more
                if turn > now + self._longest:  # a clock was set back, or the file is not ours
                    turn = now + self._gap + more
                self._file.write_text(json.dumps(turn), "utf-8")
                return turn - now
        except (OSError, NotImplementedError, Timeout) as error:
            _log.info("Could not take turns by %s: %s", self._file, error)
            return self._gap + more

    def _last(self) -> float:
        try:
            return float(json.loads(self._file.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return 0.0
