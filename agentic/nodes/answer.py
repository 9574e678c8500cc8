"""answer: what the evidence shows, in the task's language, and honestly what was not done."""

import asyncio
import math

from langchain_core.messages import BaseMessage

from agentic.citing import cited, given
from agentic.context import Context
from agentic.errors import ModelError
from agentic.language import strayed, to_traditional
from agentic.models.decide import repaired, say
from agentic.prompts import in_short, prompt
from agentic.safety.budget import Reached, Usage
from agentic.sizes import human
from agentic.state import Observation, State, Status, Update
from agentic.wording import bare, one_line, wording
from memory.marks import unmarked

__all__ = ["answer", "found_so_far"]


async def answer(state: State, context: Context) -> Update:
    """Write the answer; without the model when it breaks or a limit is reached."""
    limit = context.reached(state)
    if limit is not None:
        return _by_code(state, _told_limit(state, limit))
    try:
        left = context.time_left(state)
        async with asyncio.timeout(None if math.isinf(left) else left) as clock:
            return await _by_model(state, context)
    except TimeoutError:
        if not clock.expired():
            raise
        limit = Reached("seconds", context.limits.seconds or 0)
        return _by_code(state, _told_limit(state, limit))
    except ModelError as error:
        if not state["observations"]:
            raise
        return _by_code(state, one_line(error), status="failed")


async def _by_model(state: State, context: Context) -> Update:
    finished = state["verdict"] == "done" and all(s.status != "failed" for s in state["plan"])
    said, usage = await _said(state, context, finished)
    text = _written(str(said[-1].content), state)
    if finished and bare(text) == bare(state["task"]):  # an echo; the evidence says more
        text = "\n".join(_findings(state))
    text, rests_on = cited(text, state["task"], given(state["recalled"], _read(state, context)))
    cut = said[-1].response_metadata.get("finish_reason") == "length"
    text, reason = _honest(text, state, finished, cut)
    status: Status = "done" if finished and not reason else "incomplete"
    return {
        "messages": said,
        "usage": usage,
        "answer": text,
        "cited": rests_on,
        "status": status,
        "reason": reason or state["reason"],
    }


def _read(state: State, context: Context) -> list[Observation]:
    """What was read to prove steps; what a call wrote or computed is no source."""
    proofs = {step.evidence for step in state["plan"]}
    return [
        seen
        for seen in state["observations"]
        if seen.id in proofs and not context.tools[seen.name].may_write
    ]


async def _said(state: State, context: Context, finished: bool) -> tuple[list[BaseMessage], Usage]:
    """Ask for the answer; once more if it comes in another language than the task's."""
    # told to answer in Chinese, a small model says in Chinese what was to be said in English
    plain = "answer_chinese" if "Chinese" in state["language"] else "answer_plain"
    kind = "answer" if state["observations"] else plain
    ask = prompt(kind, task=in_short(state["task"]), language=state["language"])
    if not finished:
        ask += "\n" + prompt("incomplete", missing=state["missing"])
    said, usage = await say(context.model, state["messages"], ask)
    text = str(said[-1].content)
    if strayed(text, state["task"], state["language"]) and context.tries_left(state) > 1:
        ask = prompt("language", language=state["language"])
        again, more = await say(context.model, state["messages"] + said, ask)
        return said + again, usage + more
    return said, usage


def _honest(text: str, state: State, finished: bool, cut: bool) -> tuple[str, str]:
    """The answer with what must be said about it, and why it is not whole; empty if it is."""
    language = state["language"]
    if not text:
        reason = wording(language, "empty answer")
        return found_so_far(state, reason), reason
    if not finished:
        reason = state["reason"] or state["missing"]
        return f"{_unfinished(language, reason)}\n{text}", reason
    if cut:
        reason = wording(language, "cut")
        return f"{text}\n{reason}", reason
    return text, ""


def _by_code(state: State, reason: str, status: Status = "incomplete") -> Update:
    return {"answer": found_so_far(state, reason), "status": status, "reason": reason}


def found_so_far(state: State, reason: str) -> str:
    """An honest answer made by code: why it stopped, and what the finished steps showed."""
    found = [f"- {line}" for line in _findings(state)]
    return "\n".join([_unfinished(state["language"], reason), *found])


def _unfinished(language: str, reason: str) -> str:
    return wording(language, "unfinished", reason=reason.rstrip(".。"))


def _findings(state: State) -> list[str]:
    """What each finished step showed."""
    results = {seen.id: seen.result for seen in state["observations"]}
    return [
        step.learned or results[step.evidence]
        for step in state["plan"]
        if step.evidence is not None
    ]


def _told_limit(state: State, limit: Reached) -> str:
    language = state["language"]
    if limit.name == "unknown cost":
        return wording(language, limit.name)
    most = human(int(limit.most)) if limit.name == "result bytes" else f"{limit.most:,.10g}"
    told = wording(language, limit.name, most=most)
    return wording(language, "limit" if limit.span == "run" else "day limit", limit=told)


def _written(text: str, state: State) -> str:
    """The answer as it is to be read: no JSON, no marks of ours, Traditional if the task is."""
    text = unmarked(text.strip())
    if "json" not in state["task"].casefold():
        text = _unwrapped(text).strip()
    if state["language"] != "Traditional Chinese":
        return text
    return to_traditional(
        text, "".join([state["task"], *(o.result for o in state["observations"])])
    )


def _unwrapped(text: str) -> str:
    """A model that wrote JSON all along may wrap its answer so too; a plan is no answer at all."""
    if not text.startswith("{"):
        return text
    try:
        found = repaired(text)
    except ValueError:  # no object after all, or one nested too deep to be read
        return text
    said = [found[key] for key in ("answer", "learned") if isinstance(found.get(key), str)]
    return said[0] if said else "" if "steps" in found else text
