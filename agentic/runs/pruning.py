"""Finished runs let go of, by age and by room; those that wait or were cut off stay."""

import logging
import shutil
import time
from contextlib import suppress
from pathlib import Path

from agentic.errors import AgenticError
from agentic.filing import private_file
from agentic.runs.store import Runs

__all__ = ["prune", "tidy"]

_log = logging.getLogger(__name__)
_MARK = ".pruned"
_EVERY = 3600.0
"""Seconds between two looks at what may go."""
_DAY = 86_400.0


def prune(runs: Runs, days: float, most: int, *, now: float | None = None) -> list[str]:
    """Delete the finished runs that are too old, then the oldest ones until the rest has room.

    Args:
        runs: Where they lie.
        days: Age from which a run goes.
        most: Bytes that all runs may take together; those that are not finished count too.
        now: The time it is, in seconds since 1970.

    Returns:
        The ids of the runs that went.
    """
    moment = time.time() if now is None else now
    sizes = {id: _size(runs.files(id)) for id in runs.ids()}
    finished = [id for id in reversed(sizes) if _is_finished(runs, id)]
    over = sum(sizes.values()) - most
    gone: list[str] = []
    for id in finished:
        old = moment - runs.files(id).stat().st_mtime > days * _DAY
        if (old or over > 0) and _deleted(runs, id):
            over -= sizes[id]
            gone.append(id)
    return gone


def tidy(runs: Runs, days: float, most: int) -> None:
    """`prune`, at most once an hour; what goes wrong with it spoils no run."""
    mark = runs.folder / _MARK
    try:
        if mark.exists() and time.time() - mark.stat().st_mtime < _EVERY:
            return
        private_file(mark)
        mark.touch()
        prune(runs, days, most)
    except OSError as error:
        _log.warning("old runs could not be let go of: %s", error)


def _is_finished(runs: Runs, id: str) -> bool:
    end = runs.ended(id)
    return end is not None and end.status != "paused"


def _deleted(runs: Runs, id: str) -> bool:
    """Whether the run's folder is gone; one that is being worked on stays."""
    with suppress(AgenticError), runs.held(id):
        shutil.rmtree(runs.files(id))
        return True
    return False


def _size(folder: Path) -> int:
    """Bytes of the files in a folder; of those that go meanwhile nothing."""
    total = 0
    for each in folder.rglob("*"):
        with suppress(OSError):
            total += each.stat().st_size
    return total
