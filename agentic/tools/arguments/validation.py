"""Arguments as the model gave them, checked; what is wrong is said so that it can mend it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from agentic.cleaning import whole
from agentic.errors import ToolError
from agentic.naming import nearest
from agentic.tools.arguments.coercion import coerced
from agentic.tools.arguments.example import example
from agentic.tools.base import Tool

__all__ = ["shortened", "storable", "validated"]

_DEEPEST = 50
"""Levels of nesting; JSON readers give up at a few hundred."""
_TOO_DEEP = "(nested too deeply)"
_LONGEST = 80
"""Characters of a value that an error shows."""
_LONGEST_CALL = 160
_MOST_FAULTS = 5


def validated(tool: Tool, args: dict[str, Any]) -> BaseModel:
    """The arguments of a call as the tool's own model, converted where the meaning is certain.

    Raises:
        ToolError: if one is missing, unknown or of the wrong kind; it says how to call the tool.
    """
    if _too_deep(args):
        raise _wrong(tool, ["they are nested too deeply"], {})
    given = storable(args)
    try:
        return tool.arguments.model_validate(given)
    except ValidationError:
        given = coerced(tool.schema, given)
    try:
        return tool.arguments.model_validate(given)
    except ValidationError as error:
        raise _wrong(tool, _faults(tool, given, error), given) from error


def storable(value: Any, levels: int = _DEEPEST) -> Any:
    """Arguments as JSON can carry them: halves of characters replaced, too deep a nesting cut."""
    match value:
        case str():
            return whole(value)
        case dict() | list() if levels == 0:
            return _TOO_DEEP
        case dict():
            return {storable(key): storable(each, levels - 1) for key, each in value.items()}
        case list():
            return [storable(each, levels - 1) for each in value]
    return value


def shortened(value: Any) -> str:
    """A value as it is written in Python, in at most 80 characters."""
    try:
        text = repr(storable(value))
    except ValueError:  # Python writes no number of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _too_deep(value: Any, levels: int = _DEEPEST) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) and (
        levels == 0 or any(_too_deep(each, levels - 1) for each in inner)
    )


def _wrong(tool: Tool, faults: Iterable[str], given: Mapping[str, Any]) -> ToolError:
    shown = _call(tool, given) or _call(tool, {})
    like = f" For example: {shown}" if shown else ""
    return ToolError(
        f"Wrong arguments: {'; '.join(faults)}. Call it as {tool.signature_line}{like}"
    )


def _call(tool: Tool, given: Mapping[str, Any]) -> str:
    """A right call with what was right of the one given; nothing where none can be made."""
    arguments = example(tool, given)
    try:
        tool.arguments.model_validate(arguments)
        written = json.dumps(arguments, ensure_ascii=False)
    except (ValueError, TypeError):
        return ""
    return f"{tool.name} {written}" if len(written) <= _LONGEST_CALL else ""


def _faults(tool: Tool, given: Mapping[str, Any], error: ValidationError) -> list[str]:
    """What is wrong, a line for each argument; the alternatives of a union are one fault."""
    by_place: dict[tuple[int | str, ...], list[Mapping[str, Any]]] = {}
    for each in error.errors(include_url=False, include_context=False):
        missing = each["loc"][-1:] if each["type"] == "missing" else ()
        by_place.setdefault(_place(given, each["loc"]) + missing, []).append(dict(each))
    return [_fault(tool, place, faults) for place, faults in by_place.items()][:_MOST_FAULTS]


def _place(given: Any, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Where a fault lies in what was given; pydantic names the alternatives it tried as well."""
    place: list[int | str] = []
    for part in loc:
        inside = isinstance(given, dict) and part in given
        if not inside and not (isinstance(given, list) and part in range(len(given))):
            continue
        given = given[part]
        place.append(part)
    return tuple(place)


def _fault(tool: Tool, place: tuple[int | str, ...], faults: list[Mapping[str, Any]]) -> str:
    first = faults[0]
    where = ".".join(map(str, place)) or "arguments"
    if first["type"] == "missing":
        return f"{shortened(where)} is missing"
    if first["type"] == "extra_forbidden":
        near = nearest(where, tool.schema.get("properties", {}))
        perhaps = "" if near is None else f", perhaps {near!r}"
        return f"there is no argument {shortened(where)}{perhaps}"
    wanted = list(dict.fromkeys(_wanted(each["msg"]) for each in faults))
    said = " or ".join([wanted[0], *(each.removeprefix("input should be ") for each in wanted[1:])])
    return f"{shortened(where)}: {said}, not {shortened(first['input'])}"


def _wanted(message: str) -> str:
    """What pydantic says should stand there, without how it tried to read what does."""
    return message[:1].lower() + message[1:].partition(", unable to")[0]
