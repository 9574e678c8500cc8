"""agentic: an agent that plans, acts and reflects, and shows how it decides."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentic.agent import Agent
    from agentic.errors import (
        AgenticError,
        ModelError,
        StorageError,
        ToolError,
        TransientToolError,
        UncertainToolError,
        UsageError,
    )
    from agentic.result import Result
    from agentic.safety.budget import DayLimits, Limits
    from agentic.safety.permissions import Permissions
    from agentic.tools.base import Tool, tool
    from agentic.tools.context import ToolContext, ToolOutput

__all__ = [
    "Agent",
    "AgenticError",
    "DayLimits",
    "Limits",
    "ModelError",
    "Permissions",
    "Result",
    "StorageError",
    "Tool",
    "ToolContext",
    "ToolError",
    "ToolOutput",
    "TransientToolError",
    "UncertainToolError",
    "UsageError",
    "tool",
]

_HOMES = {
    "Agent": "agentic.agent",
    "AgenticError": "agentic.errors",
    "DayLimits": "agentic.safety.budget",
    "Limits": "agentic.safety.budget",
    "ModelError": "agentic.errors",
    "Permissions": "agentic.safety.permissions",
    "Result": "agentic.result",
    "StorageError": "agentic.errors",
    "Tool": "agentic.tools.base",
    "ToolContext": "agentic.tools.context",
    "ToolError": "agentic.errors",
    "ToolOutput": "agentic.tools.context",
    "TransientToolError": "agentic.errors",
    "UncertainToolError": "agentic.errors",
    "UsageError": "agentic.errors",
    "tool": "agentic.tools.base",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import agentic` itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'agentic' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
