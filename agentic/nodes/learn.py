"""learn: keep what the run did and what it learned to do, so that later runs can look it up.

Both are put together by code from what the run's calls prove, and pass the memory's write gate.
"""

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

from agentic.citing import uncited
from agentic.context import Context
from agentic.safety.provenance import UNTRUSTED, touched
from agentic.safety.secrets import redact
from agentic.state import Observation, State, Step, Update
from agentic.tools.threads import in_thread
from agentic.wording import one_line, wording
from memory import Memory
from memory.errors import Refused, StoreError

__all__ = ["learn"]

log = logging.getLogger(__name__)
MOST_LESSONS = 2
"""Lessons of a run; the first failures that were overcome teach most."""
ABOUT_MEMORY = frozenset({"remember", "recall"})
"""Tools whose work is in memory already: a run that used no other has no episode."""
LONGEST = 300
"""Characters of a task, and of an answer, in an episode."""
LONGEST_CALL = 160
"""Characters of a call's arguments, and of an error, in a lesson."""


async def learn(state: State, context: Context) -> Update:
    """Store what a run that reached its end by evidence teaches; others teach nothing sure."""
    if context.memory is None or state["status"] != "done":
        return {"learned": []}
    try:
        return await in_thread(partial(_keep, context.memory, state, context.name))
    except StoreError as error:  # the answer stands, and must not be lost to this
        return {"learned": [], "trouble": str(error)}


def _keep(memory: Memory, state: State, agent: str) -> Update:
    kept: list[str] = []
    marks = {UNTRUSTED: True} if "untrusted" in touched(state) else {}
    for text, kind, metadata in [*_episodes(state), *_lessons(state)]:
        try:
            about = {"agent": agent, **marks, **metadata}
            source = f"run {state['run_id']}"
            kept.append(memory.add(redact(text), kind=kind, source=source, metadata=about).id)
        except Refused as error:
            log.info("%s", error)
    faded = [one_line(each.record.text, 80) for each in memory.prune()] if kept else []
    return {"learned": kept, "faded": faded}


def _episodes(state: State) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The task, the tools that did it and the answer; of a run that did something."""
    tools = list(dict.fromkeys(step.tool for step in state["plan"] if step.evidence is not None))
    if ABOUT_MEMORY.issuperset(tools):
        return
    text = wording(
        state["language"],
        "episode",
        task=one_line(state["task"], LONGEST),
        tools=", ".join(tools),
        answer=one_line(uncited(state["answer"]), LONGEST),
    )
    yield text, "episode", {"tools": tools}


def _lessons(state: State) -> list[tuple[str, str, dict[str, Any]]]:
    """What did not work and what did in its place, for failures that were overcome."""
    seen = {observed.id: observed for observed in state["observations"]}
    overcome: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for step in state["plan"]:
        failed = _failure_before(step, state["observations"])
        if failed is None or step.evidence is None:
            continue
        text = wording(
            state["language"],
            "lesson",
            failed=_call(failed),
            error=one_line(failed.result, LONGEST_CALL),
            worked=_call(seen[step.evidence]),
        )
        overcome.setdefault(text, (text, "lesson", {"tool": step.tool}))
    return list(overcome.values())[:MOST_LESSONS]


def _failure_before(step: Step, observations: list[Observation]) -> Observation | None:
    """The last call of a step that failed, with other arguments than the one that worked."""
    mine = [seen for seen in observations if seen.step == step.id and not seen.repeated]
    worked = next((seen for seen in mine if seen.id == step.evidence), None)
    failed = [seen for seen in mine if not seen.ok and worked and seen.args != worked.args]
    return failed[-1] if failed else None


def _call(seen: Observation) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in seen.args.items())
    return f"{seen.name}({one_line(arguments, LONGEST_CALL)})"
