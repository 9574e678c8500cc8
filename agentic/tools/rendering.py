"""A tool's result as text that is safe to read: one form for every value, no control characters."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date, time
from enum import Enum
from inspect import isasyncgen
from typing import Any

from pydantic import BaseModel

from agentic.cleaning import clean
from agentic.errors import ToolError
from agentic.tools.context import ToolOutput

__all__ = ["fit", "left_out", "render"]


def render(value: Any) -> ToolOutput:
    """A tool's result as text.

    Text and numbers as they are, nothing as "(no result)", lists, mappings and records as compact
    JSON, bytes as a line that says how many, anything else as `str` gives it.

    Raises:
        ToolError: if it is a generator, or can't be written as JSON.
    """
    if isinstance(value, ToolOutput):
        sources = (value.sources,) if isinstance(value.sources, str) else value.sources
        text, named = render(value.text).text, tuple(map(str, sources))
        return ToolOutput(text, named, value.untrusted, value.private)
    if value is None:
        return ToolOutput("(no result)")
    if isinstance(value, bool | list | tuple | Mapping):
        return ToolOutput(_json(value))
    simple = _simple(value)
    return ToolOutput(_json(simple) if isinstance(simple, list | dict) else str(simple))


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_simple)
    except (TypeError, ValueError, RecursionError) as error:
        raise ToolError(
            f"The tool's result can't be written as text ({error}); it should return a string."
        ) from error


def _simple(value: Any) -> Any:
    """The value in terms that JSON has, one level deep."""
    match value:
        case bytes() | bytearray() | memoryview():
            return f"({len(memoryview(value).cast('B')):,} bytes of binary data)"
        case BaseModel():
            return value.model_dump(mode="json")
        case Enum():
            return value.value
        case date() | time():
            return value.isoformat()
        case Set():
            return sorted(value, key=str)
        case Mapping():
            return dict(value)
        case Iterator():
            raise _no_result()
    if isasyncgen(value):
        raise _no_result()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value if isinstance(value, str | int | float) else str(value)


def _no_result() -> ToolError:
    return ToolError(
        "The tool returned a generator, which is no result; it should return a list or a string."
    )


def left_out(count: int, start: int) -> str:
    """The line that stands for characters left out of a text.

    Args:
        count: How many.
        start: Where they begin.
    """
    return f"\n… {count:,} characters left out …\n"


def fit(text: str, max_chars: int, told: Callable[[int, int], str] = left_out) -> str:
    """The text, cleaned; of a longer one head and tail with a line between that says so.

    Args:
        text: The text, of any length.
        max_chars: Characters that the outcome has at most.
        told: Makes the line between of how many characters are left out, and where they begin.
    """
    if len(text) <= max_chars:
        return clean(text)
    room = max_chars - len(told(len(text), len(text)))
    head = room * 2 // 3
    tail = room - head
    middle = told(len(text) - room, head)
    return clean(text[:head]) + middle + clean(text[len(text) - tail :])
