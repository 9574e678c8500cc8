"""All that is known about one memory, as lines for a reader."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from agentic.console.hits import GONE
from agentic.console.moments import minute
from agentic.console.page import Page
from agentic.console.phrases import amount, value
from agentic.console.rows import draw_rows
from agentic.console.text import clean, one_line

if TYPE_CHECKING:
    from memory import Account, Record

__all__ = ["draw_account", "draw_record"]

Rows = Iterator[tuple[str, str]]


def draw_record(record: "Record", console: Console) -> None:
    """Print a memory's text in whole, and under it what it bears."""
    page = Page(console)
    _draw_text(page, record)
    draw_rows(page, _facts(record, page))


def draw_account(account: "Account", console: Console) -> None:
    """Print a memory, where it comes from, and what became of it."""
    page = Page(console)
    _draw_text(page, account.record)
    draw_rows(page, [*_facts(account.record, page, account.sources), *_fate(account, page)])


def _draw_text(page: Page, record: "Record") -> None:
    page.paragraph([], clean(record.text) or GONE)
    page.blank()


def _facts(record: "Record", page: Page, sources: Sequence[str] = ()) -> Rows:
    yield "id", record.id
    yield "kind", one_line(record.kind)
    yield "held", _span(record, page)
    if record.source:
        yield "from", one_line(record.citation.removesuffix(record.mark))
    for source in sources:
        if source != record.source:
            yield "from", one_line(source)
    for key, given in record.metadata.items():
        yield "with", f"{one_line(key)} {value(given)}"
    yield "importance", f"{record.importance:g}"


def _fate(account: "Account", page: Page) -> Rows:
    arrow = page.marks.arrow
    if account.record.ended is None:
        yield "strength", f"{account.strength:.2f}"
        yield "used", amount(account.used, "time") if account.used else "never"
    for use in account.uses:
        yield "used", f"{minute(use.at)} by {one_line(use.by)}"
    if account.because is not None:
        by = f" {arrow} {account.instead}" if account.instead is not None else ""
        yield "ended", f"{one_line(account.because)}{by}"
    for record in account.before:
        yield "before", f"{one_line(record.text) or GONE} ({_span(record, page)}, {record.id})"
    for event in account.history:
        yield "history", f"{minute(event.at)} {one_line(event.event)}{_detail(event.detail)}"


def _span(record: "Record", page: Page) -> str:
    since = minute(record.created)
    if record.ended is None:
        return f"since {since}"
    return f"{since} {page.marks.arrow} {minute(record.ended)}"


def _detail(detail: Mapping[str, Any]) -> str:
    said = ", ".join(f"{one_line(name)} {value(given)}" for name, given in detail.items())
    return f": {said}" if said else ""
