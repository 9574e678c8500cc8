"""What flows through the loop. Records are frozen; a node returns only what changed."""

from operator import add
from typing import Annotated, Any, Literal, TypedDict
from uuid import uuid4

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, ConfigDict, Field

from agentic.language import language_of
from agentic.safety.budget import Usage

__all__ = [
    "Observation",
    "Recollection",
    "State",
    "Status",
    "Step",
    "ToolCall",
    "Update",
    "Verdict",
    "beginning",
    "call_id",
]

Status = Literal["done", "incomplete", "failed", "paused"]
"""How a run ended."""

Verdict = Literal["act", "replan", "done", "stuck"]
"""What reflect decided: go on with the plan, plan again, answer, or give up honestly."""


class Record(BaseModel):
    """A frozen record that JSON can carry."""

    model_config = ConfigDict(frozen=True)


class Step(Record):
    """One step of the plan: one tool, and the words of the task it is there for."""

    id: int
    serves: str
    """The words of the task that the step serves, quoted."""
    tool: str
    yields: str
    """What the step is to find out or bring about."""
    status: Literal["open", "done", "failed", "replaced"] = "open"
    """Replaced: it failed, and a later plan has other steps in its place."""
    evidence: str | None = None
    """Id of the observation that proves the step; set if and only if it is done."""
    learned: str = ""
    """What the observation taught, in one line."""


class ToolCall(Record):
    """A call that the model wants made."""

    name: str
    args: dict[str, Any] = Field(default_factory=dict)
    id: str = ""
    step: int = 0
    """Id of the plan step it belongs to."""


def call_id() -> str:
    """A new id for a call."""
    return f"c{uuid4().hex[:8]}"


class Observation(Record):
    """What came of a tool call."""

    id: str
    """The call's id."""
    step: int
    name: str
    args: dict[str, Any]
    ok: bool
    result: str
    """The tool's result, or the error's text, as the model reads it."""
    seconds: float
    repeated: bool = False
    """The same call was made before; the earlier result stands here and nothing ran."""
    in_doubt: bool = False
    """It was cut off, and may or may not have been done; it is never made again unasked."""
    kept: bool = False
    """The result was too long; all of it lies in the run's files."""
    sources: tuple[str, ...] = ()
    """What the result came from: files with lines, addresses, memories."""


class Recollection(Record):
    """A memory brought into the run."""

    id: str
    text: str
    kind: str = "fact"
    source: str | None = None
    citation: str = ""
    """Where it is from, to be followed: file and lines, or run and id."""
    score: float = 0.0


class State(TypedDict, total=False):
    """The state of a run. Messages, observations and usage only grow."""

    run_id: str
    task: str
    language: str
    """Language the answer is to be in, as its speakers' English name: "Traditional Chinese"."""
    messages: Annotated[list[BaseMessage], add]
    recalled: list[Recollection]
    plan: list[Step]
    plans: int
    """How many times a plan was made."""
    pending: list[ToolCall]
    """Calls decided and not yet made."""
    observations: Annotated[list[Observation], add]
    usage: Annotated[Usage, add]
    verdict: Verdict
    reason: str
    """Why the verdict is what it is, in one line, for people."""
    missing: str
    """What another plan must bring, or what an answer must say was not done, for the model."""
    answer: str
    cited: list[str]
    """What the answer rests on: `[n]` in it is the n-th, from 1."""
    status: Status
    learned: list[str]
    """Ids of the memories that the run wrote at its end."""
    faded: list[str]
    """Texts of the memories that had to go for it."""
    trouble: str
    """Why the run could not be kept in memory, if it could not."""


Update = State
"""What a node returns: the part of the state that changed."""


def beginning(run_id: str, task: str) -> State:
    """The state that a run starts with."""
    return State(
        run_id=run_id,
        task=task,
        language=language_of(task),
        messages=[],
        recalled=[],
        plan=[],
        plans=0,
        pending=[],
        observations=[],
        usage=Usage(),
        verdict="replan",
        reason="",
        missing="",
        answer="",
        learned=[],
    )
