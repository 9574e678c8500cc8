"""recall: open the transcript, with what memory holds about the task."""

from functools import partial

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agentic.context import Context
from agentic.models.llama import ChatLlama
from agentic.prompts import examples, prompt
from agentic.safety.budget import Usage
from agentic.state import Recollection, State, Update
from agentic.tools.threads import in_thread
from agentic.wording import one_line

__all__ = ["opening", "recall"]

MOST = 5
"""Memories brought into a run; each takes about 30 tokens of every prompt that follows."""


async def recall(state: State, context: Context) -> Update:
    """Search memory for the task and tell the model what was found."""
    found = await in_thread(partial(_relevant, state["task"], context))
    start = opening(context)
    usage = await _warm(context.model, start)
    told: list[BaseMessage] = [] if state.get("messages") else start
    if found:
        known = "\n".join(f"- {one_line(hit.text)}" for hit in found)
        told.append(HumanMessage(prompt("memory", known=known)))
    return {
        "messages": told,
        "usage": usage,
        "recalled": found,
    }


def opening(context: Context) -> list[BaseMessage]:
    """How every transcript of an agent begins: always the same, so that it stays in the cache."""
    if not context.tools:
        return [SystemMessage(context.instructions)]
    tools = "\n".join(f"- {tool.signature_line}" for tool in context.tools.values())
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


def _relevant(task: str, context: Context) -> list[Recollection]:
    if context.memory is None:
        return []
    return [
        Recollection(
            id=hit.record.id, text=hit.record.text, source=hit.record.source, score=hit.score
        )
        for hit in context.memory.relevant(task, limit=MOST, kinds=["fact"])
    ]
