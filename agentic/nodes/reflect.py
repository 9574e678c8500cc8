"""reflect: what the results prove. Code decides first; the model only what code can't."""

from contextlib import suppress
from typing import Annotated, Literal, TypeVar

from langchain_core.messages import HumanMessage
from pydantic import BaseModel, Field

from agentic.context import Context
from agentic.errors import ModelError
from agentic.models.decide import CLOSED, Decision, decide
from agentic.nodes.act import next_step
from agentic.prompts import in_short, prompt
from agentic.safety.budget import Usage
from agentic.safety.stuck import Stuck, going_in_circles
from agentic.state import Observation, State, Step, Update, Verdict
from agentic.wording import one_line, wording

__all__ = ["Finding", "Weighing", "reflect", "shown"]

TRIES = 3
"""Calls that a step may take before it counts as failed."""
PLAIN = 400
"""Characters of a result that speaks for itself while steps are open; of a longer one the model
notes what matters."""
PLANS = 3
"""Plans that a run may make."""


class Finding(BaseModel):
    """What a result showed, while steps are still open."""

    model_config = CLOSED

    learned: Annotated[str, Field(max_length=160)]


class Weighing(Finding):
    """What the last result showed, and whether the results cover the task."""

    next: Literal["answer", "plan"]
    missing: Annotated[str, Field(max_length=100)] = ""
    """What another call must find out, if the next is "plan"."""


Found = TypeVar("Found", bound=Finding)


async def reflect(state: State, context: Context) -> Update:
    """Weigh the calls just made: mark the steps they prove, and decide what comes next."""
    made = {wanted.id for wanted in state["pending"]}
    results = [seen for seen in state["observations"] if seen.id in made]
    failures = [seen for seen in results if not _proves(seen, context)]
    steps = [_weighed(step, state["observations"], results, failures) for step in state["plan"]]
    text = "\n".join(shown(result) for result in results)
    if failures:
        update = _after_failure(state, steps, text, failures[0])
    else:
        update = await _after_success(state, context, steps, text)
    return {**update, **_out_of_circles(state, update, len(results), failures)}


def _proves(result: Observation, context: Context) -> bool:
    """Whether a result can be evidence: no error, and not empty from a tool that only reads."""
    return result.ok and (bool(result.result.strip()) or context.tools[result.name].may_write)


def _weighed(
    step: Step,
    observations: list[Observation],
    results: list[Observation],
    failures: list[Observation],
) -> Step:
    """The step with the evidence that came in; failed when it used up its tries."""
    mine = next((result for result in results if result.step == step.id), None)
    if mine is None:
        return step
    if mine not in failures:
        return step.model_copy(update={"status": "done", "evidence": mine.id})
    tried = sum(seen.step == step.id for seen in observations)
    spent = mine.repeated or mine.in_doubt or mine.refused or tried >= TRIES
    return step.model_copy(update={"status": "failed"}) if spent else step


def _after_failure(state: State, steps: list[Step], text: str, failure: Observation) -> Update:
    """A failed check can't be talked away: another try, another plan, or an honest end."""
    reason = one_line(f"{failure.name}: {failure.result}")
    if not failure.result.strip():
        reason = wording(state["language"], "empty result", tool=failure.name)
    verdict: Verdict = "act"
    if any(step.status == "failed" for step in steps):
        verdict = "replan" if state["plans"] < PLANS else "stuck"
    failed = next(step for step in steps if step.id == failure.step)
    return {
        "messages": [HumanMessage(f"{text}\n{prompt('failed')}")],
        "plan": steps,
        "pending": [],
        "verdict": verdict,
        "reason": reason,
        "missing": failed.yields,  # the model's own words: an error's text is data, not an order
    }


def _out_of_circles(state: State, update: Update, turn: int, failures: list[Observation]) -> Update:
    """What becomes of going on in circles: another plan once, then an honest end.

    While steps succeed the plan goes on to its end, whatever their results look like.
    """
    if update["verdict"] != "replan" and not (update["verdict"] == "act" and failures):
        return {}
    before = state.get("stalled", 0)
    stuck = going_in_circles(state["observations"], before, turn)
    if stuck is None:
        return {}
    if before or state["plans"] >= PLANS:
        return {"verdict": "stuck", "reason": _told(stuck, state["language"])}
    given_up = {failure.step for failure in failures}
    steps = [
        step.model_copy(update={"status": "failed"}) if step.id in given_up else step
        for step in update["plan"]
    ]
    return {"verdict": "replan", "stalled": len(state["observations"]), "plan": steps}


def _told(stuck: Stuck, language: str) -> str:
    *_, before, last = stuck.calls
    return one_line(
        wording(
            language,
            stuck.pattern,
            tool=last.name,
            other=before.name,
            error=last.result,
            count=str(len(stuck.calls)),
        )
    )


async def _after_success(state: State, context: Context, steps: list[Step], text: str) -> Update:
    """Every call succeeded: go on with the plan, or, at its end, ask what is missing."""
    told: Update = {"pending": [], "plan": steps, "verdict": "act", "reason": ""}
    if next_step(steps) is not None:
        if len(text) <= PLAIN:
            return {**told, "messages": [HumanMessage(text)]}
        noted = await _decided(state, context, text, prompt("learned"), Finding)
        return {**told, **_noted(noted, state, steps)}
    ask = prompt("reflect", task=in_short(state["task"]))
    weighed = await _decided(state, context, text, ask, Weighing)
    told |= _noted(weighed, state, steps)
    if weighed.value is not None and weighed.value.next == "plan":
        missing = weighed.value.missing or state["task"]
        verdict: Verdict = "replan" if state["plans"] < PLANS else "stuck"
        return {**told, "verdict": verdict, "reason": one_line(missing), "missing": missing}
    return {**told, "verdict": "done"}


async def _decided(
    state: State, context: Context, text: str, ask: str, schema: type[Found]
) -> Decision[Found]:
    """The model's reflection; none if it breaks, for what the results prove stands without it."""
    tries = context.tries_left(state)
    if tries > 0:
        with suppress(ModelError):
            ask = f"{text}\n{ask}"
            return await decide(context.model, state["messages"], ask, schema, tries=tries)
    return Decision(None, [HumanMessage(text)], Usage())


def _noted(decided: Decision[Found], state: State, steps: list[Step]) -> Update:
    """The turns of a reflection, and what was learned noted at the steps it belongs to."""
    just_made = {wanted.step for wanted in state["pending"]}
    if decided.value is not None:
        learned = {"learned": decided.value.learned}
        steps = [s.model_copy(update=learned) if s.id in just_made else s for s in steps]
    return {"messages": decided.messages, "usage": decided.usage, "plan": steps}


def shown(result: Observation) -> str:
    """A result as the model reads it: data between marks that the data itself can't close."""
    text = result.result.replace("</result", "<\\/result")
    if result.repeated:
        text = f"{text}\n(The same call as before; it was not made again.)"
    if result.untrusted:  # an id that nobody outside can know closes it
        return prompt("result_elsewhere", tool=result.name, text=text, mark=result.id)
    return prompt("result", tool=result.name, text=text)
