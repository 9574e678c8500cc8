"""Result: what a run came to, put together from its events."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from agentic.events import (
    Answered,
    Event,
    Paused,
    Planned,
    Recalled,
    Reflected,
    Resumed,
    RunEnded,
    RunStarted,
    ToolEnded,
    ToolStarted,
)
from agentic.safety.budget import Usage
from agentic.safety.provenance import touched
from agentic.state import Observation, Question, State, Status, Step, Touch

__all__ = ["Result"]


class Result(BaseModel):
    """The outcome of a run."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    task: str
    status: Status
    """Done: every part has its evidence. Incomplete: the answer says what was not done."""
    reason: str
    """Why the status is what it is, in one line; empty where it is plain."""
    answer: str
    """`[n]` in it is the n-th of `sources`, from 1."""
    steps: list[Step]
    """The plan's steps, each finished one with the id of the call that proves it."""
    calls: list[Observation]
    """The tool calls in order: `id`, `name`, `args`, `result`, `ok`, `seconds`."""
    pending: list[Question]
    """Where the status is "paused": the calls about which `Agent.resume` waits for a word, each
    with its `kind`, "result", "approval" or "doubt", and `why`."""
    sources: list[str]
    """What the answer cites, in order; then what else the run was given: files, addresses,
    memories."""
    touched: list[Touch] = []
    """Whether the run has read text that others wrote ("untrusted"), and what is the user's alone
    ("private")."""
    usage: Usage

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Result":
        """The result of a whole run's events.

        Raises:
            ValueError: if the events don't hold a run's beginning and end.
        """
        found: dict[str, Any] = {"steps": [], "pending": [], "answer": ""}
        started: dict[str, ToolStarted] = {}
        ended: dict[str, ToolEnded] = {}
        read = State()
        for event in events:
            match event:
                case RunStarted(task=task, carried=carried):
                    found["task"] = task
                    read["carried"] = carried
                case Planned(steps=steps) | Reflected(steps=steps):
                    found["steps"] = steps
                case ToolStarted(id=id):
                    started[id] = event
                case ToolEnded(id=id):  # told again if a kill came between it and its checkpoint
                    ended[id] = event
                case Answered(text=text, sources=sources):
                    found |= {"answer": text, "cited": sources}
                case Paused(calls=questions):
                    found["pending"] = questions
                case Resumed():
                    found["pending"] = []
                case RunEnded():
                    found |= event.model_dump(include={"run_id", "status", "reason", "usage"})
                case Recalled(hits=hits):
                    found["recalled"] = [hit.citation for hit in hits]
                    read["recalled"] = hits
        # in the order they began in; calls of one turn come back as they happen to
        calls = [_observation(started[id], ended[id]) for id in started if id in ended]
        read["observations"] = calls
        found |= {"calls": calls, "touched": sorted(touched(read))}
        return cls(**found, sources=_sources(found))


def _observation(started: ToolStarted, ended: ToolEnded) -> Observation:
    args = ended.args if ended.args is not None else started.args
    return Observation(args=args, **ended.model_dump(exclude={"type", "args"}))


def _sources(found: dict[str, Any]) -> list[str]:
    """What is cited, then sources of memories and of the calls that prove a step, each once."""
    proofs = {step.evidence for step in found["steps"]}
    named = [
        *found.pop("cited", []),
        *found.pop("recalled", []),
        *(source for seen in found["calls"] if seen.id in proofs for source in seen.sources),
    ]
    return list(dict.fromkeys(named))
