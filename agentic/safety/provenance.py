"""Where a run's text is from, and what it may bring about: the rule of two.

A run may read text from elsewhere, and it may read what is the user's alone; one that did both
brings nothing to others without the user's word, for the text may have asked for it. The marks are
on what was read and go with it: into the run, into what it writes to memory, and into the runs that
recall that.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agentic.safety.addressing import addresses, texts

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from agentic.state import State, Touch
    from agentic.tools.base import Tool
    from memory import Record

__all__ = [
    "BOTH",
    "TOUCHED",
    "UNTRUSTED",
    "Within",
    "carried",
    "from_elsewhere",
    "reaches_out",
    "runs_within",
    "touched",
    "within",
]

BOTH: "frozenset[Touch]" = frozenset({"untrusted", "private"})

UNTRUSTED = "untrusted"
"""Key of a memory's metadata that says it was written after text from elsewhere had been read."""
TOUCHED = "touched"
"""Key under which a message of a talk says what the run that it came of had read."""


def carried(history: "Iterable[BaseMessage]") -> "list[Touch]":
    """What had been read before a run: by the talk, as its messages say, and by a run around it."""
    marks = {mark for message in history for mark in message.additional_kwargs.get(TOUCHED, ())}
    return sorted(marks & BOTH | within().given)


@dataclass(frozen=True)
class Within:
    """What passes between a run and the runs that its tools begin."""

    given: "frozenset[Touch]"
    """What the run around them has read."""
    found: "set[Touch]" = field(default_factory=set)
    """What they have read."""


_within: ContextVar[Within | None] = ContextVar("agentic_within", default=None)


@contextmanager
def runs_within(passing: Within) -> Iterator[None]:
    """Within the block is a tool of a run; what passes between that and runs that begin there.

    Not for a block that yields to others: what an asynchronous generator sets, its caller has too.
    """
    token = _within.set(passing)
    try:
        yield
    finally:
        _within.reset(token)


def within() -> Within:
    """What passes to a run that begins here, and from it to the one around it."""
    around = _within.get()
    return around if around is not None else Within(frozenset())


def from_elsewhere(record: "Record") -> bool:
    """Whether a memory is, or came from, text that others wrote: so are passages of documents."""
    return record.kind == "passage" or bool(record.metadata.get(UNTRUSTED))


def touched(state: "State") -> "frozenset[Touch]":
    """What a run has read so far."""
    marks: set[Touch] = set(state.get("carried", ()))
    recalled, seen = state.get("recalled", ()), state.get("observations", ())
    if any(each.untrusted for each in (*recalled, *seen)):
        marks.add("untrusted")
    if recalled or any(each.private for each in seen):
        marks.add("private")
    return frozenset(marks)


def reaches_out(tool: "Tool", args: Mapping[str, Any], state: "State") -> bool:
    """Whether a call may bring something to others, or change something outside the workspace.

    So may one whose effects nobody told, and one of somebody else's that reaches the network: what
    it is handed goes there. Others that only read from the network do so if they ask for an address
    that stands neither in the task nor in what came from the web alone: what the run has read could
    have been put into it.
    """
    effects = tool.effects_of(args)
    if effects is None or not effects.isdisjoint({"sends", "executes"}):
        return True
    if "writes" in effects and not (tool.confined and "network" not in effects):
        return True
    if "network" not in effects:
        return False
    asked = addresses(dict(args), bare=True)
    return tool.foreign or any(not _is_given(address, state) for address in asked)


def _is_given(address: str, state: "State") -> bool:
    """Whether an address stands in the task, or in what came from the web alone.

    What is private doesn't count, nor an error, nor what repeats what it was asked: a query can put
    a secret and an address together, and what was written can be read again.
    """
    return _stands(address, state["task"]) or any(
        any(_stands(address, source) for source in seen.sources)
        or (_stands(address, seen.result) and not any(address in each for each in texts(seen.args)))
        for seen in state.get("observations", ())
        if seen.ok and seen.untrusted and not seen.private
    )


def _stands(address: str, text: str) -> bool:
    """Whether an address stands in a text, and not as the beginning of a longer one only."""
    at = text.find(address)
    while at >= 0:
        after = text[at + len(address) : at + len(address) + 1]
        if not after or not (after.isalnum() or after in "/?#&=%-_~+"):
            return True
        at = text.find(address, at + 1)
    return False
