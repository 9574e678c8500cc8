"""Calls that need leave: asked for, given, refused, changed, and answered from anywhere."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentic import Agent, Permissions, ToolContext, UsageError, tool
from agentic.result import Result
from agentic.runs import Runs
from agentic.settings import child_environment, settings
from agentic.state import Question
from agentic.testing import ScriptedModel, call, enough, plan

TASK = "Send a note to Ann, then send one to Bob"
ONE = (plan(("send", "Send a note to Ann")), call("send", to="Ann", text="hello"))
TWO = (
    plan(("send", "Send a note to Ann"), ("send", "send one to Bob")),
    call("send", to="Ann", text="hello"),
    call("send", to="Bob", text="hello"),
)


def sender(*script: Any, sent: list[str], **permissions: Any) -> Agent:
    @tool(effects=["sends"])
    def send(to: str, text: str) -> str:
        """Send a note."""
        sent.append(f"{to}: {text}")
        return f"sent to {to}"

    model = ScriptedModel(*script)
    return Agent("sender", tools=[send], model=model, permissions=Permissions(**permissions))


def last_asked(agent: Agent) -> str:
    """What the model was last asked, with all before it."""
    assert isinstance(agent.model, ScriptedModel)
    return agent.model.asked[-1]


def waiting(*rest: str, sent: list[str], **permissions: Any) -> tuple[Agent, Result, Question]:
    agent = sender(*ONE, *rest, sent=sent, **permissions)
    result = agent.run(TASK)
    [question] = result.pending
    return agent, result, question


def test_a_call_that_sends_waits_for_leave_and_is_then_made_once() -> None:
    sent: list[str] = []
    agent, result, question = waiting(enough("sent"), "Done.", sent=sent)
    assert (result.status, result.reason) == ("paused", "waits for leave to call send")
    assert (question.kind, question.name) == ("approval", "send")
    assert question.args == {"to": "Ann", "text": "hello"}
    assert question.why == "it brings something to others"
    assert (sent, result.calls) == ([], [])

    done = agent.resume(result.run_id, answers={question.id: "yes"})
    assert (done.status, done.answer, done.pending) == ("done", "Done.", [])
    assert sent == ["Ann: hello"]
    assert [(each.id, each.ok, each.refused) for each in done.calls] == [(question.id, True, False)]
    with pytest.raises(UsageError, match="it has ended"):
        agent.resume(result.run_id, answers={question.id: "yes"})
    assert sent == ["Ann: hello"]


def test_a_no_is_told_to_the_model_and_the_run_goes_on() -> None:
    sent: list[str] = []
    agent, result, question = waiting(plan(), "It was not allowed.", sent=sent)
    done = agent.resume(result.run_id, answers={question.id: "no"})
    assert (done.status, sent) == ("incomplete", [])
    assert done.answer.endswith("\nIt was not allowed.")
    [refused] = done.calls
    assert (refused.ok, refused.refused) == (False, True)
    assert refused.result == "Not allowed, and not done: the user said no"
    assert refused.result in last_asked(agent)


def test_the_same_call_is_not_asked_about_again_after_a_no() -> None:
    sent: list[str] = []
    again = (*ONE, "Not allowed.")
    agent, result, question = waiting(*again, sent=sent)
    done = agent.resume(result.run_id, answers={question.id: "no"})
    assert done.status == "incomplete"
    assert [each.refused for each in done.calls] == [True]
    assert (done.pending, sent) == ([], [])


def test_the_user_may_change_what_is_sent() -> None:
    sent: list[str] = []
    agent, result, question = waiting(enough("sent"), "Done.", sent=sent)
    changed = {"to": "Ann", "text": "good morning"}
    done = agent.resume(result.run_id, answers={question.id: changed})
    assert sent == ["Ann: good morning"]
    assert [each.args for each in done.calls] == [changed]
    assert (done.status, done.steps[0].evidence) == ("done", question.id)


def test_a_change_does_not_lift_what_is_denied_and_is_checked_as_any_call() -> None:
    sent: list[str] = []
    agent, result, question = waiting(plan(), "No.", sent=sent, deny=["send(to=Eve)"])
    done = agent.resume(result.run_id, answers={question.id: {"to": "Eve", "text": "x"}})
    assert done.calls[0].refused
    agent, result, question = waiting(*ONE[1:], sent=sent)
    again = agent.resume(result.run_id, answers={question.id: {"whom": "Eve"}})
    assert [(each.ok, each.refused) for each in again.calls] == [(False, False)]
    assert (again.status, sent) == ("paused", [])


@pytest.mark.parametrize(
    ("permissions", "why"),
    [
        ({"unanswered": "refuse"}, "it brings something to others, and nobody was there to be"),
        ({"approve": "never"}, "it brings something to others, and nobody is to be asked"),
        ({"deny": ["send(to=A*)"]}, r"the rule deny 'send(to=A*)' fits"),
        ({"deny": ["effect:sends"], "approve": "auto"}, "the rule deny 'effect:sends' fits"),
        ({"deny": ["*"], "allow": ["*"], "ask": ["*"]}, "the rule deny '*' fits"),
    ],
)
def test_what_is_not_allowed_is_refused_and_the_run_goes_on(
    permissions: dict[str, Any], why: str
) -> None:
    sent: list[str] = []
    agent = sender(*ONE, plan(), "It may not be sent.", sent=sent, **permissions)
    result = agent.run(TASK)
    assert (result.status, result.pending, sent) == ("incomplete", [], [])
    assert result.calls[0].refused
    assert why in result.calls[0].result


@pytest.mark.parametrize(
    "permissions",
    [
        {"approve": "auto"},
        {"allow": ["send(to=Ann)"]},
        {"allow": ["effect:sends"], "unanswered": "refuse"},
    ],
)
def test_what_is_allowed_is_not_asked_about(permissions: dict[str, Any]) -> None:
    sent: list[str] = []
    result = sender(*ONE, enough("sent"), "Done.", sent=sent, **permissions).run(TASK)
    assert (result.status, sent) == ("done", ["Ann: hello"])


def test_an_argument_that_a_model_names_otherwise_meets_the_same_rule() -> None:
    script = (plan(("send", "Send a note to Ann")), call("send", To="Ann", TEXT="hello"))
    sent: list[str] = []
    agent = sender(*script, plan(), "No.", sent=sent, deny=["send(to=Ann)"], approve="auto")
    assert agent.run(TASK).calls[0].refused
    assert sent == []


def test_what_is_no_answer_is_said() -> None:
    sent: list[str] = []
    agent, result, question = waiting(enough("sent"), "Done.", sent=sent)

    def refused(match: str, **said: Any) -> None:
        with pytest.raises(UsageError, match=match):
            agent.resume(result.run_id, **said)

    refused(rf"needs an answer to go on; it waits for: {question.id} \(send: approval\)")
    refused(r"has no call 'c0' to answer; it waits for", answers={"c0": "yes"})
    refused(r"can't be answered by 'repeat'; it takes 'yes' or", answers={question.id: "repeat"})
    refused(r"can't be answered by 'result'; it takes 'yes' or 'no'", results={question.id: "sent"})
    refused(r"'maybe' is no answer to call .*there are 'yes', 'no'", answers={question.id: "maybe"})
    refused(r"True is no answer", answers={question.id: True})
    refused(r"has no call 'c0'", answers={question.id: "yes", "c0": "yes"})
    assert sent == []
    assert agent.resume(result.run_id, answers={question.id: "yes"}).status == "done"


def test_a_second_question_waits_as_the_first_did() -> None:
    sent: list[str] = []
    agent = sender(*TWO, enough("both"), "Done.", sent=sent)
    first = agent.run(TASK)
    [ann] = first.pending
    second = agent.resume(first.run_id, answers={ann.id: "yes"})
    [bob] = second.pending
    assert (second.status, bob.args["to"], sent) == ("paused", "Bob", ["Ann: hello"])
    with pytest.raises(UsageError, match=f"has no call '{ann.id}' to answer"):
        agent.resume(first.run_id, answers={ann.id: "yes"})
    done = agent.resume(first.run_id, answers={bob.id: "yes"})
    assert (done.status, sent) == ("done", ["Ann: hello", "Bob: hello"])


RECORDS = [
    *(("agentic.state", name) for name in ("Observation", "Recollection", "Step", "ToolCall")),
    ("agentic.safety.budget", "Usage"),
]
"""What a state holds beside messages and plain values."""


def look(which: str) -> str:
    """Look at something."""
    return f"seen {which}"


def test_two_calls_of_one_turn_are_asked_about_together_and_answered_apart() -> None:
    looker = tool(effects=["reads"])(look)
    script = (
        plan(("look", "Look at Ann's note"), ("look", "and at Bob's note")),
        call("look", which="Ann's note"),
        call("look", which="Bob's note"),
    )
    permissions = Permissions(ask=("look",))
    task = "Look at Ann's note, and at Bob's note"

    def agent(*rest: str) -> Agent:
        model = ScriptedModel(*rest)
        return Agent("looker", tools=[looker], model=model, permissions=permissions)

    result = agent(*script).run(task)
    assert [each.args["which"] for each in result.pending] == ["Ann's note", "Bob's note"]
    assert result.pending[0].why == "the rule ask 'look' fits"
    ann, bob = (each.id for each in result.pending)
    half = agent().resume(result.run_id, answers={bob: "no"})
    assert [each.id for each in half.pending] == [ann]
    done = agent(plan(), "Ann's alone.").resume(result.run_id, answers={ann: "yes"})
    assert {each.id: each.refused for each in done.calls} == {ann: False, bob: True}
    assert done.status == "incomplete"


PROCESS = """
import sys
from agentic import Agent, tool
from agentic.testing import ScriptedModel, enough

@tool(effects=["sends"])
def send(to: str, text: str) -> str:
    "Send a note."
    open(sys.argv[3], "a", encoding="utf-8").write(f"{to}: {text}")
    return "sent"

agent = Agent("sender", tools=[send], model=ScriptedModel(enough("sent"), "Done elsewhere."))
print(agent.resume(sys.argv[1], answers={sys.argv[2]: {"to": "Ann", "text": "早安"}}).answer)
"""


def test_it_is_answered_in_another_process(tmp_path: Path) -> None:
    sent: list[str] = []
    _, result, question = waiting(sent=sent)
    told = subprocess.run(
        [sys.executable, "-c", PROCESS, result.run_id, question.id, str(tmp_path / "sent")],
        env=child_environment(AGENTIC_HOME=str(settings().home), PYTHONUTF8="1"),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert told.stdout.splitlines() == ["Done elsewhere."]
    assert (tmp_path / "sent").read_text("utf-8") == "Ann: 早安"
    assert sent == []


def test_an_answer_in_the_journal_is_enough_and_is_used_once() -> None:
    from agentic.running import note_answers, to_answers

    sent: list[str] = []
    agent, result, question = waiting(enough("sent"), "Done.", sent=sent)
    with Runs(settings().home / "runs").journal(result.run_id) as journal:
        answers = to_answers(None, {question.id: "yes"})
        note_answers(result.run_id, [question], answers, journal)
    assert agent.resume(result.run_id).status == "done"
    assert sent == ["Ann: hello"]


@pytest.mark.parametrize(
    ("said", "sends"),
    [
        ({"said": "yes"}, ["Ann: hello"]),
        ("yes", ["Ann: hello"]),
        ({"said": "no"}, []),
        ({"said": "yes", "args": {"to": "Ann", "text": "hi"}}, ["Ann: hi"]),
    ],
)
def test_langgraphs_own_clients_answer_by_a_command(said: Any, sends: list[str]) -> None:
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.types import Command

    from agentic.state import beginning

    sent: list[str] = []
    rest = (enough("sent"), "Done.") if sends else (plan(), "Not allowed.")
    agent = sender(*ONE, *rest, sent=sent)
    serde = JsonPlusSerializer(allowed_msgpack_modules=RECORDS)
    graph = agent.graph.copy({"checkpointer": InMemorySaver(serde=serde)})
    config = {"configurable": {"thread_id": "r1"}}
    waits = asyncio.run(graph.ainvoke(beginning("r1", TASK), config))
    [interrupt] = waits["__interrupt__"]
    assert (interrupt.value["kind"], interrupt.value["name"]) == ("approval", "send")
    json.dumps(interrupt.value)  # a client may be on another machine
    assert sent == []
    ended = asyncio.run(graph.ainvoke(Command(resume=said), config))
    assert sent == sends
    assert ended["status"] == ("done" if sends else "incomplete")


def test_a_call_that_was_changed_has_the_key_of_the_one_that_was_decided() -> None:
    keys: list[str] = []

    @tool(effects=["sends"], idempotent=True)
    def pay(amount: int, context: ToolContext) -> str:
        """Pay."""
        keys.append(context.key)
        return "paid"

    script = (plan(("pay", "Pay 5")), call("pay", amount=5), enough("paid"), "Paid.")
    agent = Agent("payer", tools=[pay], model=ScriptedModel(*script))
    result = agent.run("Pay 5")
    [question] = result.pending
    done = agent.resume(result.run_id, answers={question.id: {"amount": 4}})
    assert done.calls[0].args == {"amount": 4}
    assert keys == [f"{result.run_id}-{question.id}"]
