"""Whether a call that was cut off was done, as the tool's probe finds out."""

import inspect
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel

from agentic.errors import ToolError
from agentic.state import ToolCall
from agentic.tools.arguments.validation import validated
from agentic.tools.base import Tool
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.rendering import render
from agentic.tools.threads import in_thread

__all__ = ["DONE", "probed"]

DONE = ToolOutput("Done: the call was cut off, and then found to have had its effect.")


async def probed(
    tool: Tool, call: ToolCall, context: ToolContext
) -> ToolOutput | Literal[False] | None:
    """Ask a tool's probe about a call.

    Args:
        tool: A tool that has a probe.
        call: The call that was cut off.
        context: Handed to the probe where it asks for it.

    Returns:
        What came of the call if it was done, False if it was not; None if that can't be told, and
        also where the probe itself fails.
    """
    probe = tool.probe
    assert probe is not None
    try:
        arguments = validated(tool, call.args)
    except ToolError:
        return False  # such a call never reached the tool
    values = _values(tool, arguments, context)
    try:
        if inspect.iscoroutinefunction(probe):
            found = await probe(**values)
        else:
            found = await in_thread(lambda: probe(**values))
    except Exception:  # a probe that fails tells nothing; then the user is asked
        return None
    if found is True:
        return DONE
    return found if found is None or found is False else render(found)


def _values(tool: Tool, arguments: BaseModel, context: ToolContext) -> dict[str, Any]:
    """The values of the parameters that the probe has, as the tool itself would get them."""
    assert tool.probe is not None
    assert tool.function is not None
    given = tool.values(arguments)
    ours, hints = inspect.signature(tool.function).parameters, get_type_hints(tool.probe)
    values: dict[str, Any] = {}
    for name in inspect.signature(tool.probe).parameters:
        if hints.get(name) is ToolContext:
            values[name] = context
        elif name in given or name in ours:
            values[name] = given[name] if name in given else ours[name].default
    return values
