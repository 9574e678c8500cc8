"""Runs that were left: which wait or were cut off, what they wait for, and going on with one."""

import json as json_module
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest

if TYPE_CHECKING:
    from agentic.console.assembly import Choice
    from agentic.runs import Runs
    from agentic.state import Question

__all__ = ["answer", "choice_for", "latest", "listed", "runs", "unanswered"]


def runs() -> "Runs":
    """The runs in the home folder."""
    from agentic.runs import Runs
    from agentic.settings import settings

    return Runs(settings().home / "runs")


def latest() -> str:
    """The id of the run that was left last, and that nobody works on.

    Raises:
        UsageError: if none was.
    """
    kept = runs()
    for id in kept.ids():
        end = kept.ended(id)
        if end is None or end.status == "paused":
            with suppress(UsageError), kept.held(id):
                return id
    raise UsageError("No run is waiting or was cut off; there is nothing to go on with.")


def choice_for(run_id: str, choice: "Choice") -> "Choice":
    """The choice, with the agent and the folder of the run where none were named.

    Raises:
        UsageError: if there is no such run.
    """
    kept = runs()
    begun = kept.begun(run_id)
    if begun is None:
        hint = did_you_mean(nearest(run_id, kept.ids()))
        raise UsageError(f"There is no run {run_id!r} to go on with.{hint}")
    folder = Path(begun.workspace) if begun.workspace else None
    return replace(
        choice,
        agent=choice.agent if choice.agent is not None else begun.agent,
        workspace=choice.workspace if choice.workspace is not None else folder,
    )


def listed() -> list[dict[str, Any]]:
    """The questions that runs wait with and nobody has answered, the newest run first."""
    kept = runs()
    return [
        {"run": id, **question.model_dump(exclude={"step"})}
        for id in kept.ids()
        for question in unanswered(id)
    ]


def unanswered(run_id: str) -> "list[Question]":
    """The questions that a run waits with and nobody has answered."""
    from agentic.running import waiting

    kept = runs()
    end = kept.ended(run_id)
    if end is None or end.status != "paused":
        return []
    with kept.journal(run_id) as journal:
        return [each for each in waiting(kept.events(run_id)) if journal.answer(each) is None]


def answer(call_id: str, word: str | None, args: str | None, result: str | None) -> str:
    """Answer a question that a run waits with.

    Args:
        call_id: The call's id.
        word: "yes", "no", "repeat" or "skip".
        args: Arguments to make the call with, as JSON.
        result: What came of the call.

    Returns:
        What the user is told.

    Raises:
        UsageError: if nothing waits with that id, or the answer fits no such question.
    """
    from agentic.running import note_answers, to_answers

    run_id, question = _question(call_id)
    if sum(given is not None for given in (word, args, result)) != 1:
        raise UsageError("Give one of: yes, no, repeat, skip, --args JSON, --result TEXT.")
    said: Any = word if args is None else _object(args)
    answers = {} if result is not None else {call_id: said}
    results = {} if result is None else {call_id: result}
    kept = runs()
    with kept.journal(run_id) as journal:
        note_answers(run_id, [question], to_answers(results, answers), journal)
    return f"Noted; `agentic resume {run_id}` goes on with the run."


def _question(call_id: str) -> "tuple[str, Question]":
    kept = runs()
    found = {each.id: (run_id, each) for run_id in kept.ids() for each in unanswered(run_id)}
    if call_id not in found:
        there = ", ".join(found) or "none"
        hint = did_you_mean(nearest(call_id, found))
        raise UsageError(f"No question {call_id!r} is waited for; there are: {there}.{hint}")
    return found[call_id]


def _object(text: str) -> dict[str, Any]:
    try:
        args = json_module.loads(text)
    except ValueError as error:
        raise UsageError(f"--args is no JSON: {error}.") from error
    if not isinstance(args, dict):
        raise UsageError('--args must be an object, such as {"path": "a.txt"}.')
    return args
