"""What Chroma leaves to its users: files that all may read, errors of every sort, and hanging."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

from memory.errors import IndexBroken

__all__ = ["breaking", "causes", "seal", "within"]


@contextmanager
def breaking() -> Iterator[None]:
    """Turn whatever Chroma raises in the block into IndexBroken."""
    try:
        yield
    except IndexBroken:
        raise
    except BaseException as error:
        # Chroma's Rust core panics with an exception that is not an Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise IndexBroken(f"{type(error).__name__}: {error}") from error
        raise


def within(seconds: float, work: Callable[[], None]) -> None:
    """Do work in a thread that is left behind if it hangs, as Chroma does on some broken files.

    Raises:
        IndexBroken: the work failed, or took longer.
    """
    future: Future[None] = Future()

    def run() -> None:
        try:
            with breaking():
                work()
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name="chroma-open").start()
    try:
        future.result(seconds)
    except TimeoutError as error:
        raise IndexBroken(f"did not open within {seconds:g} s") from error


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def seal(folder: Path) -> None:
    """Let nobody but the owner read the files that Chroma made."""
    for file in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):
            os.chmod(file, 0o700 if file.is_dir() else 0o600)
