"""What an agent brings to every node: its model, tools, memory and limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from agentic.safety.budget import Limits
from agentic.state import State
from agentic.tools.base import Tool

if TYPE_CHECKING:
    from memory import Memory

__all__ = ["Context"]

TRIES = 3


@dataclass(frozen=True)
class Context:
    """The fixed surroundings of an agent's runs. The graph is built around one."""

    name: str
    instructions: str
    model: BaseChatModel
    tools: Mapping[str, Tool]
    memory: "Memory | None"
    limits: Limits
    workspace: Path

    def time_left(self, state: State) -> float:
        """Seconds that the run has left."""
        return max(self.limits.seconds - state["usage"].seconds, 0)

    def tries_left(self, state: State) -> int:
        """Times that a decision may ask the model: three, or what is left of the limit."""
        return min(TRIES, self.limits.model_calls - state["usage"].model_calls)
