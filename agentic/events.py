"""What a watcher sees: one frozen event for each thing that happened.

Events are made from the graph's stream in `agentic/stream.py`, never inside the nodes.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from agentic.safety.budget import Usage
from agentic.state import Question, Recollection, Record, Status, Step, Touch, Verdict

__all__ = [
    "Answered",
    "Event",
    "Learned",
    "ModelCalled",
    "Paused",
    "Planned",
    "Recalled",
    "Reflected",
    "Resumed",
    "RunEnded",
    "RunStarted",
    "TextDelta",
    "ToolEnded",
    "ToolStarted",
    "parse_event",
]


class RunStarted(Record):
    """A run began."""

    type: Literal["run_started"] = "run_started"
    run_id: str
    agent: str
    model: str
    task: str
    workspace: str = ""
    """The folder that file tools are confined to."""
    carried: list[Touch] = Field(default_factory=list)
    """What the talk before it had read."""


class Recalled(Record):
    """Memory was searched for what the task needs; `hits` may be empty."""

    type: Literal["recalled"] = "recalled"
    hits: list[Recollection]


class ModelCalled(Record):
    """The model answered once, in the node named."""

    type: Literal["model_called"] = "model_called"
    node: str
    text: str
    """What the model said, whole."""
    usage: Usage


class Planned(Record):
    """A plan was made; `revision` is 1 for the first. No steps: the task needs no tool."""

    type: Literal["planned"] = "planned"
    steps: list[Step]
    revision: int


class ToolStarted(Record):
    """A tool call was decided and is about to run."""

    type: Literal["tool_started"] = "tool_started"
    id: str
    step: int
    name: str
    args: dict[str, Any]


class ToolEnded(Record):
    """A tool call came back. `repeated`: an earlier result was given, nothing ran."""

    type: Literal["tool_ended"] = "tool_ended"
    id: str
    step: int
    name: str
    ok: bool
    result: str
    seconds: float
    args: dict[str, Any] | None = None
    """What it was made with; not what was decided where the user changed that."""
    repeated: bool = False
    in_doubt: bool = False
    refused: bool = False
    kept: bool = False
    size: int = 0
    untrusted: bool = False
    private: bool = False
    sources: tuple[str, ...] = ()


class Paused(Record):
    """The run waits for somebody's word about calls."""

    type: Literal["paused"] = "paused"
    calls: list[Question]


class Resumed(Record):
    """The run goes on, from where it waited or was cut off."""

    type: Literal["resumed"] = "resumed"
    ids: list[str]
    """The calls that it waited for and that were answered."""


class Reflected(Record):
    """The result was weighed: a verdict, why, and the plan with its evidence as it now stands."""

    type: Literal["reflected"] = "reflected"
    verdict: Verdict
    reason: str
    steps: list[Step]


class TextDelta(Record):
    """A piece of the answer as the model writes it."""

    type: Literal["text_delta"] = "text_delta"
    text: str


class Answered(Record):
    """The answer, whole. `[n]` in it is the n-th of its sources, from 1."""

    type: Literal["answered"] = "answered"
    text: str
    sources: list[str] = Field(default_factory=list)


class Learned(Record):
    """Memories were written at the end of the run, or could not be: then `trouble` says why."""

    type: Literal["learned"] = "learned"
    ids: list[str]
    faded: list[str] = Field(default_factory=list)
    """Texts of weak memories that went because there were too many; `Memory.prune`."""
    trouble: str = ""


class RunEnded(Record):
    """The run ended. `reason` says why in one line when the status is not "done"."""

    type: Literal["run_ended"] = "run_ended"
    run_id: str
    status: Status
    reason: str
    usage: Usage


Event = Annotated[
    RunStarted
    | Recalled
    | ModelCalled
    | Planned
    | ToolStarted
    | ToolEnded
    | Paused
    | Resumed
    | Reflected
    | TextDelta
    | Answered
    | Learned
    | RunEnded,
    Field(discriminator="type"),
]

_adapter: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(text: str) -> Event:
    """The event that `event.model_dump_json()` wrote.

    Raises:
        pydantic.ValidationError: if the text is not an event.
    """
    return _adapter.validate_json(text)
