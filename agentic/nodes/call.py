"""call: make the calls that were decided, those that may be made, each once."""

from dataclasses import replace
from functools import partial

from langgraph.types import interrupt

from agentic.context import Context
from agentic.runs.journal import Journal
from agentic.safety.budget import Usage
from agentic.safety.permissions import Permissions, Ruling
from agentic.safety.provenance import BOTH, reaches_out, touched
from agentic.state import FITTING, Answer, Observation, Question, State, ToolCall, Update
from agentic.tools.base import Tool
from agentic.tools.context import ToolContext
from agentic.tools.once import Ask, answered, in_doubt, once

__all__ = ["call"]

TRIES = 2
"""Times that a call which fails is made with the same arguments; the fault may have passed."""
SHORTEST = 0.01
"""Seconds that a call is given at least; a limit can't be nothing."""
MIXED = (
    "it may bring to others what is private: the run has read both private data and text that "
    "others wrote"
)


async def call(state: State, context: Context) -> Update:
    """Make the one call that is pending, or give the result of the same call made before."""
    [wanted] = state["pending"]
    earlier = _same_call(wanted, state["observations"], context)
    if earlier is not None:
        again = {"id": wanted.id, "step": wanted.step, "repeated": True, "seconds": 0.0}
        return {"observations": [earlier.model_copy(update=again)]}
    with context.runs.journal(state["run_id"]) as journal:
        seen = await _made(wanted, state, context, journal)
    used = Usage(tool_calls=1, result_bytes=seen.size)
    return {"observations": [seen], "usage": used}


async def _made(wanted: ToolCall, state: State, context: Context, journal: Journal) -> Observation:
    """What came of the call; nothing is done that must not be, or twice."""
    tool = context.tools[wanted.name]
    wanted = _changed(wanted, journal)
    ask = partial(_asked, journal=journal, permissions=context.permissions)
    before = journal.entry(wanted)
    if before is not None and before.outcome is not None:
        return before.outcome
    permitted = _permitted(tool, wanted, state, context, ask)
    if isinstance(permitted, Ruling):
        return in_doubt(wanted) if before is not None else _refused(wanted, permitted)
    surroundings = ToolContext(
        workspace=context.workspace,
        memory=context.memory,
        run_id=state["run_id"],
        key=f"{state['run_id']}-{wanted.id}",
        untrusted="untrusted" in touched(state),
        private="private" in touched(state),
        files=context.runs.files(state["run_id"]),
    )
    if tool.function is None:
        told = ask(Question(**permitted.model_dump(), why="it is made elsewhere"))
        assert told is not None
        return answered(tool, permitted, told, surroundings)
    timed = replace(tool, timeout=_time(context, state, wanted.name))
    return await once(timed, permitted, surroundings, journal, ask, tuple(context.tools))


def _changed(wanted: ToolCall, journal: Journal) -> ToolCall:
    """The call as whoever approved it before changed it."""
    said = journal.answer(Question(**wanted.model_dump(), kind="approval"))
    if said is None or said.args is None:
        return wanted
    return wanted.model_copy(update={"args": said.args})


def _asked(question: Question, journal: Journal, permissions: Permissions) -> Answer | None:
    """What was said to a question. Until it is, the run waits; or goes on, where it may not."""
    told = journal.answer(question)
    if told is not None or (question.kind != "result" and permissions.unanswered == "refuse"):
        return told
    while told is None or told.said not in FITTING[question.kind]:
        # what was said to an earlier question of this node may come first
        said = interrupt(question.model_dump())
        told = Answer(said=said) if isinstance(said, str) else Answer.model_validate(said)
    journal.note_answer(question, told)
    return told


def _permitted(
    tool: Tool, wanted: ToolCall, state: State, context: Context, ask: Ask
) -> ToolCall | Ruling:
    """The call as it may be made, or why it may not."""
    ruling = _ruling(tool, wanted, state, context)
    if ruling.decision == "allow":
        return wanted
    if ruling.decision == "deny":
        return ruling
    said = ask(Question(**wanted.model_dump(), kind="approval", why=ruling.why))
    if said is None:
        return Ruling("deny", f"{ruling.why}, and nobody was there to be asked")
    if said.said != "yes":
        return Ruling("deny", "the user said no")
    if said.args is None or said.args == wanted.args:
        return wanted
    changed = wanted.model_copy(update={"args": said.args})
    anew = _ruling(tool, changed, state, context)  # what the user changed is not denied to anyone
    return anew if anew.decision == "deny" else changed


def _ruling(tool: Tool, wanted: ToolCall, state: State, context: Context) -> Ruling:
    """What the policy says, and beyond it the rule of two, which no mode lifts."""
    permissions, folder = context.permissions, context.workspace
    ruling = permissions.ruling(tool, wanted.args, folder)
    if ruling.decision == "deny":
        return ruling
    if tool.function is None:  # whoever is handed the call decides about it
        return Ruling("allow", ruling.why)
    if not _mixed(state, context) or not reaches_out(tool, wanted.args, state):
        return ruling
    if permissions.excepted(tool, wanted.args, folder):
        return ruling
    return Ruling("deny" if permissions.approve == "never" else "ask", MIXED)


def _mixed(state: State, context: Context) -> bool:
    """Whether the run has read both what others wrote and what is private.

    What a server of somebody else's says of its tools was read before anything else.
    """
    foreign = any(tool.foreign for tool in context.tools.values())
    return touched(state) | ({"untrusted"} if foreign else set()) >= BOTH


def _refused(wanted: ToolCall, ruling: Ruling) -> Observation:
    return Observation(
        **wanted.model_dump(),
        ok=False,
        refused=True,
        result=f"Not allowed, and not done: {ruling.why}",
        seconds=0.0,
    )


def _time(context: Context, state: State, name: str) -> float:
    """Seconds the call may take: what its tool allows, or what the run has left."""
    return min(context.tools[name].timeout, max(context.time_left(state), SHORTEST))


def _same_call(
    wanted: ToolCall, observations: list[Observation], context: Context
) -> Observation | None:
    """The result that stands for a call made before.

    None while a failed one may yet pass, and for a reading that something was written since.
    """
    tool = context.tools[wanted.name]
    if not tool.may_write:
        observations = observations[_last_write(observations, context) :]
    same = [
        seen
        for seen in observations
        if seen.name == wanted.name and seen.args == wanted.args and not seen.repeated
    ]
    if not tool.cached:
        same = [seen for seen in same if not seen.ok]
    settled = next((seen for seen in same if seen.ok or seen.in_doubt or seen.refused), None)
    return same[-1] if settled is None and len(same) >= TRIES else settled


def _last_write(observations: list[Observation], context: Context) -> int:
    """How many observations there are up to the last call that may have written."""
    writes = [n for n, seen in enumerate(observations, 1) if context.tools[seen.name].may_write]
    return max(writes, default=0)
