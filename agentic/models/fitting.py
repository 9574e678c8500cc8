"""Whether a tool does what is asked: weighed by how sure a model is, not by what it says.

A small model that may call a tool calls one. Shown a few cases and asked about one tool at a time,
it knows better: the odds of "yes" against "no" part tools that fit from tools that don't.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agentic.models.decide import ask_for
from agentic.models.llama import ChatLlama
from agentic.prompts import in_short, lines, prompt
from agentic.tools.base import Tool

__all__ = ["ENOUGH", "can_weigh", "weigh"]

ENOUGH = 1.2
"""Log-odds from which a tool fits. Chosen with the 1.5B model on 220 development questions
(benchmarks/calling.py): of 170 with a tool that fits 4 are lost, of 50 without 37 are told."""
_LEAST = -20.0
"""Log-probability of a word that is not among the likeliest."""
_LIKELIEST = 20


def can_weigh(model: BaseChatModel) -> bool:
    """Whether a model tells how sure it is."""
    return isinstance(model, ChatLlama)


async def weigh(model: BaseChatModel, task: str, tools: Sequence[Tool]) -> dict[str, float]:
    """How well each of the tools does what a task asks, in log-odds by name.

    Args:
        model: One that `can_weigh`.
        task: What is asked.
        tools: The tools; each takes one short model call.

    Raises:
        ModelError: if the model fails.
    """
    sure = model.bind(logprobs=True, top_logprobs=_LIKELIEST, max_tokens=1)
    odds: dict[str, float] = {}
    for tool in tools:
        asked = HumanMessage(f"Asked: {in_short(task)}\nTool: {tool.short_line}")
        answer = await ask_for(sure, [*_cases(), asked])
        odds[tool.name] = _odds(answer.response_metadata.get("logprobs"))
    return odds


def _odds(logprobs: Any) -> float:
    """Log-odds of "yes" against "no" as the first word."""
    likely: dict[str, float] = {}
    for each in logprobs["content"][0]["top_logprobs"]:
        word = each["token"].strip().lower()
        likely[word] = max(likely.get(word, -math.inf), each["logprob"])
    return likely.get("yes", _LEAST) - likely.get("no", _LEAST)


@cache
def _cases() -> list[BaseMessage]:
    turns: list[BaseMessage] = [SystemMessage(prompt("fits"))]
    for case in lines("fits"):
        asked = f"Asked: {case['asked']}\nTool: {case['tool']}"
        turns += [HumanMessage(asked), AIMessage(case["fits"])]
    return turns
