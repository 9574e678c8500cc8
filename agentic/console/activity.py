"""The status line of a terminal: what goes on just now, for how long, and the answer growing."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from agentic.console.marks import ACCENT, QUIET
from agentic.console.page import Page
from agentic.console.phrases import doing
from agentic.console.text import clean, cut, wrap
from agentic.events import Answered, Event, TextDelta

__all__ = ["Activity"]

FRAMES_PER_SECOND = 10


class Activity:
    """Drawn under the trace while a run goes on, gone when it ends; nothing where no terminal is.

    Args:
        page: What the trace is written on.
        stream: Show the answer as the model writes it.
    """

    def __init__(self, page: Page, *, stream: bool = False) -> None:
        console = page.console
        self._page = page
        self._stream = stream
        self._doing = "starting"
        self._answer = ""
        self._began = time.monotonic()
        self._live: Live | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._live = Live(
                self,
                console=console,
                transient=True,
                refresh_per_second=FRAMES_PER_SECOND,
                redirect_stdout=False,
            )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the line away."""
        if self._live is not None:
            self._live.stop()

    def stopping(self) -> None:
        """Say that the run is being stopped; the model may take a moment to hear of it."""
        self._doing = "stopping"

    def note(self, event: Event) -> None:
        """Take in what happened."""
        match event:
            case TextDelta(text=text) if self._stream:
                self._answer += text
            case Answered():
                self._answer = ""
        self._doing = doing(event, self._page.marks) or self._doing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        seconds = time.monotonic() - self._began
        spinner = self._page.marks.spinner
        width = max(options.max_width, 8)
        rows = wrap(clean(self._answer), width)[-max(console.height - 3, 1) :]
        for row in rows if self._answer else ():
            yield Text(row, no_wrap=True)
        since = f"  {seconds:.0f} s"
        said = cut(f"{self._doing}{self._page.marks.more}", width - len(since) - 2)
        yield Text.assemble(
            (spinner[int(seconds * FRAMES_PER_SECOND) % len(spinner)], ACCENT),
            (f" {said}", QUIET),
            (since, QUIET),
            no_wrap=True,
        )
