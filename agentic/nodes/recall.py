"""recall: open the transcript, with what memory holds about the task."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agentic.context import Context
from agentic.models.llama import ChatLlama
from agentic.prompts import examples, prompt
from agentic.safety.budget import Usage
from agentic.safety.provenance import from_elsewhere
from agentic.state import Recollection, State, Update
from agentic.tools.threads import in_thread
from memory.embedding import estimate
from memory.errors import StoreError
from memory.marks import shown
from memory.records import Record

__all__ = ["KINDS", "opening", "recall"]

log = logging.getLogger(__name__)
KINDS = ("fact", "lesson", "passage")
"""What is brought into a run. Episodes are not: what a run said once is not thereby so."""
MOST = 5
"""Memories brought into a run."""
BUDGET = 400
"""Tokens that they take at most: they stand in every prompt that follows."""
LEAST = 60
"""Tokens of a memory that is cut because no more fits; with less it is left out."""


async def recall(state: State, context: Context) -> Update:
    """Search memory for the task and tell the model what was found."""
    found = await in_thread(partial(_relevant, state, context))
    start = opening(context)
    usage = await _warm(context.model, start)
    told: list[BaseMessage] = [] if state.get("messages") else start
    if found:
        told.append(HumanMessage(_told(found, state["run_id"])))
    return {
        "messages": told,
        "usage": usage,
        "recalled": [
            Recollection(
                id=each.id,
                text=each.text,
                kind=each.kind,
                source=each.source,
                citation=each.citation,
                untrusted=from_elsewhere(each),
            )
            for each in found
        ],
    }


def _told(found: Sequence[Record], mark: str) -> str:
    """What was found, as the model reads it: what others wrote is fenced as data."""
    own = [each for each in found if not from_elsewhere(each)]
    others = [each for each in found if from_elsewhere(each)]
    parts = [prompt("memory", known=shown(own))] if own else []
    if others:
        parts.append(prompt("memory_elsewhere", known=shown(others), mark=mark))
    return "\n".join(parts)


def opening(context: Context) -> list[BaseMessage]:
    """How every transcript of an agent begins: always the same, so that it stays in the cache."""
    if not context.tools:
        return [SystemMessage(context.instructions)]
    tools = context.lines(context.listed) or prompt("tools_later")
    system = prompt("system", instructions=context.instructions, tools=tools)
    turns: list[BaseMessage] = [SystemMessage(system)]
    for task, plan in examples():
        turns += [HumanMessage(prompt("plan", task=task)), AIMessage(plan)]
    return turns


async def _warm(model: BaseChatModel, start: list[BaseMessage]) -> Usage:
    """Have an embedded model know the opening before the task; providers cache by themselves."""
    if not isinstance(model, ChatLlama):
        return Usage()
    spent = await in_thread(partial(model.warm, start))
    return Usage(prompt_tokens=spent["input_tokens"] if spent is not None else 0)


def _relevant(state: State, context: Context) -> list[Record]:
    """What memory holds about the task, as much as there is room for; noted as used."""
    if context.memory is None:
        return []
    hits = context.memory.relevant(state["task"], limit=MOST, kinds=KINDS)
    found = list(_fitting(hit.record for hit in hits))
    try:
        context.memory.use([each.id for each in found], by=f"run {state['run_id']}")
    except StoreError as error:  # what was found is good all the same
        log.info("Not noted as used: %s", error)
    return found


def _fitting(records: Iterable[Record]) -> Iterator[Record]:
    """The records that there is room for; the last one cut, if enough of it fits."""
    room = BUDGET
    for record in records:
        size = estimate(record.text)
        if size > room >= LEAST:
            yield replace(record, text=f"{record.text[: len(record.text) * room // size]}…")
        elif size <= room:
            yield record
        room -= min(size, room)
