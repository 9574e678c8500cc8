"""Whether a value fits a JSON schema as it stands."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["conforms", "same"]

Schema = Mapping[str, Any]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def conforms(value: Any, schema: Any) -> bool:
    """Whether a value fits a schema without references; patterns and formats are not looked at."""
    if not isinstance(schema, Mapping):
        return schema is not False
    if "enum" in schema and not any(same(value, each) for each in schema["enum"]):
        return False
    if "const" in schema and not same(value, schema["const"]):
        return False
    kinds = schema.get("type")
    if isinstance(kinds, str | list):
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not any(_IS[kind](value) for kind in kinds if kind in _IS):
            return False
    for union in ("anyOf", "oneOf"):
        if schema.get(union) and not any(conforms(value, each) for each in schema[union]):
            return False
    return _within(value, schema) and all(conforms(value, each) for each in schema.get("allOf", ()))


def same(one: Any, other: Any) -> bool:
    """Whether two values are one in JSON, where `true` is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _within(value: Any, schema: Schema) -> bool:
    """Whether a value keeps to the limits of its kind."""
    if isinstance(value, str):
        return _sized(len(value), schema, "Length")
    if isinstance(value, list):
        items = schema.get("items")
        return _sized(len(value), schema, "Items") and all(conforms(each, items) for each in value)
    if isinstance(value, dict):
        return _object(value, schema)
    return not _is_number(value) or _ranged(value, schema)


def _sized(size: int, schema: Schema, of: str) -> bool:
    most = schema.get(f"max{of}")
    return size >= schema.get(f"min{of}", 0) and (most is None or size <= most)


def _ranged(value: float, schema: Schema) -> bool:
    beyond: Mapping[str, Callable[[float], bool]] = {
        "minimum": lambda limit: value < limit,
        "maximum": lambda limit: value > limit,
        "exclusiveMinimum": lambda limit: value <= limit,
        "exclusiveMaximum": lambda limit: value >= limit,
        "multipleOf": lambda step: step > 0 and abs(value) < 1e300 and value % step != 0,
    }
    return not any(_is_number(schema.get(key)) and off(schema[key]) for key, off in beyond.items())


def _object(value: Mapping[str, Any], schema: Schema) -> bool:
    known = schema.get("properties") or {}
    others = schema.get("additionalProperties", True)
    return all(name in value for name in schema.get("required", ())) and all(
        conforms(each, known.get(name, others)) for name, each in value.items()
    )
