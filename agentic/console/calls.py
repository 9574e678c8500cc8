"""How a tool call is drawn: on one line, or whole."""

from rich.cells import cell_len

from agentic.console.marks import ACCENT, ALERT, QUIET
from agentic.console.page import Page, Span
from agentic.console.phrases import arguments, share_out, value
from agentic.console.reasons import reason
from agentic.console.text import clean, cut, one_line
from agentic.events import ToolEnded, ToolStarted
from agentic.state import Question

__all__ = ["draw_broken_off", "draw_call", "draw_waiting", "draw_whole_call"]

NARROW = 30
"""Columns that arguments and result need together to share a line."""
LEAST = 8
"""Columns that a text is given at least."""


def draw_call(page: Page, number: str, began: ToolStarted, ended: ToolEnded) -> None:
    """The call on one line, cut to the width; on two where there is no room for that."""
    marks = page.marks
    head, name, seconds = _head(page, number, ended), one_line(ended.name), _seconds(ended)
    args = arguments(began.args)
    result = one_line(ended.result) if ended.result.strip() else "(empty)"
    arrow = f" {marks.arrow} "
    room = page.width - _width(head) - cell_len(f"{name}()") - len(seconds)
    both = room - cell_len(arrow)
    style = "" if ended.ok else ALERT
    if cell_len(args) + cell_len(result) <= both or both >= NARROW:
        args, result = share_out(args, result, both, marks.more)
        page.line(
            *head,
            (name, ""),
            (f"({args})", QUIET),
            (arrow, QUIET),
            (result, style),
            (seconds, QUIET),
        )
        return
    page.line(
        *head,
        (cut(name, page.width - _width(head) - len(seconds) - LEAST, marks.more), ""),
        (f"({cut(args, max(room, 1), marks.more)})", QUIET),
        (seconds, QUIET),
    )
    lead = f"  {marks.arrow} "
    page.line((lead, QUIET), (cut(result, page.width - cell_len(lead), marks.more), style))


def draw_whole_call(page: Page, number: str, began: ToolStarted, ended: ToolEnded) -> None:
    """The call with everything that went in and came out."""
    page.line(*_head(page, number, ended), (one_line(ended.name), ""), (_seconds(ended), QUIET))
    for name, given in began.args.items():
        text = clean(given) if isinstance(given, str) else value(given)
        page.paragraph([(f"    {one_line(name)} = ", QUIET)], text)
    lead = [(f"  {page.marks.arrow} ", QUIET)]
    page.paragraph(lead, clean(ended.result).strip("\n") or "(empty)", "" if ended.ok else ALERT)
    if ended.sources:
        page.paragraph([("    from ", QUIET)], ", ".join(map(one_line, ended.sources)), QUIET)


def draw_broken_off(page: Page, number: str, began: ToolStarted) -> None:
    """A call that did not come back."""
    _draw_open(page, number, began, ALERT)


def draw_waiting(page: Page, number: str, asked: Question) -> None:
    """A call that the run waits for, with the id under which it is to be answered, and why."""
    _draw_open(page, f"{number} {one_line(asked.id)}", asked, ACCENT)
    if asked.why:
        page.paragraph([("    ", "")], f"{asked.kind}: {reason(asked.why)}", QUIET)


def _draw_open(page: Page, lead: str, began: ToolStarted | Question, style: str) -> None:
    said = f"{one_line(began.name)}({arguments(began.args)})"
    head: list[Span] = [(f"{page.marks.open} ", style), (f"{lead} ", QUIET)]
    page.line(*head, (cut(said, page.width - _width(head), page.marks.more), QUIET))


def _head(page: Page, number: str, ended: ToolEnded) -> list[Span]:
    if ended.repeated:
        return [(f"{page.marks.again} ", QUIET), (f"{number} ", QUIET)]
    if ended.in_doubt:
        return [("?", ALERT), (f" {number} ", QUIET)]
    mark = (page.marks.done, ACCENT) if ended.ok else (page.marks.failed, ALERT)
    return [mark, (f" {number} ", QUIET)]


def _seconds(ended: ToolEnded) -> str:
    return "  same call" if ended.repeated else f"  {ended.seconds:.1f}s"


def _width(spans: list[Span]) -> int:
    return sum(cell_len(text) for text, _ in spans)
