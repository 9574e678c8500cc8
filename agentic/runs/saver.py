"""LangGraph's SQLite saver for one run, which lets go of checkpoints too close for their age.

Its methods are asynchronous in name only: a write takes about a millisecond, and one that no
cancellation can interrupt leaves nothing half done.
"""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from langgraph.checkpoint.sqlite import SqliteSaver

from agentic.runs.checkpoints import superfluous

__all__ = ["ThinningSaver", "whole"]

TASKS = "__pregel_tasks"
"""LangGraph's channel for what is sent to nodes: the calls that were decided."""
ERROR = "__error__"
"""LangGraph's channel for how a task failed, or that it was cancelled."""
_EVERY = 16
"""Checkpoints after which it is looked which may go."""


def whole(writes: Sequence[tuple[str, Any]]) -> Sequence[tuple[str, Any]]:
    """What a task wrote; of one that was broken off only that it was.

    LangGraph keeps what such a task had written so far, such as its node's result without where
    that leads to. Taken for all of it, a run that goes on would end there.
    """
    errors = [each for each in writes if each[0] == ERROR]
    return errors or writes


class ThinningSaver(SqliteSaver):
    """Keeps the state of a run, in room that grows with the logarithm of its length."""

    _puts = 0

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        """Keep a checkpoint.

        It outlives this process from here on, and where calls are decided in it also a power cut:
        a decision that were lost would be made anew, under another id, after its effect.
        """
        decided = bool(checkpoint["channel_values"].get(TASKS))
        self.conn.execute(f"PRAGMA synchronous = {'FULL' if decided else 'NORMAL'}")
        kept = super().put(config, checkpoint, metadata, new_versions)
        self.conn.execute("PRAGMA synchronous = NORMAL")
        self._puts += 1
        if self._puts % _EVERY == 0:
            self._thin(config["configurable"]["thread_id"])
        return kept

    def put_writes(self, config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
        """Keep what a task of a superstep wrote, if it came to its end."""
        super().put_writes(config, whole(writes), task_id, task_path)

    async def aget_tuple(self, config: Any) -> Any:
        """The latest checkpoint, or the one named."""
        return self.get_tuple(config)

    async def alist(self, config: Any, **conditions: Any) -> AsyncIterator[Any]:
        """The checkpoints, the newest first."""
        for each in self.list(config, **conditions):
            yield each

    async def aput(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        """Keep a checkpoint."""
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: Any, writes: Any, task_id: str, task_path: str = ""
    ) -> None:
        """Keep what a task of a superstep wrote, before the others are done."""
        self.put_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all that is kept of a thread."""
        self.delete_thread(thread_id)

    def _thin(self, thread: str) -> None:
        with self.cursor() as cursor:
            cursor.execute(
                "SELECT checkpoint_id, metadata FROM checkpoints WHERE thread_id = ?", (thread,)
            )
            steps = {id: int(json.loads(metadata)["step"]) for id, metadata in cursor.fetchall()}
            gone = superfluous(steps.values())
            going = [(thread, id) for id, step in steps.items() if step in gone]
            for table in ("writes", "checkpoints"):
                cursor.executemany(
                    f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id = ?", going
                )
