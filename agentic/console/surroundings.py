"""How a run's surroundings are drawn: who runs, what was recalled, said, cited and kept."""

from collections.abc import Sequence

from agentic.console.marks import ACCENT, ALERT, QUIET
from agentic.console.page import Page
from agentic.console.phrases import usage_parts
from agentic.console.text import clean, cut, one_line
from agentic.events import Learned, ModelCalled, RunStarted
from agentic.state import Recollection

__all__ = ["draw_learned", "draw_model_call", "draw_recalled", "draw_sources", "draw_start"]

FEW = 3
"""Memories whose text is shown in the outline."""


def draw_start(page: Page, event: RunStarted, *, whole: bool) -> None:
    """Who does it, with which model; whole: the run's id and the task too."""
    names = f" {page.marks.dot} ".join(map(one_line, (event.agent, event.model)))
    page.line((cut(names, page.width, page.marks.more), QUIET))
    if whole:
        page.paragraph([(f"run {event.run_id}  ", QUIET)], clean(event.task), QUIET)


def draw_recalled(page: Page, hits: list[Recollection], *, whole: bool) -> None:
    """How many memories; each on a line when they are few, and with its source when whole."""
    marks = page.marks
    page.line((f"recalled {len(hits)} {'memory' if len(hits) == 1 else 'memories'}", QUIET))
    for hit in hits if whole or len(hits) <= FEW else ():
        lead = f"  {marks.dot} "
        if whole:
            about = f"{clean(hit.text)}  ({hit.kind} {one_line(hit.citation)})"
            page.paragraph([(lead, QUIET)], about, QUIET)
        else:
            text = cut(one_line(hit.text), page.width - len(lead), marks.more)
            page.line((lead + text, QUIET))


def draw_model_call(page: Page, event: ModelCalled) -> None:
    """What the model said in a node, and what that took."""
    parts = [f"{event.usage.seconds:.1f} s", *usage_parts(event.usage)[1:]]
    dot = f" {page.marks.dot} "
    page.paragraph([(f"model {one_line(event.node)}  ", ACCENT)], dot.join(parts), QUIET)
    if event.text.strip():
        page.paragraph([("    ", "")], clean(event.text.strip()), QUIET)


def draw_sources(page: Page, sources: Sequence[str]) -> None:
    """What the marks of an answer stand for, a line each."""
    for number, source in enumerate(sources, start=1):
        page.paragraph([(f"[{number}] ", ACCENT)], one_line(source), QUIET)


def draw_learned(page: Page, event: Learned, *, whole: bool) -> None:
    """What could not be kept and what had to go; whole: what was kept, too."""
    if event.ids and whole:
        page.paragraph([], f"kept this run as {', '.join(event.ids)}", QUIET)
    if event.faded:
        faded = "; ".join(map(one_line, event.faded))
        page.paragraph([], f"memory was full, and the weakest went: {faded}", QUIET)
    if event.trouble:
        page.paragraph([], f"not kept in memory: {one_line(event.trouble)}", ALERT)
