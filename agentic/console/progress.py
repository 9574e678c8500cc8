"""The bar that a user watches while weights are fetched."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column

__all__ = ["pull_progress"]

Advance = Callable[[int, int], None]


@contextmanager
def pull_progress(console: Console | None = None) -> Iterator[Advance]:
    """Draw what a fetch reports: a bar with bytes, rate and time left, or lines for a log.

    Nothing is drawn before the first report, so a fetch that finds its file stays silent.

    Args:
        console: Where to draw; by default stderr.

    Yields:
        The callback, told the bytes there are and the bytes of the whole.
    """
    console = console if console is not None else Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines(console)
        return
    bar = Progress(*_columns(console.width), console=console)
    try:
        yield _Bar(bar)
    finally:
        bar.stop()


def _columns(width: int) -> list[ProgressColumn]:
    """As many columns as fit, the dearest kept longest; only the bar gives way."""
    columns: list[ProgressColumn] = [BarColumn(bar_width=None)]
    if width < 30:
        return [*columns, TaskProgressColumn()]
    columns += [DownloadColumn(table_column=Column(no_wrap=True))]
    if width >= 40:
        columns += [TransferSpeedColumn(table_column=Column(no_wrap=True))]
    left = TimeRemainingColumn(compact=width < 60, table_column=Column(no_wrap=True))
    return [*columns, left]


class _Bar:
    """Draws on a terminal, from the first report on."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar

    def __call__(self, done: int, total: int) -> None:
        if not self._bar.tasks:
            self._bar.start()
            self._bar.add_task("", total=total, completed=done)
        self._bar.update(self._bar.task_ids[0], completed=done, total=total)


class _Lines:
    """Prints a line at the first report and at each tenth of the whole."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tenth = -1
        self._began = time.monotonic()
        self._from = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // total
        if self._tenth < 0:
            self._began, self._from = time.monotonic(), done
        elif tenth <= self._tenth:
            return
        self._tenth = tenth
        text = f"fetched {decimal(done)} of {decimal(total)}, {100 * done // total} %"
        self._console.print(
            text + self._pace(done, total), markup=False, highlight=False, soft_wrap=True
        )

    def _pace(self, done: int, total: int) -> str:
        seconds = time.monotonic() - self._began
        came = done - self._from
        if came <= 0 or seconds <= 0 or done >= total:
            return ""
        rate = came / seconds
        return f", {decimal(int(rate))}/s, {(total - done) / rate:.0f} s left"
