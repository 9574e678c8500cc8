"""Takes documents in, in the user's sight: bars, what became of each file, a way to break off."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from agentic.console.marks import ACCENT, ALERT, QUIET
from agentic.console.page import Page
from agentic.console.phrases import amount
from agentic.console.plain import OUTCOMES
from agentic.console.stages import Stages, stages, watched
from agentic.console.terminal import notice
from agentic.console.text import one_line

if TYPE_CHECKING:
    from memory import Memory
    from memory.ingestion import Ingested

__all__ = ["draw_ingested", "ingest", "make_vectors", "rebuilt"]

Progress = Mapping[str, tuple[int, int]]


def ingest(memory: "Memory", paths: Sequence[Path], console: Console, **options: Any) -> "Ingested":
    """Take documents in under bars.

    Args:
        memory: Where to.
        paths: Files and folders.
        console: Where the bars are drawn.
        options: More for `Memory.ingest`.

    Raises:
        KeyboardInterrupt: the user broke off, and was told what is there.
    """
    with_vectors = options.get("vectors", True)

    def told(stage: str, done: int, total: int) -> None:
        bars(stage, done, total)
        if stage == "reading" and done == total and with_vectors:
            bars.expect("vectors")

    with stages(console) as bars:
        try:
            return watched(lambda: memory.ingest(paths, progress=told, **options), bars)
        except KeyboardInterrupt:
            told_of = _broken_off(bars.done)
    notice(console, told_of, "red")
    raise KeyboardInterrupt


def make_vectors(memory: "Memory", console: Console) -> int:
    """Make the vectors that are missing, under a bar. How many are missing still."""
    return ingest(memory, (), console).pending


def rebuilt(memory: "Memory", console: Console) -> int:
    """Make the index anew under bars: one for vectors if there are any to make, one for the index.

    Raises:
        KeyboardInterrupt: the user broke off, and was told that the next call goes on.
    """
    with stages(console) as bars:
        progress = _one_after_the_other(bars)
        try:
            return watched(lambda: memory.rebuild(progress=progress), bars)
        except KeyboardInterrupt:
            pass
    notice(console, "interrupted: the next call, or the next search, goes on", "red")
    raise KeyboardInterrupt


def draw_ingested(done: "Ingested", console: Console) -> None:
    """Print what the files came to, the passages, and each file that failed with its reason."""
    page = Page(console)
    counts = {outcome: done.count(outcome) for outcome in OUTCOMES}
    parts = [f"{count:,} {outcome}" for outcome, count in counts.items() if count]
    files = amount(len(done.files), "file")
    page.paragraph([(f"{files}: ", ACCENT)], ", ".join(parts) or "nothing to be read there")
    passages = f"{amount(done.added, 'passage')} added, {done.removed:,} removed"
    waiting = (
        f"; {amount(done.pending, 'vector')} to be made, words find them meanwhile"
        if done.pending
        else ""
    )
    page.paragraph([], passages + waiting, QUIET)
    for file in done.failed:
        page.paragraph([(f"{page.marks.failed} ", ALERT)], _why(file.path, file.reason))


def _one_after_the_other(bars: Stages) -> Callable[[int, int], None]:
    """What is told of two stages, the second of which begins where the count does anew."""
    before, names = 0, ["vectors", "indexing"]

    def told(done: int, total: int) -> None:
        nonlocal before
        if done < before and len(names) > 1:
            names.pop(0)
        before = done
        bars(names[0], done, total)

    return told


def _why(path: str, reason: str) -> str:
    """The reason, which mostly names the file."""
    return one_line(reason if Path(path).name in reason else f"{path}: {reason}")


def _broken_off(done: Progress) -> str:
    read, total = done.get("reading", (0, 0))
    if read < total or not total:
        return (
            f"interrupted: {read:,} of {amount(total, 'file')} read, which words find now; the "
            "next call goes on"
        )
    made, all_of_them = done.get("vectors", (0, 0))
    left = f"{all_of_them - made:,} of {all_of_them:,} vectors"
    if made == all_of_them:
        left = "the index" if made else "the vectors"
    return f"interrupted: all files are read and found by words; the next call goes on with {left}"
