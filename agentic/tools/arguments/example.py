"""Arguments that a tool would take, made from its schema, to show a model a right call."""

from collections.abc import Mapping
from typing import Any

from agentic.tools.arguments.conforming import conforms
from agentic.tools.base import Tool

__all__ = ["example"]

_FORMATS = {
    "date": "2026-01-31",
    "time": "09:30:00",
    "date-time": "2026-01-31T09:30:00",
    "duration": "PT1H",
    "email": "ann@example.com",
    "uri": "https://example.com",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
_BY_NAME = {
    "url": _FORMATS["uri"],
    "email": _FORMATS["email"],
    "date": _FORMATS["date"],
    "path": "notes.txt",
    "file": "notes.txt",
    "folder": ".",
    "expression": "2 + 3",
}
"""Texts for arguments whose names end so."""
_LONGEST = 200


def example(tool: Tool, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The fewest arguments that the tool would take.

    Args:
        tool: The tool.
        given: Arguments of a call; those that are right are kept.
    """
    known: Mapping[str, Any] = tool.schema.get("properties") or {}
    needed = tool.schema.get("required", ())
    right = {
        name: value
        for name, value in (given or {}).items()
        if name in known and conforms(value, known[name])
    }
    return {
        name: right[name] if name in right else _made(name, kind)
        for name, kind in known.items()
        if name in needed or name in right
    }


def _made(name: str, schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return "text"
    for said in (schema.get("examples") or (), [schema.get("const")], schema.get("enum") or ()):
        for each in said:
            if each is not None:
                return each
    if schema.get("default") is not None:
        return schema["default"]
    for union in ("anyOf", "oneOf", "allOf"):
        if schema.get(union):
            kinds = [each for each in schema[union] if each.get("type") != "null"]
            return _made(name, kinds[0]) if kinds else None
    return _of_type(name, schema)


def _of_type(name: str, schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type", "string")
    kind = next((each for each in kind if each != "null"), "null") if type(kind) is list else kind
    match kind:
        case "integer" | "number":
            return _number(schema, whole=kind == "integer")
        case "boolean":
            return True
        case "null":
            return None
        case "array":
            one = _made(name.removesuffix("s"), schema.get("items", {}))
            return [one] * min(max(schema.get("minItems", 1), 1), schema.get("maxItems", 9), 9)
        case "object":
            known = schema.get("properties") or {}
            needed = schema.get("required", ())
            return {each: _made(each, known[each]) for each in known if each in needed}
    return _text(name, schema)


def _number(schema: Mapping[str, Any], *, whole: bool) -> float:
    """1, or the number within the limits that comes next."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf") or 1
    tried = [step, 0]
    if low is not None:
        tried += [low, low // step * step + step]
    if high is not None:
        tried += [high, -(-high // step) * step - step]
    if low is not None and high is not None:
        tried.append((low + high) / 2)
    kinds = {**schema, "type": "integer" if whole else "number"}
    found = next((each for each in tried if conforms(each, kinds)), step)
    return int(found) if whole else found


def _text(name: str, schema: Mapping[str, Any]) -> str:
    plain = name.casefold()
    by_name = next((text for end, text in _BY_NAME.items() if plain.endswith(end)), "text")
    text = _FORMATS.get(str(schema.get("format")), by_name)
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    return (text * (least // len(text) + 1))[:most] if len(text) < least else text[:most]
