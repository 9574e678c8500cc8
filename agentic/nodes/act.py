"""act: decide the arguments of the next step's tool; call: make the calls that were decided."""

from dataclasses import replace
from uuid import uuid4

from agentic.context import Context
from agentic.models.decide import decide
from agentic.prompts import prompt
from agentic.safety.budget import Usage
from agentic.state import Observation, State, Step, ToolCall, Update
from agentic.tools.context import ToolContext
from agentic.tools.runner import run_call
from agentic.wording import wording

__all__ = ["act", "call", "next_step"]

TRIES = 2
"""Times that a call which fails is made with the same arguments; the fault may have passed."""
SHORTEST = 0.01
"""Seconds that a call is given at least; a limit can't be nothing."""


def next_step(steps: list[Step]) -> Step | None:
    """The first step of the plan that is still open."""
    return next((step for step in steps if step.status == "open"), None)


async def act(state: State, context: Context) -> Update:
    """Fill in the arguments of the next step's tool. Nothing runs yet."""
    step = next_step(state["plan"])
    if step is None:
        raise ValueError("act was reached with no open step")  # the graph's edges forbid it
    tool = context.tools[step.tool]
    # of what is written nothing is to be lost: there the task's own words alone lead
    aim = f'"{step.serves}"' if tool.may_write else f'"{step.serves}" -> {step.yields}'
    ask = prompt("act", step=step.id, aim=aim, tool=tool.signature_line)
    tries = context.tries_left(state)
    decided = await decide(context.model, state["messages"], ask, tool.arguments, tries=tries)
    told: Update = {"messages": decided.messages, "usage": decided.usage}
    if decided.value is None:
        reason = wording(state["language"], "no arguments", tool=tool.name)
        return {**told, "verdict": "stuck", "reason": reason, "missing": step.yields}
    args = decided.value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    wanted = ToolCall(id=f"c{uuid4().hex[:8]}", name=tool.name, args=args, step=step.id)
    return {**told, "pending": [wanted], "verdict": "act"}


async def call(state: State, context: Context) -> Update:
    """Make the one call that is pending, or give the result of the same call made before."""
    [wanted] = state["pending"]
    earlier = _same_call(wanted, state["observations"], context)
    if earlier is not None:
        again = {"id": wanted.id, "step": wanted.step, "repeated": True, "seconds": 0.0}
        return {"observations": [earlier.model_copy(update=again)]}
    surroundings = ToolContext(
        workspace=context.workspace, memory=context.memory, run_id=state["run_id"]
    )
    tool = replace(context.tools[wanted.name], timeout=_time(context, state, wanted.name))
    observed = await run_call(tool, wanted, surroundings, names=tuple(context.tools))
    return {"observations": [observed], "usage": Usage(tool_calls=1)}


def _time(context: Context, state: State, name: str) -> float:
    """Seconds the call may take: what its tool allows, or what the run has left."""
    return min(context.tools[name].timeout, max(context.time_left(state), SHORTEST))


def _same_call(
    wanted: ToolCall, observations: list[Observation], context: Context
) -> Observation | None:
    """The result that stands for a call made before.

    None while a failed one may yet pass, and for a reading that something was written since.
    """
    if not context.tools[wanted.name].may_write:
        observations = observations[_last_write(observations, context) :]
    same = [
        seen
        for seen in observations
        if seen.name == wanted.name and seen.args == wanted.args and not seen.repeated
    ]
    settled = next((seen for seen in same if seen.ok or seen.in_doubt), None)
    return same[-1] if settled is None and len(same) >= TRIES else settled


def _last_write(observations: list[Observation], context: Context) -> int:
    """How many observations there are up to the last call that may have written."""
    writes = [n for n, seen in enumerate(observations, 1) if context.tools[seen.name].may_write]
    return max(writes, default=0)
