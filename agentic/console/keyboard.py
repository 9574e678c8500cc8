"""The keyboard during a run: what is typed waits for the prompt, and Ctrl-C is heard at once."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["drop_typed", "on_interrupt", "unechoed"]


def drop_typed() -> None:
    """Drop what was typed so far and nobody has read yet, where there is a terminal."""
    try:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except (ImportError, AttributeError, OSError, ValueError, termios.error):
        return


@contextmanager
def unechoed() -> Iterator[None]:
    """Keep what is typed meanwhile off the screen; whoever reads next gets it."""
    try:
        import termios

        stdin = sys.stdin.fileno()
        before = termios.tcgetattr(stdin)
    except (ImportError, AttributeError, OSError, ValueError, termios.error):
        yield  # no terminal to be kept quiet
        return
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(stdin, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSANOW, before)


@contextmanager
def on_interrupt(tell: Callable[[], None]) -> Iterator[None]:
    """Tell of Ctrl-C as it is pressed, before what it interrupts has come to its end."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def heard(number: int, frame: FrameType | None) -> None:
        tell()
        before(number, frame)

    signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
