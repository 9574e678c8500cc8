"""What is to be deleted: chosen, shown, and only then gone. And what fades."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console

from agentic.console.filters import source_of, typed, where_of
from agentic.console.hits import draw_records
from agentic.console.ids import record_of
from agentic.console.marks import QUIET
from agentic.console.moments import span
from agentic.console.page import Page
from agentic.console.phrases import amount
from agentic.errors import UsageError

if TYPE_CHECKING:
    from memory import Memory, Record
    from memory.fading import Faded

__all__ = ["Choosing", "Doomed", "budgets", "choose", "draw_doomed", "draw_faded", "may_ask"]

MOST = 10
"""Most memories that are forgotten by a query."""
SHOWN = 10
"""Memories that are shown before it is asked."""


@dataclass(frozen=True)
class Choosing:
    """What the user wants forgotten, in terms of the memory."""

    ids: tuple[str, ...] = ()
    query: str | None = None
    source: str | None = None
    older_than: timedelta | None = None
    kinds: tuple[str, ...] | None = None
    where: Mapping[str, Any] | None = None

    @staticmethod
    def of(
        ids: Sequence[str] | None,
        query: str | None,
        source: str | None,
        older_than: str | None,
        kind: Sequence[str] | None,
        where: Sequence[str] | None,
    ) -> "Choosing":
        """From what was typed.

        Raises:
            UsageError: if nothing was, or a span or a condition is none.
        """
        chosen = Choosing(
            ids=tuple(ids) if ids else (),
            query=typed(query) if query is not None else None,
            source=source_of(source) if source is not None else None,
            older_than=span(older_than, "--older-than") if older_than is not None else None,
            kinds=tuple(map(typed, kind)) if kind else None,
            where=where_of(where) if where else None,
        )
        if chosen == Choosing():
            raise UsageError(
                "Say what is to be forgotten: an ID, or --query, --source, --older-than, --kind, "
                "--where."
            )
        return chosen

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions that what is forgotten must meet; those that were given."""
        given = {
            "source": self.source,
            "older_than": self.older_than,
            "kinds": self.kinds,
            "where": self.where,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Doomed:
    """What would be deleted."""

    records: Sequence["Record"]
    ids: tuple[str, ...] | None
    """Those that were named or found; None for all that meet the conditions."""
    conditions: Mapping[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether there is surely nothing to delete."""
        return self.ids is not None and not self.ids

    def delete(self, memory: "Memory") -> int:
        """Delete it. How many there were, versions that they replaced not counted."""
        return 0 if self.is_empty else memory.forget(*(self.ids or ()), **self.conditions)


def choose(memory: "Memory", wanted: Choosing) -> Doomed:
    """What a choice comes to. A query is asked once: what it finds is what is deleted.

    Raises:
        UsageError: if an id is unknown.
    """
    conditions = wanted.conditions
    if not wanted.ids and wanted.query is None:
        return Doomed(list(_fitting(memory, conditions)), None, conditions)
    records = {record.id: record for record in (record_of(memory, id) for id in wanted.ids)}
    if wanted.query is not None:
        hits = memory.relevant(wanted.query, limit=MOST, kinds=wanted.kinds)
        records |= {hit.record.id: hit.record for hit in hits}
    ids = tuple(records)
    if conditions:
        fitting = {record.id for record in _fitting(memory, conditions)}
        records = {id: record for id, record in records.items() if id in fitting}
    return Doomed(list(records.values()), ids, conditions)


def may_ask() -> bool:
    """Whether there is a terminal to ask on."""
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


def draw_doomed(doomed: Doomed, console: Console) -> None:
    """Print what would be deleted, the first of it."""
    page, count = Page(console), len(doomed.records)
    draw_records(doomed.records[:SHOWN], console)
    more = f", of which {SHOWN} are shown" if count > SHOWN else ""
    said = f"{count:,} {'memory' if count == 1 else 'memories'}{more}, with the versions before"
    page.paragraph([], said if count else "nothing that is held; of what is past, all that fits")


def budgets(pairs: Sequence[str] | None) -> dict[str, int] | None:
    """Budgets by kind, from KIND=N each; None for the default ones.

    Raises:
        UsageError: if one is no budget.
    """
    found = {}
    for pair in map(typed, pairs if pairs is not None else ()):
        kind, _, most = pair.rpartition("=")
        if not kind.strip() or not (most.isascii() and most.isdigit()):
            raise UsageError(f"--budget: {pair!r} is no budget; episode=2000 is.")
        found[kind.strip()] = int(most)
    return found or None


def draw_faded(gone: Sequence["Faded"], console: Console, *, dry_run: bool) -> None:
    """Print what faded, or would."""
    page = Page(console)
    draw_records([each.record for each in gone], console)
    would = "would fade" if dry_run else "faded"
    said = amount(len(gone), "record") if gone else "nothing"
    page.paragraph([], f"{said} {would}", QUIET)


def _fitting(memory: "Memory", conditions: Mapping[str, Any]) -> "Sequence[Record]":
    filters = dict(conditions)
    if (older_than := filters.pop("older_than", None)) is not None:
        filters["until"] = datetime.now(UTC) - older_than
    return list(memory.list(**filters))
