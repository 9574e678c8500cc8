"""A task, from what the user typed to what a run starts with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentic.cleaning import clean
from agentic.errors import UsageError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from agentic.context import Context
    from agentic.state import State

__all__ = ["checked", "first_state"]

LONGEST_TASK = 12_000
"""Characters a task may have: about 9,000 tokens of Chinese, half the embedded model's window."""


def checked(task: str) -> str:
    """The task, without what a terminal or JSON could not carry.

    Raises:
        UsageError: if it is empty or too long.
    """
    if not task.strip():
        raise UsageError("The task is empty; say what is to be done.")
    if len(task) > LONGEST_TASK:
        raise UsageError(
            f"The task has {len(task):,} characters; {LONGEST_TASK:,} are the most. "
            "Put long text in a file of the workspace and name the file in the task."
        )
    return clean(task.strip())


def first_state(
    run_id: str, task: str, history: Sequence["BaseMessage"], context: "Context"
) -> "State":
    """The state that a run starts with, the talk before it included."""
    from agentic.nodes.recall import opening
    from agentic.safety.provenance import carried
    from agentic.state import beginning

    start = beginning(run_id, task, carried(history))
    if history:
        start["messages"] = [*opening(context), *history]
    return start
