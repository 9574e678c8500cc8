"""learn: keep what the run did as an episode, so that later runs can look it up."""

from functools import partial

from agentic.context import Context
from agentic.state import State, Update
from agentic.tools.threads import in_thread
from memory.errors import StoreError

__all__ = ["learn"]


async def learn(state: State, context: Context) -> Update:
    """Store the episode of a run that reached its end by evidence; others teach nothing sure."""
    proven = [step for step in state["plan"] if step.evidence is not None]
    if context.memory is None or state["status"] != "done" or not proven:
        return {"learned": []}
    ways = ", ".join(step.tool for step in proven)
    try:
        add = partial(
            context.memory.add,
            f"{state['task']}\n{state['answer']}",
            kind="episode",
            source=f"run {state['run_id']}",
            metadata={"agent": context.name, "tools": ways},
        )
        record = await in_thread(add)
    except StoreError as error:  # the answer stands, and must not be lost to this
        return {"learned": [], "trouble": str(error)}
    return {"learned": [record.id]}
