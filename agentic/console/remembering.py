"""The commands of the REPL over the memory: recall, why, ingest, documents, forget."""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from agentic.console.talk import Talk
from agentic.console.terminal import notice
from agentic.errors import UsageError

if TYPE_CHECKING:
    from memory import Memory, Record

__all__ = ["documents", "forget", "ingest", "memory", "recall", "why"]


def memory(talk: Talk, rest: str) -> None:
    """Say what the memory holds, or what is in it about something."""
    if rest:
        recall(talk, rest)
        return
    found = _memory(talk).stats()
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.kinds.items()) or "nothing yet"
    notice(talk.console, f"{found.path}: {kinds}", "")


def recall(talk: Talk, rest: str) -> None:
    """Look something up."""
    from agentic.console.hits import draw_hits

    hits = _memory(talk).search(_given(rest, "recall", "the harbour"), limit=5)
    draw_hits(hits, talk.console)
    _note(talk, (hit.record for hit in hits))


def why(talk: Talk, rest: str) -> None:
    """Tell all that is known about a memory."""
    from agentic.console.accounts import draw_account
    from agentic.console.ids import account_of

    store = _memory(talk)
    draw_account(account_of(store, _given(rest, "why", "3f9a")), talk.console)


def ingest(talk: Talk, rest: str) -> None:
    """Take documents in; Ctrl-C breaks off, and what was read stays."""
    from agentic.console.ingesting import draw_ingested
    from agentic.console.ingesting import ingest as do

    store, paths = _memory(talk), _paths(_given(rest, "ingest", "docs"))
    try:
        draw_ingested(do(store, paths, talk.console), talk.console)
    except KeyboardInterrupt:
        return  # the user was told


def documents(talk: Talk, rest: str) -> None:
    """List the documents that were ingested."""
    from agentic.console.volumes import draw_volumes

    draw_volumes(list(_memory(talk).documents()), talk.console)


def forget(talk: Talk, rest: str) -> None:
    """Delete memories for good, if the user agrees."""
    from agentic.console.forgetting import Choosing, choose, draw_doomed

    store = _memory(talk)
    doomed = choose(store, Choosing(ids=tuple(_given(rest, "forget", "3f9a").split())))
    draw_doomed(doomed, talk.console)
    if talk.confirm("Delete for good?"):
        notice(talk.console, f"{doomed.delete(store)} forgotten.")
    else:
        notice(talk.console, "Nothing was deleted.")


def _memory(talk: Talk) -> "Memory":
    if talk.agent.memory is None:
        raise UsageError("This agent has no memory.")
    return talk.agent.memory


def _given(rest: str, name: str, example: str) -> str:
    if not rest:
        raise UsageError(f"/{name} needs something more, such as: /{name} {example}")
    return rest


def _paths(text: str) -> list[Path]:
    """One path, spaces and all, if there is something of that name; else words as a shell does."""
    from agentic.console.filters import home

    if home(text).exists():
        return [home(text)]
    try:
        return [home(word) for word in shlex.split(text)]
    except ValueError as error:
        raise UsageError(f"/ingest: {text!r} has a quote without its end.") from error


def _note(talk: Talk, records: "Iterable[Record]") -> None:
    """Let the ids that the user sees be completed."""
    from agentic.console.text import cut, one_line

    talk.seen.update((record.id, cut(one_line(record.text), 40)) for record in records)
