"""What a run keeps for later runs, what earlier ones kept, and the documents that were ingested."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from agentic.errors import ToolError
from agentic.safety.provenance import UNTRUSTED, from_elsewhere
from agentic.safety.secrets import redact
from agentic.tools.base import tool
from agentic.tools.context import ToolContext, ToolOutput

if TYPE_CHECKING:
    from memory import Memory, Record

__all__ = ["recall", "remember", "search_documents"]

HITS = 5
PASSAGES = 4
"""Passages of documents that a search brings; each has up to 256 tokens."""


def _has_memory(context: ToolContext) -> bool:
    return context.memory is not None


def _has_documents(context: ToolContext) -> bool:
    return context.memory is not None and next(context.memory.documents(), None) is not None


@tool(effects=["writes"], when=_has_memory, confined=True)
def remember(text: Annotated[str, Field(min_length=1)], context: ToolContext) -> ToolOutput:
    """Save a fact for later, only when the task asks to remember or note it.

    Args:
        text: The fact as a whole sentence, with who or what it is about.
    """
    from memory.errors import Refused

    if not text.strip():
        raise ToolError("There is nothing to remember: 'text' is empty.")
    memory = _memory(context)
    source = f"run {context.run_id}" if context.run_id else None
    began = datetime.now(UTC)
    try:
        metadata = {UNTRUSTED: True} if context.untrusted else {}
        # what others wrote may stand beside what the user said, and never in its place
        record = memory.add(
            redact(text),
            kind="fact",
            source=source,
            metadata=metadata,
            supersedes=not context.untrusted,
        )
    except Refused as error:
        raise ToolError(str(error)) from error
    if record.created < began:
        return ToolOutput(f"Known already, as {record.id}: {record.text}", (record.citation,))
    told = f"Remembered as {record.id}: {record.text}"
    account = memory.why(record.id)
    for old in account.before if account is not None else ():
        told += f"\nIt takes the place of: {old.text}"
    return ToolOutput(told, (record.citation,))


@tool(effects=["reads"], when=_has_memory)
def recall(query: Annotated[str, Field(min_length=1)], context: ToolContext) -> ToolOutput:
    """Look up what was remembered or read in earlier, in this and in other runs.

    Args:
        query: What to look for, in a few words.
    """
    hits = _memory(context).relevant(_asked(query), limit=HITS)
    if not hits:
        return ToolOutput(f"Nothing is remembered about {query.strip()!r}.")
    return _cited((hit.record for hit in hits), context)


@tool(effects=["reads"], untrusted=True, when=_has_documents, max_chars=6000)
def search_documents(
    query: Annotated[str, Field(min_length=1)], context: ToolContext
) -> ToolOutput:
    """Find passages of the documents that were taken in, such as guides and reports.

    Args:
        query: A question, or what to look for in a few words.
    """
    hits = _memory(context).relevant(_asked(query), limit=PASSAGES, kinds=["passage"])
    if not hits and not _has_documents(context):
        return ToolOutput("No documents were taken in; `agentic ingest` does that.")
    if not hits:
        return ToolOutput(f"The documents say nothing about {query.strip()!r}; try other words.")
    return _cited((hit.record for hit in hits), context)


def _cited(records: Iterable["Record"], context: ToolContext) -> ToolOutput:
    """Records one beneath the other, each after its citation; noted as used."""
    found = {record.citation: record for record in records}
    by = f"run {context.run_id}" if context.run_id else "a tool"
    _memory(context).use([record.id for record in found.values()], by=by)
    lines = [
        f"{number}. {citation}: {record.text}"
        for number, (citation, record) in enumerate(found.items(), start=1)
    ]
    untrusted = any(map(from_elsewhere, found.values()))
    return ToolOutput("\n".join(lines), tuple(found), untrusted)


def _asked(query: str) -> str:
    if not query.strip():
        raise ToolError("There is nothing to look for: 'query' is empty.")
    return query.strip()


def _memory(context: ToolContext) -> "Memory":
    if context.memory is None:
        raise ToolError("This agent has no memory; nothing can be remembered or recalled.")
    return context.memory
