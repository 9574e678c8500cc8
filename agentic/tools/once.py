"""A call that has its effect once, however often the process is killed around it.

The journal knows of each call whether it was begun and what came of it. One that was begun and has
no outcome is in doubt, and what is done then depends on the tool:

    it only looks, or may be repeated     made again
    idempotent                            made again, with the same key
    it has a probe                        asked whether the call was done
    none of these                         UNKNOWN: whoever is there says repeat, skip or the result
"""

from collections.abc import Callable, Sequence

from agentic.runs.journal import Journal
from agentic.safety.secrets import redact
from agentic.state import Answer, Observation, Question, ToolCall
from agentic.tools.base import Tool
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.kept import within
from agentic.tools.probing import probed
from agentic.tools.runner import marks_of, run_call

__all__ = ["Ask", "answered", "in_doubt", "once"]

Ask = Callable[[Question], Answer | None]
"""Puts a question, and gives what was said; None where nobody will answer."""

UNKNOWN = "UNKNOWN: {name} was cut off, and may or may not have been done. It is not made again."


async def once(
    tool: Tool,
    call: ToolCall,
    context: ToolContext,
    journal: Journal,
    ask: Ask,
    names: Sequence[str] = (),
) -> Observation:
    """Make a call and say what came of it; of one that was made before, what came of it then.

    Args:
        tool: The tool.
        call: What the model wants; its id is its own for good.
        context: Handed to the tool where it asks for it.
        journal: The journal of the run.
        ask: Asks whoever is there about a call in doubt.
        names: The names of the tools there are.

    Raises:
        StorageError: if the call can't be noted; it is not made then.
    """
    before = journal.entry(call)
    if before is not None and before.outcome is not None:
        return before.outcome
    seen: Observation | None = None
    if before is not None and not tool.retried:
        seen = await _settled(tool, call, context, ask)
    if seen is None:
        journal.begin(call)
        seen = await run_call(tool, call, context, names)
    if seen.in_doubt and tool.probe is not None:
        found = await probed(tool, call, context)
        # not done so far may be done yet: work that was left behind can't always be ended
        seen = _told(tool, call, found, context) if found else seen
    journal.end(seen)
    return seen


async def _settled(
    tool: Tool, call: ToolCall, context: ToolContext, ask: Ask
) -> Observation | None:
    """What came of a call in doubt; None if it is to be made again."""
    if tool.probe is not None:
        found = await probed(tool, call, context)
        if found is False:
            return None
        if found is not None:
            return _told(tool, call, found, context)
    why = f"{call.name} was cut off; it may or may not have been done"
    said = ask(Question(**call.model_dump(), kind="doubt", why=why))
    if said is not None and said.said == "repeat":
        return None
    if said is not None and said.said == "result":
        return answered(tool, call, said, context)
    return in_doubt(call)


def in_doubt(call: ToolCall) -> Observation:
    """What is told of a call that was cut off, and that nobody can tell the outcome of."""
    seen = _observation(call, False, UNKNOWN.format(name=call.name))
    return seen.model_copy(update={"in_doubt": True})


def answered(tool: Tool, call: ToolCall, said: Answer, context: ToolContext) -> Observation:
    """What came of a call that was made elsewhere, as it was told."""
    elsewhere = True if tool.function is None else None  # nobody here knows what it read
    output = ToolOutput(said.result, said.sources, elsewhere, elsewhere)
    return _told(tool, call, output, context, ok=said.ok)


def _told(
    tool: Tool, call: ToolCall, output: ToolOutput, context: ToolContext, *, ok: bool = True
) -> Observation:
    text, kept = within(redact(output.text), tool.max_chars, call.id, context.files)
    untrusted, private = marks_of(tool, output)
    sources = {"sources": output.sources, "untrusted": untrusted, "private": private}
    update = {"kept": kept, "size": len(output.text.encode()), **sources}
    return _observation(call, ok, text).model_copy(update=update)


def _observation(call: ToolCall, ok: bool, result: str) -> Observation:
    return Observation(**call.model_dump(), ok=ok, result=result, seconds=0.0)
