"""What flows through the loop. Records are frozen; a node returns only what changed."""

from collections.abc import Iterable
from operator import add
from typing import Annotated, Any, Literal, TypedDict
from uuid import uuid4

from langchain_core.messages import BaseMessage
from pydantic import BaseModel, ConfigDict, Field

from agentic.language import language_of
from agentic.safety.budget import Usage

__all__ = [
    "FITTING",
    "Answer",
    "Observation",
    "Question",
    "Recollection",
    "State",
    "Status",
    "Step",
    "ToolCall",
    "Touch",
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


class Question(ToolCall):
    """A call that waits for somebody's word."""

    kind: Literal["result", "approval", "doubt"] = "result"
    """What is asked: what came of a call that is made elsewhere; whether the call may be made;
    what to do about one that was cut off and may or may not have been done."""
    why: str = ""
    """Why it is asked, in one line."""


class Answer(Record):
    """What was said to a question."""

    said: Literal["yes", "no", "repeat", "skip", "result"]
    """Of an approval "yes" or "no", of a doubt "repeat" or "skip"; of that and of a call that is
    made elsewhere "result"."""
    args: dict[str, Any] | None = None
    """Arguments to make an approved call with, in place of those that were decided."""
    ok: bool = True
    result: str = ""
    sources: tuple[str, ...] = ()


FITTING: dict[str, tuple[str, ...]] = {
    "result": ("result",),
    "approval": ("yes", "no"),
    "doubt": ("repeat", "skip", "result"),
}
"""What can be said to each kind of question."""

Touch = Literal["untrusted", "private"]
"""What a run has read: text from elsewhere, and what is the user's alone."""


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
    refused: bool = False
    """It was not allowed, and not made."""
    kept: bool = False
    """The result was too long; all of it lies in the run's files."""
    size: int = 0
    """Bytes of the result as it came."""
    untrusted: bool = False
    """Its text is from elsewhere: the web, documents, MCP servers, memories of such text."""
    private: bool = False
    """It may hold what is the user's alone: files, databases, memories."""
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
    untrusted: bool = False
    """It came from text of elsewhere."""


class State(TypedDict, total=False):
    """The state of a run. Messages, observations and usage only grow."""

    run_id: str
    task: str
    language: str
    """Language the answer is to be in, as its speakers' English name: "Traditional Chinese"."""
    messages: Annotated[list[BaseMessage], add]
    recalled: list[Recollection]
    carried: list[Touch]
    """What the talk before this run had read."""
    plan: list[Step]
    plans: int
    """How many times a plan was made."""
    pending: list[ToolCall]
    """Calls decided and not yet made."""
    observations: Annotated[list[Observation], add]
    usage: Annotated[Usage, add]
    elsewhere: Usage
    """What makes it, added to the usage, all that runs had used that day; see `Spending`."""
    stalled: int
    """Observations there were when the run, going in circles, was planned anew; 0 if it was not."""
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


def beginning(run_id: str, task: str, carried: Iterable[Touch] = ()) -> State:
    """The state that a run starts with.

    Args:
        run_id: The run's id.
        task: What is to be done.
        carried: What the talk before it had read.
    """
    return State(
        run_id=run_id,
        task=task,
        language=language_of(task),
        messages=[],
        recalled=[],
        carried=list(carried),
        plan=[],
        plans=0,
        pending=[],
        observations=[],
        usage=Usage(),
        stalled=0,
        verdict="replan",
        reason="",
        missing="",
        answer="",
        learned=[],
    )
