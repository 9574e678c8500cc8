"""Talking to a process behind a wall: a request, what it prints, and how it ended, all bounded."""

import codecs
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import Literal

from agentic.safety.sandboxes import MOST_OUTPUT
from agentic.safety.sandboxes.confined import Confined

__all__ = ["MOST_BYTES", "MOST_FILES", "End", "Reply", "exchange"]

End = Literal["ended", "unstarted", "time", "output", "files"]
"""The process told how it ended, or ended without; it never began; or what it went over."""

MOST_BYTES = 16 * 2**20
"""Bytes that the files of a run may have together."""
MOST_FILES = 100
_MOST_TOLD = 8 * MOST_OUTPUT
"""Bytes that may be told of the end: a value, escaped."""
_START = 20.0
"""Seconds that a process may take to be ready for the code."""
_TICK = 0.05
"""Seconds between looks at the folder."""
_CHUNK = 1 << 16
_READY = b"\0"


@dataclass(frozen=True)
class Reply:
    """What came of a process."""

    end: End
    printed: str
    told: bytes
    """A line of JSON, if the process is to be believed; or what kept it from starting."""


def exchange(process: Confined, request: bytes, seconds: float, folder: Path) -> Reply:
    """Hand over the request, and take in what comes until the process has told how it ended.

    Args:
        process: The process; it is not ended here.
        request: What it reads from its standard input.
        seconds: Time from when it is ready.
        folder: Where it may write; looked at all along.
    """
    talk = _Talk(process, request)
    with talk.waiting:
        talk.go_on(_START, folder, lambda: talk.ready or talk.closed)
        if not talk.ready:
            return Reply("unstarted", "", talk.told)
        end = talk.go_on(seconds, folder, lambda: b"\n" in talk.told or talk.closed)
        if end == "ended":
            talk.drain()
    if len(talk.printed) > MOST_OUTPUT:
        end = "output"
    line = talk.told.removeprefix(_READY).partition(b"\n")[0]
    return Reply(end, talk.printed[:MOST_OUTPUT], line)


class _Talk:
    def __init__(self, process: Confined, request: bytes) -> None:
        self.printed = ""
        self.told = b""
        self.closed = False
        """Nothing more can be told."""
        self.waiting = DefaultSelector()
        self._process = process
        self._left = memoryview(request)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for pipe in (process.stdin, process.stdout, process.stderr):
            os.set_blocking(pipe.fileno(), False)
        self.waiting.register(process.stdin, EVENT_WRITE, self._hand_over)
        self.waiting.register(process.stdout, EVENT_READ, self._take_printed)
        self.waiting.register(process.stderr, EVENT_READ, self._take_told)

    @property
    def ready(self) -> bool:
        return self.told.startswith(_READY)

    def go_on(self, seconds: float, folder: Path, done: Callable[[], bool]) -> End:
        deadline = monotonic() + seconds
        while not done():
            left = deadline - monotonic()
            if left <= 0:
                return "time"
            for key, _ in self.waiting.select(min(left, _TICK)):
                key.data()
            if len(self.printed) > MOST_OUTPUT or len(self.told) > _MOST_TOLD:
                return "output"
            if _overfull(folder):
                return "files"
        return "ended"

    def drain(self) -> None:
        """Take what was printed before the end was told, and lies in the pipe yet."""
        while len(self.printed) <= MOST_OUTPUT and self._take_printed():
            pass

    def _hand_over(self) -> None:
        pipe = self._process.stdin
        try:
            self._left = self._left[os.write(pipe.fileno(), self._left[:_CHUNK]) :]
        except BrokenPipeError:
            self._left = self._left[:0]
        if not self._left:
            self.waiting.unregister(pipe)
            pipe.close()

    def _take_printed(self) -> bool:
        with suppress(BlockingIOError):
            data = os.read(self._process.stdout.fileno(), _CHUNK)
            self.printed += self._decoder.decode(data, final=not data)
            if not data and self._process.stdout in self.waiting.get_map():
                self.waiting.unregister(self._process.stdout)
            return bool(data)
        return False

    def _take_told(self) -> None:
        data = os.read(self._process.stderr.fileno(), _CHUNK)
        self.told += data
        if not data:
            self.closed = True
            self.waiting.unregister(self._process.stderr)


def _overfull(folder: Path) -> bool:
    """Whether a run has written too much; it can make no folders, so this is all there is."""
    size = 0
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries, 1):
            with suppress(FileNotFoundError):  # deleted just now
                size += entry.stat(follow_symlinks=False).st_size
            if count > MOST_FILES or size > MOST_BYTES:
                return True
    return False
