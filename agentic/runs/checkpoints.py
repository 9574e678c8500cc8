"""Checkpoints of a run: its state on disk after each superstep, the older ones ever further apart.

SQLite has a file for each run, so that a run is deleted with its folder and waits for no other.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from agentic.errors import StorageError
from agentic.filing import private_file, private_folder

__all__ = ["NAME", "knowing", "opened", "superfluous"]

NAME = "checkpoints.sqlite"
NEWEST = 16
"""Checkpoints that all stay; of older ones the more go, the older they are."""
_RECORDS = ("Answer", "Observation", "Question", "Recollection", "Step", "ToolCall")


@contextmanager
def opened(folder: Path) -> Iterator[Any]:
    """LangGraph's saver for a run, on a file in its folder.

    Only records of ours, messages and plain values are made of what lies there; anything else that
    names a class is left as data.

    Raises:
        StorageError: if the file can't be made, or is none.
    """
    from agentic.runs.saver import ThinningSaver

    try:
        private_folder(folder)
        private_file(folder / NAME)
        with closing(sqlite3.connect(folder / NAME, check_same_thread=False)) as connection:
            yield ThinningSaver(connection, serde=_serializer())
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"The run's state can't be kept in {folder}: {error}. Make room, or name another home "
            "folder by AGENTIC_HOME."
        ) from error


def knowing(saver: Any) -> Any:
    """A saver of the user's own, as runs need it.

    It makes our records of what it kept: LangGraph's default serializer leaves them as mappings
    once it is strict; another one stays. And of a task that was broken off it keeps only that.
    """
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    from agentic.runs.saver import whole

    known = copy(saver)
    if type(saver.serde) is JsonPlusSerializer:
        known.serde = _serializer()

    async def put_whole(config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        await saver.__class__.aput_writes(known, config, whole(writes), task_id, task_path)

    known.aput_writes = put_whole
    return known


def _serializer() -> Any:
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    known = [*(("agentic.state", name) for name in _RECORDS), ("agentic.safety.budget", "Usage")]
    return JsonPlusSerializer(allowed_msgpack_modules=known)


def superfluous(steps: Iterable[int]) -> set[int]:
    """The numbers of the supersteps whose checkpoints may go.

    The newest stay, and before them one in 2, then in 4, in 8: so few that a run of any length
    takes little room, and so spread that one can go back to any part of it.
    """
    there = sorted(steps)
    last = there[-1] if there else 0
    return {step for step in there if step % _apart(last - step)}


def _apart(age: int) -> int:
    """The distance that checkpoints of an age are kept at: 1, and from `NEWEST` on a power of 2."""
    return 1 if age < NEWEST else 1 << (age // NEWEST).bit_length()
