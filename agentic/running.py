"""A run from its first state, or from where it was left, to its end or until it waits.

Everything that a run does is kept on disk as it goes: its state after each superstep, its calls
before and after their effects, its events. So a run that was cut off anywhere is gone on with, and
nothing in it is done twice.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from typing import Any

from agentic.context import Context
from agentic.errors import UsageError
from agentic.events import Event, Paused, Resumed, RunStarted
from agentic.runs import Runs
from agentic.runs.journal import Journal
from agentic.safety.budget import Usage
from agentic.state import FITTING, Answer, Question, State
from agentic.stream import watch
from agentic.tools.rendering import render
from agentic.tools.runner import told

__all__ = ["begun", "note_answers", "resumed", "to_answers", "waiting"]


async def begun(
    graph: Any, start: State, begin: RunStarted, runs: Runs, saver: Any = None
) -> AsyncGenerator[Event, None]:
    """What happens in a new run, each event kept on disk as well.

    Args:
        graph: The compiled graph of an agent.
        start: The run's first state.
        begin: The event that tells of its beginning.
        runs: Where runs are kept.
        saver: LangGraph's checkpointer; None for a file in the run's folder.

    Raises:
        StorageError: if it can't be kept.
    """
    run_id = begin.run_id
    with runs.held(run_id), runs.durable(graph, run_id, saver) as durable:
        with runs.journal(run_id) as journal:
            journal.note_start(_packed(start))
        runs.note(begin, run_id)
        yield begin
        async for event in _noted(durable, start, run_id, runs, Usage()):
            yield event


async def resumed(
    graph: Any,
    run_id: str,
    said: Mapping[str, Answer],
    runs: Runs,
    context: Context,
    saver: Any = None,
) -> AsyncGenerator[Event, None]:
    """What happens in a run from where it was left: where it waited, or where it was cut off.

    Args:
        graph: The compiled graph of the same agent.
        run_id: The run's id.
        said: Answers to what it waits for, by call id; more may stand in its journal.
        runs: Where runs are kept.
        context: What the agent brings.
        saver: LangGraph's checkpointer; None for a file in the run's folder.

    Raises:
        UsageError: if there is no such run, it has ended, it is being worked on, or waits for
            answers and has none.
        StorageError: if it can't be kept.
    """
    earlier = runs.events(run_id)
    with runs.held(run_id):
        _check_open(runs, run_id)
        runs.mend(run_id)
        with runs.durable(graph, run_id, saver) as durable:
            with runs.journal(run_id) as journal:
                questions = waiting(earlier)
                note_answers(run_id, questions, said, journal)
                _check_answered(run_id, questions, journal)
                answered = [each.id for each in questions if journal.answer(each) is not None]
                first = journal.start()
            state = await durable.aget_state({"configurable": {"thread_id": run_id}})
            # an empty `next` may stand on a run that was cut off: only its end says that it ended
            start = None if state.values else _unpacked(first, run_id)
            _check_tools(state.values, context, run_id)
            event = Resumed(ids=answered)
            runs.note(event, run_id)
            yield event
            before = state.values.get("usage", Usage())
            async for following in _noted(durable, start, run_id, runs, before):
                yield following


async def _noted(
    graph: Any, start: State | None, run_id: str, runs: Runs, before: Usage
) -> AsyncIterator[Event]:
    async for event in watch(graph, start, run_id, before):
        runs.note(event, run_id)
        yield event


def waiting(events: Iterable[Event]) -> list[Question]:
    """What a run waits for by its events; nothing if it goes on, has ended or was cut off."""
    questions: list[Question] = []
    for event in events:
        match event:
            case Paused():
                questions = event.calls
            case Resumed():
                questions = []
    return questions


def _check_open(runs: Runs, run_id: str) -> None:
    """Read while the run is held: another process may have ended it just before."""
    end = runs.ended(run_id)
    if end is not None and end.status != "paused":
        raise UsageError(f"Run {run_id!r} is not paused, it is {end.status}; it has ended.")


def note_answers(
    run_id: str, questions: Iterable[Question], said: Mapping[str, Answer], journal: Journal
) -> None:
    """Keep answers, for the run to find them when it asks.

    Raises:
        UsageError: if a run has no such question, or the answer is to another kind of one.
    """
    asked = {each.id: each for each in questions}
    for id, answer in said.items():
        if id not in asked:
            raise UsageError(f"Run {run_id!r} has no call {id!r} to answer; {_told(asked)}")
        if answer.said not in FITTING[asked[id].kind]:
            fitting = " or ".join(repr(each) for each in FITTING[asked[id].kind])
            raise UsageError(
                f"Call {id!r} of run {run_id!r} can't be answered by {answer.said!r}; "
                f"it takes {fitting}."
            )
    for id, answer in said.items():
        journal.note_answer(asked[id], answer)


def _check_answered(run_id: str, questions: Iterable[Question], journal: Journal) -> None:
    asked = {each.id: each for each in questions}
    if asked and all(journal.answer(each) is None for each in asked.values()):
        raise UsageError(f"Run {run_id!r} needs an answer to go on; {_told(asked)}")


def _told(asked: Mapping[str, Question]) -> str:
    listed = ", ".join(f"{id} ({each.name}: {each.kind})" for id, each in asked.items())
    return f"it waits for: {listed}." if listed else "it waits for nothing."


def _check_tools(values: Mapping[str, Any], context: Context, run_id: str) -> None:
    wanted = [step.tool for step in values.get("plan", ()) if step.status == "open"]
    wanted += [call.name for call in values.get("pending", ())]
    gone = next((name for name in wanted if name not in context.tools), None)
    if gone is not None:
        raise UsageError(
            f"Run {run_id!r} uses the tool {gone!r}, which agent {context.name!r} doesn't have; "
            "resume it with the agent that began it."
        )


def to_answers(
    results: Mapping[str, Any] | None, answers: Mapping[str, Any] | None
) -> dict[str, Answer]:
    """What a caller said, as answers that a run can keep.

    Args:
        results: What came of calls, as their tools would return it, or exceptions.
        answers: "yes", "no", "repeat" or "skip"; or the arguments to make the call with.

    Raises:
        UsageError: if an answer is none of these.
    """
    said = {id: _answer(id, value) for id, value in (answers or {}).items()}
    return said | {id: _result(value) for id, value in (results or {}).items()}


def _answer(id: str, value: Any) -> Answer:
    match value:
        case Answer():
            return value
        case "yes" | "no" | "repeat" | "skip":
            return Answer(said=value)
        case Mapping():
            return Answer(said="yes", args=dict(value))
    raise UsageError(
        f"{value!r} is no answer to call {id!r}; there are 'yes', 'no', 'repeat', 'skip', or a "
        "dict of the arguments to make the call with."
    )


def _result(value: Any) -> Answer:
    if isinstance(value, Exception):
        return Answer(said="result", ok=False, result=told(value))
    try:
        output = render(value)
    except Exception as error:  # what can't be written is told to the model like any failure
        return _result(error)
    return Answer(said="result", result=output.text, sources=output.sources)


def _packed(start: State) -> dict[str, Any]:
    """The first state as JSON."""
    from langchain_core.messages import messages_to_dict

    return {
        "task": start["task"],
        "carried": start["carried"],
        "messages": messages_to_dict(start["messages"]),
    }


def _unpacked(told: Mapping[str, Any] | None, run_id: str) -> State:
    """The first state of a run that was killed before it was kept."""
    from langchain_core.messages import messages_from_dict

    from agentic.state import beginning

    if told is None:
        raise UsageError(f"Nothing was kept of run {run_id!r} but its name; start the task anew.")
    start = beginning(run_id, told["task"], told["carried"])
    start["messages"] = messages_from_dict(told["messages"])
    return start
