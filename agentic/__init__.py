"""agentic: an agent that plans, acts and reflects, and shows how it decides."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentic.agent import Agent
    from agentic.errors import AgenticError, ModelError, ToolError, TransientToolError, UsageError
    from agentic.result import Result
    from agentic.safety.budget import Limits
    from agentic.tools.base import Tool, tool
    from agentic.tools.context import ToolContext, ToolOutput

__all__ = [
    "Agent",
    "AgenticError",
    "Limits",
    "ModelError",
    "Result",
    "Tool",
    "ToolContext",
    "ToolError",
    "ToolOutput",
    "TransientToolError",
    "UsageError",
    "tool",
]

_HOMES = {
    "Agent": "agentic.agent",
    "AgenticError": "agentic.errors",
    "Limits": "agentic.safety.budget",
    "ModelError": "agentic.errors",
    "Result": "agentic.result",
    "Tool": "agentic.tools.base",
    "ToolContext": "agentic.tools.context",
    "ToolError": "agentic.errors",
    "ToolOutput": "agentic.tools.context",
    "TransientToolError": "agentic.errors",
    "UsageError": "agentic.errors",
    "tool": "agentic.tools.base",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import agentic` itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'agentic' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
