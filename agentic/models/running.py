"""Threads inside llama.cpp: each can be stopped, and none is left when the interpreter ends."""

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from agentic.errors import ModelError

__all__ = ["end_all", "start"]

_running: WeakKeyDictionary[threading.Thread, threading.Event] = WeakKeyDictionary()
_starting = threading.Lock()
_ended = threading.Event()


def start(work: Callable[[], None], stopped: threading.Event) -> None:
    """Run the work in a daemon thread, which heeds the event.

    Raises:
        ModelError: if the process is ending.
    """
    thread = threading.Thread(target=work, name="llama", daemon=True)
    with _starting:
        if _ended.is_set():
            raise ModelError("The process is ending; the embedded model takes no more calls.")
        thread.start()
        _running[thread] = stopped


def end_all() -> None:
    """Stop what runs, wait for it, and let nothing start any more."""
    with _starting:
        _ended.set()
        threads = dict(_running)
    for stopped in threads.values():
        stopped.set()
    for thread in threads:
        thread.join()
