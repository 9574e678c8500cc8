"""What a run keeps for later runs, and what earlier ones kept."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from agentic.errors import ToolError
from agentic.tools.base import tool
from agentic.tools.context import ToolContext, ToolOutput

if TYPE_CHECKING:
    from memory import Memory

__all__ = ["recall", "remember"]

_HITS = 5


@tool(effects=["writes"])
def remember(text: Annotated[str, Field(min_length=1)], context: ToolContext) -> ToolOutput:
    """Save a fact for later, only when the task asks to remember or note it.

    Args:
        text: The fact as a whole sentence, with who or what it is about.
    """
    if not text.strip():
        raise ToolError("There is nothing to remember: 'text' is empty.")
    source = f"run {context.run_id}" if context.run_id else None
    record = _memory(context).add(text.strip(), kind="fact", source=source)
    return ToolOutput(f"Remembered as {record.id}: {record.text}", (record.id,))


@tool(effects=["reads"])
def recall(query: Annotated[str, Field(min_length=1)], context: ToolContext) -> ToolOutput:
    """Look up what was remembered or read in earlier, in this and in other runs.

    Args:
        query: What to look for, in a few words.
    """
    if not query.strip():
        raise ToolError("There is nothing to look for: 'query' is empty.")
    hits = _memory(context).relevant(query.strip(), limit=_HITS)
    if not hits:
        return ToolOutput(f"Nothing is remembered about {query.strip()!r}.")
    lines = [
        f"{number}. {hit.record.text} [{hit.record.id}]" for number, hit in enumerate(hits, start=1)
    ]
    return ToolOutput("\n".join(lines), tuple(hit.record.id for hit in hits))


def _memory(context: ToolContext) -> "Memory":
    if context.memory is None:
        raise ToolError("This agent has no memory; nothing can be remembered or recalled.")
    return context.memory
