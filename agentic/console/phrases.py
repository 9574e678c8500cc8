"""How the parts of a run are said: calls, usage, seconds, and what goes on just now."""

import json
from typing import Any

from rich.cells import cell_len

from agentic.cleaning import visible
from agentic.console.marks import Marks
from agentic.console.text import cut, one_line
from agentic.events import (
    Answered,
    Event,
    Planned,
    Recalled,
    Reflected,
    RunStarted,
    TextDelta,
    ToolEnded,
    ToolStarted,
)
from agentic.safety.budget import Usage
from agentic.state import Step

__all__ = ["amount", "arguments", "doing", "share_out", "usage_parts", "value"]


def value(argument: Any) -> str:
    """An argument as JSON on one line, with escapes for what acts on a terminal or hides."""
    return visible(json.dumps(argument, ensure_ascii=False))


def arguments(args: dict[str, Any]) -> str:
    """The arguments of a call, as Python would write them."""
    return ", ".join(f"{one_line(name)}={value(given)}" for name, given in args.items())


def share_out(args: str, result: str, room: int, more: str) -> tuple[str, str]:
    """Both texts cut to fit into `room` columns together; the shorter one keeps what it needs."""
    half = room // 2
    left = max(half, room - cell_len(result))
    right = max(room - half, room - cell_len(args))
    return cut(args, left, more), cut(result, right, more)


def amount(count: int, noun: str) -> str:
    """A number and its noun: `1 model call`, `1,934 tokens`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def usage_parts(usage: Usage) -> list[str]:
    """What a run has used, in parts."""
    cached = f", {usage.cached_share:.0%} cached".replace("%", " %") if usage.prompt_tokens else ""
    return [
        amount(usage.model_calls, "model call"),
        f"{amount(usage.prompt_tokens, 'token')} in{cached}",
        f"{usage.completion_tokens:,} out",
        *_cost(usage.cost),
    ]


def _cost(dollars: float | None) -> list[str]:
    """What it cost: nothing is not worth a word, and what is not known is said."""
    if dollars is None:
        return ["cost unknown"]
    return [f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.2g}"] if dollars else []


def doing(event: Event, marks: Marks) -> str | None:
    """What goes on after an event; None if the event doesn't change that."""
    match event:
        case RunStarted():
            return "recalling"
        case Recalled():
            return "planning"
        case Planned(steps=steps):
            return _deciding(steps)
        case ToolStarted(name=name, args=args):
            return f"{one_line(name)}({cut(arguments(args), 40, marks.more)})"
        case ToolEnded():
            return "reflecting"
        case Reflected(verdict="act", steps=steps):
            return _deciding(steps)
        case Reflected(verdict="replan"):
            return "planning again"
        case Reflected() | TextDelta():
            return "answering"
        case Answered():
            return "remembering"
    return None


def _deciding(steps: list[Step]) -> str:
    ahead = next((step for step in steps if step.status == "open"), None)
    return f"deciding step {ahead.id}" if ahead is not None else "answering"
