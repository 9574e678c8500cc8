"""Runs that were cut off: gone on with from where they were, whatever stood on disk by then."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentic import Agent, Limits, StorageError, ToolContext, UsageError, tool
from agentic.events import Event, RunEnded
from agentic.runs import Runs
from agentic.settings import settings
from agentic.testing import ScriptedModel, call, enough, plan

TASK = "Look at the first and write the second"


class Killed(BaseException):
    """The process is gone, as far as the run knows."""


def agent(*script: str, done: list[str], **fields: Any) -> Agent:
    @tool(effects=["reads"])
    def look(which: str) -> str:
        """Look at something."""
        done.append(f"look {which}")
        return "it is there"

    @tool(effects=["writes"], probe=lambda which: f"write {which}" in done)
    def write(which: str) -> str:
        """Write something."""
        done.append(f"write {which}")
        return "written"

    return Agent("walker", tools=[look, write], model=ScriptedModel(*script), **fields)


SCRIPT = (
    plan(("look", "Look at the first"), ("write", "write the second")),
    call("look", which="first"),
    call("write", which="second"),
    enough("both"),
    "Both were done.",
)


def cut_off(made: Agent, at: Callable[[Event], bool]) -> str:
    """A run that is stopped at the first event of a kind; its id."""
    run_id = ""
    for event in (stream := made.stream(TASK)):
        run_id = getattr(event, "run_id", run_id)
        if at(event):
            stream.close()  # type: ignore[attr-defined]  # it is a generator
            break
    assert run_id
    return run_id


def kinds(events: list[Event]) -> list[str]:
    return [event.type for event in events]


@pytest.mark.parametrize(
    "kind",
    [*("run_started", "recalled", "planned", "tool_started", "tool_ended", "reflected")],
)
def test_a_run_that_is_cut_off_anywhere_is_gone_on_with(kind: str) -> None:
    done: list[str] = []
    run_id = cut_off(agent(*SCRIPT, done=done), lambda event: event.type == kind)
    # the model says what it would have said next: its turns stand in the transcript
    said = sum(event.type == "model_called" for event in _runs().events(run_id))
    for spoken in (said, said + 1, max(said - 1, 0)):  # one may stand on disk that was not told
        made = agent(*SCRIPT[spoken:], done=done)
        try:
            result = made.resume(run_id)
        except UsageError:
            raise
        except AssertionError:  # another place of the script was the right one
            continue
        break
    assert result.status == "done"
    assert result.answer == "Both were done."
    assert [seen.name for seen in result.calls] == ["look", "write"]
    assert done.count("write second") == 1
    assert all(step.evidence for step in result.steps)


def _runs() -> Runs:
    return Runs(settings().home / "runs")


def test_what_was_used_before_counts_after() -> None:
    done: list[str] = []
    run_id = cut_off(agent(*SCRIPT, done=done), lambda event: event.type == "tool_ended")
    made = agent(*SCRIPT, done=done, limits=Limits(model_calls=2))
    result = made.resume(run_id)
    assert result.status == "incomplete"
    assert "2 model calls" in result.answer
    assert result.usage.model_calls == 2, "a resume does not begin a new budget"


def test_a_run_that_has_ended_is_not_gone_on_with() -> None:
    done: list[str] = []
    made = agent(*SCRIPT, done=done)
    result = made.run(TASK)
    with pytest.raises(UsageError, match=r"is not paused, it is done; it has ended"):
        made.resume(result.run_id)
    assert done == ["look first", "write second"]


def test_a_run_that_is_being_worked_on_is_left_alone() -> None:
    done: list[str] = []
    made = agent(*SCRIPT, done=done)
    stream = made.stream(TASK)
    run_id = next(stream).run_id  # type: ignore[union-attr]  # the first event names the run
    with pytest.raises(UsageError, match=rf"Run {run_id} is being worked on in this process"):
        agent(done=done).resume(run_id)
    assert [*stream][-1].type == "run_ended"
    assert done == ["look first", "write second"]


def test_a_call_that_was_left_behind_is_waited_for_before_it_is_judged() -> None:
    """The run was stopped while its tool was busy: it may have its effect when it is resumed."""
    done: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    @tool(effects=["writes"], probe=lambda what: what in done)
    def send(what: str) -> str:
        """Send something."""
        begun.set()
        go_on.wait(30)  # in a system call, where nothing reaches it
        done.append(what)
        return "sent"

    def sender(*script: str) -> Agent:
        return Agent("sender", tools=[send], model=ScriptedModel(*script))

    stream = sender(plan(("send", "Send it")), call("send", what="it")).stream("Send it")
    run_id = next(stream).run_id  # type: ignore[union-attr]  # the first event names the run
    next(each for each in stream if each.type == "tool_started")
    begun.wait(30)
    stream.close()  # type: ignore[attr-defined]  # it is a generator
    with pytest.raises(UsageError, match=rf"Run {run_id} is being worked on in this process"):
        sender().resume(run_id)
    go_on.set()
    result = sender(enough("sent"), "It was sent.").resume(run_id)
    assert result.status == "done"
    assert done == ["it"]


def dying_sender(done: list[str]) -> Callable[..., Agent]:
    """Makes an agent whose process dies once it has sent something, its tool unsafe."""

    @tool(effects=["writes"])
    def send(what: str) -> str:
        """Send something."""
        done.append(what)
        raise Killed

    return lambda *script: Agent("sender", tools=[send], model=ScriptedModel(*script))


def test_an_unsafe_call_that_was_cut_off_is_asked_about() -> None:
    done: list[str] = []
    sender = dying_sender(done)
    run_id = _killed_within(sender(plan(("send", "Send it")), call("send", what="it")), "Send it")
    paused = sender().resume(run_id)
    assert paused.status == "paused"
    [question] = paused.pending
    assert (question.kind, question.name, question.args) == ("doubt", "send", {"what": "it"})
    assert question.why == "send was cut off; it may or may not have been done"
    assert done == ["it"]
    with pytest.raises(
        UsageError, match=r"can't be answered by 'yes'; it takes 'repeat' or 'skip'"
    ):
        sender().resume(run_id, answers={question.id: "yes"})

    told = sender(enough("sent"), "It was sent.")
    result = told.resume(run_id, results={question.id: "sent"})
    assert (result.status, result.calls[0].result) == ("done", "sent")
    assert done == ["it"]


def test_a_doubt_that_is_skipped_stays_one() -> None:
    done: list[str] = []
    sender = dying_sender(done)
    run_id = _killed_within(sender(plan(("send", "Send it")), call("send", what="it")), "Send it")
    [question] = sender().resume(run_id).pending
    skipped = sender(plan(), "I don't know whether it was sent.").resume(
        run_id, answers={question.id: "skip"}
    )
    assert skipped.status == "incomplete"
    [seen] = skipped.calls
    assert seen.in_doubt
    assert seen.result.startswith("UNKNOWN: send was cut off")
    assert done == ["it"]


def _killed_within(made: Agent, task: str) -> str:
    """A run whose process dies within its tool; its id."""
    with pytest.raises(Killed):
        made.run(task)
    return _runs().ids()[0]


def test_arguments_that_the_user_changed_stay_changed_after_a_kill() -> None:
    sent: list[str] = []

    @tool(effects=["sends"], idempotent=True)
    def send(what: str) -> str:
        """Send something."""
        sent.append(what)
        if len(sent) == 1:
            raise Killed
        return f"sent {what}"

    def sender(*script: str) -> Agent:
        return Agent("sender", tools=[send], model=ScriptedModel(*script))

    paused = sender(plan(("send", "Send it")), call("send", what="it")).run("Send it")
    [question] = paused.pending
    with pytest.raises(Killed):
        sender().resume(paused.run_id, answers={question.id: {"what": "that"}})
    result = sender(enough("sent"), "It was sent.").resume(paused.run_id)
    assert (result.status, result.calls[0].args) == ("done", {"what": "that"})
    assert sent == ["that", "that"]


def test_the_key_of_a_call_is_its_own_for_good() -> None:
    keys: list[str] = []

    @tool(effects=["writes"], idempotent=True)
    def book(what: str, context: ToolContext) -> str:
        """Book something."""
        keys.append(context.key)
        if len(keys) == 1:
            raise Killed
        return "booked"

    made = Agent(
        "booker",
        tools=[book],
        model=ScriptedModel(plan(("book", "Book it")), call("book", what="it"), enough("x"), "x"),
    )
    run_id = _killed_within(made, "Book it")
    again = made.with_(model=ScriptedModel(enough("booked"), "Booked."))
    assert again.resume(run_id).status == "done"
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert keys[0].startswith(f"{run_id}-c")


def test_a_line_that_a_kill_cut_off_is_no_event_and_spoils_no_other() -> None:
    done: list[str] = []
    run_id = cut_off(agent(*SCRIPT, done=done), lambda event: event.type == "planned")
    place = _runs().files(run_id) / "events.jsonl"
    with open(place, "a", encoding="utf-8") as file:
        file.write('{"type":"tool_sta')
    before = kinds(_runs().events(run_id))
    result = agent(*SCRIPT[1:], done=done).resume(run_id)
    assert result.status == "done"
    assert kinds(_runs().events(run_id))[: len(before)] == before
    assert len(place.read_text(encoding="utf-8").splitlines()) == len(_runs().events(run_id)) + 1


def test_an_agent_without_the_tool_says_so() -> None:
    done: list[str] = []
    run_id = cut_off(agent(*SCRIPT, done=done), lambda event: event.type == "planned")
    other = Agent("other", model=ScriptedModel())
    with pytest.raises(UsageError, match=r"uses the tool 'look', which agent 'other' doesn't have"):
        other.resume(run_id)


def test_what_can_not_be_kept_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("AGENTIC_HOME", str(tmp_path / "file"))
    settings.cache_clear()
    done: list[str] = []
    with pytest.raises(StorageError, match="AGENTIC_HOME"):
        agent(*SCRIPT, done=done).run(TASK)
    assert done == []


def test_a_journal_that_is_none_is_told_of() -> None:
    done: list[str] = []
    run_id = cut_off(agent(*SCRIPT, done=done), lambda event: event.type == "planned")
    (_runs().files(run_id) / "journal.sqlite").write_bytes(b"no database at all" * 100)
    for more in ("journal.sqlite-wal", "journal.sqlite-shm"):
        (_runs().files(run_id) / more).unlink(missing_ok=True)
    with pytest.raises(StorageError, match="not a database"):
        agent(*SCRIPT[1:], done=done).resume(run_id)
    assert done == []


def test_files_of_a_run_are_the_users_own() -> None:
    done: list[str] = []
    result = agent(*SCRIPT, done=done).run(TASK)
    folder = _runs().files(result.run_id)
    assert folder.stat().st_mode & 0o077 == 0
    assert [each.name for each in folder.iterdir() if each.stat().st_mode & 0o077] == []


def test_a_checkpointer_of_ones_own_holds_the_state() -> None:
    from langgraph.checkpoint.memory import InMemorySaver

    saver = InMemorySaver()
    done: list[str] = []
    made = agent(*SCRIPT, done=done, checkpointer=saver)
    run_id = cut_off(made, lambda event: event.type == "tool_ended")
    state = asyncio.run(saver.aget_tuple({"configurable": {"thread_id": run_id}}))
    assert state is not None
    assert not (_runs().files(run_id) / "checkpoints.sqlite").exists()
    said = sum(event.type == "model_called" for event in _runs().events(run_id))
    model = ScriptedModel(*SCRIPT[said:])
    assert made.with_(model=model).resume(run_id).status == "done"
    assert done == ["look first", "write second"]


def test_events_are_json_lines_and_pieces_of_the_answer_are_left_out() -> None:
    done: list[str] = []
    result = agent(*SCRIPT, done=done).run(TASK)
    lines = (_runs().files(result.run_id) / "events.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["type"] for line in lines][-1] == "run_ended"
    assert "text_delta" not in {json.loads(line)["type"] for line in lines}
    end = _runs().ended(result.run_id)
    assert isinstance(end, RunEnded)
    assert end.status == "done"
