"""The bars that a user watches while documents are read and vectors made."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from agentic.console.keyboard import unechoed

__all__ = ["Stages", "Stopped", "stages", "watched"]

T = TypeVar("T")

NAMES = {"reading": "files", "vectors": "vectors", "indexing": "index"}
"""What is counted at each stage."""
HEARING = 0.2
"""Seconds after which Ctrl-C is heard at the latest: one that comes just before the wait begins
does not end it, and on Windows none does."""


class Stopped(Exception):
    """The user broke off; raised where work reports how far it is, between two steps of it."""


class Stages(ABC):
    """Told of what is done; remembers it, for whoever breaks off."""

    def __init__(self) -> None:
        self.done: dict[str, tuple[int, int]] = {}
        self._stopped = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take in how far a stage is.

        Raises:
            Stopped: if the work is not to go on.
        """
        self.done[stage] = done, total
        self._draw(NAMES.get(stage, stage), done, total)
        if self._stopped:
            raise Stopped

    def expect(self, stage: str) -> None:  # noqa: B027 - most show nothing before the first report
        """Show that a stage has begun, before anything of it is done."""

    def stop(self) -> None:
        """Let the work end at its next report, and say so."""
        self._stopped = True

    @abstractmethod
    def _draw(self, name: str, done: int, total: int) -> None:
        """Show how far what is counted under a name is."""


def watched(work: Callable[[], T], bars: Stages) -> T:
    """Do work that reports to the bars, in the background, so that Ctrl-C is heard at once.

    A step in compiled code may last seconds, in which the main thread would hear nothing.

    Raises:
        KeyboardInterrupt: the user broke off, and the step that was on its way is done.
    """
    with unechoed(), ThreadPoolExecutor(1, "watched") as background:
        # started beforehand: interrupted at its start, a thread is one that nobody waits for
        background.submit(int).result()
        try:
            doing = background.submit(work)
            while not wait([doing], HEARING).done:
                continue
            return doing.result()
        except BaseException:  # Ctrl-C, or a signal that ends the program
            bars.stop()
            raise


@contextmanager
def stages(console: Console) -> Iterator[Stages]:
    """Draw a bar for each stage, with the time left; lines at each tenth where no terminal is.

    Nothing is drawn before the first report. The bars stay when they are full.

    Args:
        console: Where to draw.
    """
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines(console)
        return
    bars = Progress(*_columns(console.width), console=console)
    drawn = _Bars(bars)
    try:
        yield drawn
    finally:
        drawn.close()


def _columns(width: int) -> list[ProgressColumn]:
    """The name, a bar that gives way, how many, and the time left where there is room."""
    fixed = Column(no_wrap=True)
    columns: list[ProgressColumn] = [
        TextColumn("{task.description:8}", style="dim", table_column=fixed, markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(table_column=fixed),
    ]
    left = TimeRemainingColumn(compact=width < 60, table_column=fixed)
    return columns if width < 40 else [*columns, left]


class _Bars(Stages):
    """Draws on a terminal, a bar for each stage."""

    def __init__(self, bars: Progress) -> None:
        super().__init__()
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def expect(self, stage: str) -> None:
        self._task(NAMES.get(stage, stage))

    def stop(self) -> None:
        super().stop()
        for task in self._bars.tasks:
            if not task.finished:
                self._bars.update(task.id, description="stopping")

    def close(self) -> None:
        for task in self._bars.tasks:
            if task.total is None:
                self._bars.remove_task(task.id)
        self._bars.stop()

    def _draw(self, name: str, done: int, total: int) -> None:
        self._bars.update(self._task(name), completed=done, total=total)

    def _task(self, name: str) -> TaskID:
        if not self._tasks:
            self._bars.start()
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=None)
        return self._tasks[name]


class _Lines(Stages):
    """Prints a line when a stage begins a new tenth of its whole."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self._tenths: dict[str, int] = {}

    def _draw(self, name: str, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 10
        if tenth <= self._tenths.get(name, -1):
            return
        self._tenths[name] = tenth
        self._console.print(f"{name}: {done:,} of {total:,}", soft_wrap=True)
