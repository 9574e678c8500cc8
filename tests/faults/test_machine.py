"""Journal and lock as a state machine: calls that are killed anywhere, and runs that are held.

The model counts effects. A call that is killed is made again by a new journal on the same file, as
a new process would; whoever is asked about a call in doubt looks and says what is so.
"""

import asyncio
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from agentic import StorageError, Tool, ToolContext, UsageError, tool
from agentic.runs import Journal, Runs
from agentic.state import Answer, Observation, Question, ToolCall
from agentic.tools.once import once

STEPS = int(os.environ.get("FAULTS_STEPS", "10000"))
Kind = Literal["reads", "idempotent", "probe", "unsafe"]
Moment = Literal["never", "before", "within", "after effect", "after end"]


class Killed(BaseException):
    """The process is gone."""


class Mortal(Journal):
    """A journal whose process may be killed around its writes."""

    moment: Moment = "never"

    def begin(self, call: ToolCall) -> None:
        if self.moment == "before":
            raise Killed
        super().begin(call)

    def end(self, seen: Observation) -> None:
        if self.moment == "after effect":
            raise Killed
        super().end(seen)
        if self.moment == "after end":
            raise Killed


class Calls(RuleBasedStateMachine):
    """Calls of four kinds, made and killed in any order; runs held and let go of."""

    calls: Any = Bundle("calls")
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.runs = Runs(self.folder / "runs")
        self.effects: dict[str, int] = {}
        self.keys: set[str] = set()
        self.kinds: dict[str, Kind] = {}
        self.begun: set[str] = set()
        self.outcomes: dict[str, str] = {}
        self.asked: set[str] = set()
        self.moment: Moment = "never"
        self.holders: dict[str, ExitStack] = {}
        self.made = 0

    def teardown(self) -> None:
        for stack in self.holders.values():
            stack.close()
        shutil.rmtree(self.folder)

    def tool(self, kind: Kind) -> Tool:
        def effect(name: str, context: ToolContext) -> str:
            if self.moment == "within":
                raise Killed
            if kind != "idempotent" or context.key not in self.keys:
                self.effects[name] = self.effects.get(name, 0) + 1
            self.keys.add(context.key)
            return f"did {name}"

        def did(name: str) -> bool:
            return self.effects.get(name, 0) > 0

        return tool(
            name=kind,
            effects=["reads"] if kind == "reads" else ["writes"],
            idempotent=kind == "idempotent",
            probe=did if kind == "probe" else None,
        )(effect)

    @rule(target=calls, kind=st.sampled_from(["reads", "idempotent", "probe", "unsafe"]))
    def decided(self, kind: Kind) -> Any:
        """The model decides a call; its id is on disk by that."""
        Calls.steps += 1
        self.made += 1
        call = ToolCall(id=f"c{self.made}", name=kind, args={"name": f"n{self.made}"})
        self.kinds[call.id] = kind
        return multiple(call)

    @rule(
        call=calls,
        moment=st.sampled_from(["never", "before", "within", "after effect", "after end"]),
    )
    def made_or_killed(self, call: ToolCall, moment: Moment) -> None:
        """The call is made, for the first time or again, and perhaps killed."""
        Calls.steps += 1
        self.moment = moment
        name, kind = str(call.args["name"]), self.kinds[call.id]
        before = self.effects.get(name, 0)
        in_doubt = call.id in self.begun and call.id not in self.outcomes
        journal = Mortal(self.runs.files("run"), "run")
        journal.moment = moment
        questions: list[Question] = []

        def ask(question: Question) -> Answer:
            questions.append(question)
            if self.effects.get(name, 0):
                return Answer(said="result", result=f"did {name}")
            return Answer(said="repeat")

        context = ToolContext(self.folder, run_id="run", key=f"run-{call.id}")
        try:
            seen = asyncio.run(once(self.tool(kind), call, context, journal, ask))
        except Killed:
            entry = Journal(self.runs.files("run"), "run").entry(call)
            if entry is not None:
                self.begun.add(call.id)
                if entry.outcome is not None:
                    self.outcomes[call.id] = entry.outcome.result
        else:
            self.begun.add(call.id)
            assert seen.ok
            assert seen.id == call.id
            if call.id in self.outcomes:
                assert seen.result == self.outcomes[call.id], "an outcome never changes"
                assert self.effects.get(name, 0) == before, "what was done is not done again"
            self.outcomes.setdefault(call.id, seen.result)
            assert self.effects.get(name, 0) >= 1, "a call that came back had its effect"
        finally:
            journal.close()
        if in_doubt and kind == "unsafe":
            assert questions, "a call in doubt is never repeated unasked"
        else:
            assert not questions, "nobody is asked where code can tell"

    @rule(call=calls)
    def mixed_up(self, call: ToolCall) -> None:
        """Another call under the id of one that was begun is not taken for it."""
        Calls.steps += 1
        if call.id not in self.begun:
            return
        other = call.model_copy(update={"args": {"name": "another"}})
        journal = Journal(self.runs.files("run"), "run")
        with pytest.raises(StorageError, match="has another call as"):
            journal.entry(other)
        journal.close()

    @rule(who=st.sampled_from("abc"))
    def holds(self, who: str) -> None:
        """Somebody takes the run; one at a time gets it."""
        Calls.steps += 1
        if who in self.holders:
            self.holders.pop(who).close()
            return
        stack = ExitStack()
        if self.holders:
            with pytest.raises(UsageError, match="is being worked on in this process"):
                stack.enter_context(self.runs.held("run"))
            return
        stack.enter_context(self.runs.held("run"))
        self.holders[who] = stack

    @invariant()
    def nothing_twice(self) -> None:
        for id, kind in self.kinds.items():
            count = self.effects.get(f"n{id[1:]}", 0)
            assert count <= 1 or kind == "reads"


def test_no_call_is_lost_or_made_twice_and_one_at_a_time_holds_a_run() -> None:
    Calls.steps = 0
    chosen = settings(
        max_examples=50,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    while Calls.steps < STEPS:
        run_state_machine_as_test(Calls, settings=chosen)  # type: ignore[no-untyped-call]
    print(f"{Calls.steps} steps")
