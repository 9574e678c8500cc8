"""Arguments as the model gave them, checked; what is wrong is said so that it can mend it."""

from typing import Any

from pydantic import BaseModel, ValidationError

from agentic.cleaning import whole
from agentic.errors import ToolError
from agentic.naming import nearest
from agentic.tools.base import Tool

__all__ = ["shortened", "storable", "validated"]

_DEEPEST = 50
"""Levels of nesting; JSON readers give up at a few hundred."""
_TOO_DEEP = "(nested too deeply)"


def validated(tool: Tool, args: dict[str, Any]) -> BaseModel:
    """The arguments of a call as the tool's own model, converted where the meaning is certain.

    Raises:
        ToolError: if one is missing, unknown or of the wrong kind; it says how to call the tool.
    """
    if _too_deep(args):
        raise _wrong(tool, ["they are nested too deeply"])
    try:
        return tool.arguments.model_validate(storable(args))
    except ValidationError as error:
        faults = [_fault(tool, dict(each)) for each in error.errors(include_url=False)]
        raise _wrong(tool, faults[:5]) from error


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


def _too_deep(value: Any, levels: int = _DEEPEST) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) and (
        levels == 0 or any(_too_deep(each, levels - 1) for each in inner)
    )


def _wrong(tool: Tool, faults: list[str]) -> ToolError:
    return ToolError(f"Wrong arguments: {'; '.join(faults)}. Call it as {tool.signature_line}")


def _fault(tool: Tool, error: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"]) or "arguments"
    if error["type"] == "missing":
        return f"{where!r} is missing"
    if error["type"] == "extra_forbidden":
        known = tool.schema.get("properties", {})
        near = nearest(where, known)
        perhaps = "" if near is None else f", perhaps {near!r}"
        return f"there is no argument {shortened(where)}{perhaps}"
    message = error["msg"][:1].lower() + error["msg"][1:]
    return f"{shortened(where)}: {message}, not {shortened(error['input'])}"


def shortened(value: Any) -> str:
    """A value as it is written in Python, in at most 80 characters."""
    text = repr(storable(value))
    return text if len(text) <= 80 else f"{text[:79]}…"
