"""The streams of the command line: the answer on stdout, all else on stderr, never a crash."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.console import Console
from rich.text import Text

from agentic.console.text import clean, escaped, printable_json, wrap

__all__ = [
    "at_hand",
    "notice",
    "prepare_streams",
    "say",
    "say_json",
    "say_lines",
    "stderr_console",
    "stdout_console",
]

PIPE_CLOSED = 128 + 13
"""Exit code of a program whose reader went away, as the shell gives it: 128 + SIGPIPE."""


class _Cleaned(logging.Formatter):
    """Lines of the log for a terminal: what they quote may be anybody's text."""

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


def prepare_streams() -> None:
    """Let a character that the locale lacks be written as an escape instead of raising.

    Warnings in the log, which stderr gets where nobody set it up, are cleaned.
    """
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_Cleaned())
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


class _Plain(Console):
    """A console that takes no text for markup, and outlives its reader."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, soft_wrap=True, **options)

    def on_broken_pipe(self) -> None:
        """Fall silent: the answer still matters when nobody watches the trace."""
        self.quiet = True
        _discard(self.file)
        if not self.stderr:
            raise SystemExit(PIPE_CLOSED)


def stderr_console(**options: Any) -> Console:
    """The console for the trace and for what the user should know."""
    return _Plain(stderr=True, **options)


def stdout_console(**options: Any) -> Console:
    """The console for tables and for the REPL."""
    return _Plain(**options)


def at_hand(console: Console) -> bool:
    """Whether somebody sits there who can be asked: what is asked is seen, and a line is typed."""
    return console.is_terminal and sys.stdin is not None and sys.stdin.isatty()


def notice(console: Console, text: str, style: str = "dim") -> None:
    """Tell the user something; in a terminal, in rows that fit it."""
    text = clean(text)
    if console.is_terminal:
        text = "\n".join(wrap(text, console.width))
    console.print(Text(text, style))


def say(text: str) -> None:
    """Write the one thing that stdout is for, cleaned, and a newline."""
    _write(clean(text))


def say_json(value: Any) -> None:
    """Write one JSON value on one line to stdout."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    _write(printable_json(value, ascii_only=not encoding.lower().startswith("utf")))


def say_lines(lines: Iterable[str]) -> None:
    """Write lines of JSON to stdout in UTF-8, whatever the locale."""
    if sys.stdout is None:
        return
    for line in lines:
        with _to_the_reader():
            sys.stdout.buffer.write(f"{escaped(line)}\n".encode())
    with _to_the_reader():
        sys.stdout.buffer.flush()


def _write(text: str) -> None:
    if sys.stdout is None:  # started with stdout closed
        return
    with _to_the_reader():
        print(text, flush=True)


@contextmanager
def _to_the_reader() -> Iterator[None]:
    """End as a program does whose reader went away; tell of a disk that is full."""
    try:
        yield
    except BrokenPipeError:
        _leave()
    except OSError as error:
        from agentic.errors import AgenticError

        _discard(sys.stdout)
        raise AgenticError(f"Can't write to stdout: {error.strerror}.") from error


def _leave() -> NoReturn:
    _discard(sys.stdout)
    raise SystemExit(PIPE_CLOSED)


def _discard(stream: Any) -> None:
    """Send the rest to nowhere, so that the flush at exit doesn't fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
