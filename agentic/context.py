"""What an agent brings to every node: its model, tools, memory and limits."""

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from agentic.runs import Runs
from agentic.safety.budget import Limits, Reached, Usage
from agentic.safety.permissions import Permissions
from agentic.safety.spending import Spending
from agentic.state import Observation, State, Step
from agentic.tools.base import Tool
from agentic.tools.choice import ToolIndex
from agentic.tools.kept import read_result
from agentic.tools.threads import in_thread

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
    runs: Runs
    """Where runs keep what is theirs."""
    permissions: Permissions = field(default_factory=Permissions)
    """What calls may do."""
    index: ToolIndex | None = None
    """Finds the tools that fit a task; None where there are so few that prompts name them all."""
    spending: Spending | None = None
    """The account of what all runs use a day; None where days have no limits."""

    @property
    def listed(self) -> list[str]:
        """Names of the tools that every prompt names; none where there are too many for it."""
        if self.index is not None:
            return []
        return [name for name, tool in self.tools.items() if tool is not read_result]

    def fitting(
        self, text: str, plan: Iterable[Step] = (), observations: Iterable[Observation] = ()
    ) -> list[str]:
        """Names of the tools that a plan may have.

        Args:
            text: What the plan is for; where there are many tools, those that fit it are named.
            plan: The steps so far; their tools stay.
            observations: The results so far; of a long one the rest can be read.
        """
        names = self.listed
        if self.index is not None:
            names = list(dict.fromkeys([*self.index.best(text), *(step.tool for step in plan)]))
        if any(seen.kept for seen in observations):
            names += [name for name, tool in self.tools.items() if tool is read_result]
        return names

    def lines(self, names: Iterable[str]) -> str:
        """The tools of these names, a line each, for a prompt."""
        return "\n".join(f"- {self.tools[name].short_line}" for name in names)

    def time_left(self, state: State) -> float:
        """Seconds that the run has left; infinite where it has no limit."""
        most = self.limits.seconds
        return math.inf if most is None else max(most - state["usage"].seconds, 0)

    def tries_left(self, state: State) -> int:
        """Times that a decision may ask the model: three, or what is left of the limit."""
        most = self.limits.model_calls
        return TRIES if most is None else min(TRIES, most - state["usage"].model_calls)

    def calls_left(self, state: State) -> int:
        """Tool calls that the run has left; more than anybody makes where it has no limit."""
        most = self.limits.tool_calls
        return sys.maxsize if most is None else max(most - state["usage"].tool_calls, 0)

    def reached(self, state: State) -> Reached | None:
        """The first limit that the run, or the day, has reached; None while there is room."""
        return self.limits.reached(state["usage"], state.get("elsewhere"))

    async def account(self, state: State) -> Usage:
        """Note what the run has used; what makes it, added to that, what all runs used today.

        Raises:
            StorageError: if the account of the day can't be kept.
        """
        if self.spending is None:
            return Usage()
        return await in_thread(partial(self.spending.note, state["run_id"], state["usage"]))
