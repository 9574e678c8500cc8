"""Where runs lie: a folder for each, with its events, journal, checkpoints and long results."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agentic.cleaning import whole
from agentic.errors import StorageError, UsageError
from agentic.events import Event, RunEnded, RunStarted, TextDelta, parse_event
from agentic.filing import append_line
from agentic.runs import checkpoints, lock
from agentic.runs.journal import Journal

__all__ = ["EVENTS", "Runs"]

EVENTS = "events.jsonl"
_ENOUGH = 65_536
"""Bytes at the end of the events in which the last one stands, as a rule."""


class Runs:
    """The runs that lie under a folder, which is made when something is kept.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: dict[str, Journal] = {}

    def files(self, run_id: str) -> Path:
        """The folder of a run's files; it need not be there.

        Raises:
            UsageError: if no run can have that id.
        """
        if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", run_id):
            raise UsageError(f"{run_id[:80]!r} can't be a run's id.")
        return self.folder / run_id

    def ids(self) -> list[str]:
        """The ids of the runs that were kept, the newest first."""
        with suppress(FileNotFoundError):
            places = [each for each in self.folder.iterdir() if (each / EVENTS).is_file()]
            places.sort(key=lambda each: (each / EVENTS).stat().st_mtime, reverse=True)
            return [each.name for each in places]
        return []

    def note(self, event: Event, run_id: str) -> None:
        """Add an event to what is kept of a run, without the secrets in it.

        The pieces of an answer are left out: it comes whole.

        Raises:
            StorageError: if it can't be written.
        """
        if isinstance(event, TextDelta):
            return
        from agentic.safety.secrets import redacted

        line = whole(json.dumps(redacted(event.model_dump(mode="json")), ensure_ascii=False))
        try:
            append_line(self.files(run_id) / EVENTS, line)
        except OSError as error:
            raise StorageError(
                f"What the run does can't be kept in {self.folder}: {error}. Make room, or name "
                "another home folder by AGENTIC_HOME."
            ) from error

    def events(self, run_id: str) -> list[Event]:
        """The events kept of a run, in order; of a line that was cut off nothing.

        Raises:
            UsageError: if none were kept.
        """
        try:
            text = (self.files(run_id) / EVENTS).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UsageError(f"There is no run {run_id!r} to go on with.") from error
        return list(_parsed(text))

    def ended(self, run_id: str) -> RunEnded | None:
        """How a run ended, or that it waits; None if it was broken off or is under way."""
        with suppress(OSError), open(self.files(run_id) / EVENTS, "rb") as file:
            file.seek(max(file.seek(0, 2) - _ENOUGH, 0))
            last = file.read().decode("utf-8", "replace").rstrip("\n").rpartition("\n")[2]
            event = next(_parsed(last), None)
            return event if isinstance(event, RunEnded) else None
        return None

    def mend(self, run_id: str) -> None:
        """End a line of the events that a kill cut off, so that the next one stands alone."""
        place = self.files(run_id) / EVENTS
        with suppress(FileNotFoundError), open(place, "rb+") as file:
            if file.seek(0, 2) and file.seek(-1, 2) >= 0 and file.read(1) != b"\n":
                file.write(b"\n")

    def begun(self, run_id: str) -> RunStarted | None:
        """How a run began."""
        with suppress(OSError), open(self.files(run_id) / EVENTS, encoding="utf-8") as file:
            event = next(_parsed(file.readline()), None)
            return event if isinstance(event, RunStarted) else None
        return None

    @contextmanager
    def journal(self, run_id: str) -> Iterator[Journal]:
        """The journal of a run."""
        if run_id in self._open:
            yield self._open[run_id]
            return
        with closing(Journal(self.files(run_id), run_id)) as journal:
            yield journal

    @contextmanager
    def held(self, run_id: str) -> Iterator[None]:
        """Hold a run for the block, so that nobody else works on it.

        Raises:
            UsageError: if somebody does.
        """
        with lock.hold(self.files(run_id), run_id):
            yield

    @contextmanager
    def durable(self, graph: Any, run_id: str, saver: Any = None) -> Iterator[Any]:
        """The graph, its state kept after each superstep for as long as the block lasts.

        Args:
            graph: The compiled graph of an agent.
            run_id: The run's id, and the thread's.
            saver: Where the state is kept; None for a file in the run's folder.
        """
        with closing(Journal(self.files(run_id), run_id)) as journal:
            self._open[run_id] = journal
            try:
                if saver is not None:
                    yield graph.copy({"checkpointer": checkpoints.knowing(saver)})
                    return
                with checkpoints.opened(self.files(run_id)) as own:
                    yield graph.copy({"checkpointer": own})
            finally:
                del self._open[run_id]


def _parsed(text: str) -> Iterator[Event]:
    """The events in the lines of a text; a line that a kill cut off is none."""
    for line in text.split("\n"):
        with suppress(ValidationError, json.JSONDecodeError):
            if line:
                yield parse_event(line)
