"""What is kept of runs on disk: a folder for each, with its events and its own files."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agentic.errors import UsageError
from agentic.events import Event, parse_event
from agentic.filing import append_line

__all__ = ["Runs"]

_EVENTS = "events.jsonl"
_CHECKPOINTS = "checkpoints.sqlite"
_RECORDS = ("Observation", "Recollection", "Step", "ToolCall")


class Runs:
    """The runs that lie under a folder, which is made when something is kept.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self, run_id: str) -> Path:
        """The folder of a run's files; it need not be there.

        Raises:
            UsageError: if no run can have that id.
        """
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", run_id):
            raise UsageError(f"{run_id[:80]!r} can't be a run's id.")
        return self.folder / run_id

    def note(self, event: Event, run_id: str) -> None:
        """Add an event to what is kept of a run."""
        append_line(self.files(run_id) / _EVENTS, event.model_dump_json())

    def events(self, run_id: str) -> list[Event]:
        """The events kept of a run, in order; of a line that was cut off nothing.

        Raises:
            UsageError: if none were kept.
        """
        try:
            text = (self.files(run_id) / _EVENTS).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UsageError(f"There is no run {run_id!r} to go on with.") from error
        return [parse_event(line) for line in text.split("\n")[:-1]]

    @asynccontextmanager
    async def durable(self, graph: Any) -> AsyncIterator[Any]:
        """The graph, its state kept on disk after each superstep for as long as the block lasts."""
        import aiosqlite
        from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        known = [
            *(("agentic.state", name) for name in _RECORDS),
            ("agentic.safety.budget", "Usage"),
        ]
        serde = JsonPlusSerializer(allowed_msgpack_modules=known)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with aiosqlite.connect(self.folder / _CHECKPOINTS) as connection:
            yield graph.copy({"checkpointer": AsyncSqliteSaver(connection, serde=serde)})
