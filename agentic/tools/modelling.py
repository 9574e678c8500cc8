"""A JSON schema read into a pydantic class, for tools that are described by nothing else."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import SchemaError

from agentic.errors import UsageError
from agentic.tools.schema import plain
from agentic.tools.signature import field_name

__all__ = ["model_of"]

_SIMPLE: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": None,
}
_LIMITS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
}
"""Keys of JSON Schema and the names that pydantic has for them; other keys are not checked."""
_UNREADABLE = (TypeError, ValueError, AttributeError, PydanticUserError, SchemaError)


def model_of(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """The class whose objects fit a JSON schema.

    What is not required may be left out. An object with named properties takes no others, unless
    the schema says that it does: a model that makes a name up is to be told.

    Args:
        name: The tool's name, for errors.
        schema: Schema of an object; references within it are followed.

    Raises:
        UsageError: if it is no schema of an object, or one that can't be read.
    """
    if not isinstance(schema, Mapping) or schema.get("type", "object") != "object":
        raise UsageError(
            f"The parameters of tool {name!r} must be a JSON schema of an object, such as "
            "{'type': 'object', 'properties': {'city': {'type': 'string'}}, 'required': ['city']}."
        )
    try:
        return _object(f"{name} arguments", plain(schema))
    except (*_UNREADABLE, RecursionError) as error:
        raise UsageError(f"The parameters of tool {name!r} can't be read: {error}") from error


def _object(title: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    required = schema.get("required", ())
    for name, each in (schema.get("properties") or {}).items():
        # None stands for "left out" and is never validated, so null is not thereby allowed
        default = {} if name in required else {"default": each.get("default")}
        info = Field(alias=name, description=each.get("description"), **default)
        field = field_name(name)
        while field in fields:  # "a-b" beside "a.b"
            field += "_"
        fields[field] = (_kind(f"{title}.{name}", each), info)
    extra: Literal["allow", "forbid"] = "allow" if schema.get("additionalProperties") else "forbid"
    config = ConfigDict(extra=extra, json_schema_extra=_as_given(schema))
    return create_model(title, __config__=config, **fields)


def _as_given(schema: Mapping[str, Any]) -> Any:
    """What puts the schema itself in the place of the one that pydantic would make."""

    def replace(made: dict[str, Any]) -> None:
        made.clear()
        made.update(schema)

    return replace


def _kind(title: str, schema: Mapping[str, Any]) -> Any:
    """The Python type for a schema."""
    if "const" in schema:
        return _one_of([schema["const"]])
    if schema.get("enum"):
        return _one_of(schema["enum"])
    for union in ("anyOf", "oneOf"):
        if schema.get(union):
            return _either([_kind(title, each) for each in schema[union]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _either([_kind(title, {**schema, "type": each}) for each in kind])
    return _limited(_plain_kind(title, schema, kind), schema)


def _plain_kind(title: str, schema: Mapping[str, Any], kind: Any) -> Any:
    if kind == "array":
        items = schema.get("items")
        return list[_kind(title, items)] if isinstance(items, Mapping) else list[Any]  # type: ignore[misc]
    if kind == "object" and schema.get("properties"):
        return _object(title, schema)
    if kind == "object":
        values = schema.get("additionalProperties")
        return dict[str, _kind(title, values) if isinstance(values, Mapping) else Any]  # type: ignore[misc]
    return _SIMPLE.get(str(kind), Any)


def _limited(kind: Any, schema: Mapping[str, Any]) -> Any:
    limits = {ours: schema[theirs] for theirs, ours in _LIMITS.items() if theirs in schema}
    if kind in (bool, None, Any) or not limits:
        return kind
    return Annotated[kind, Field(**limits)]


def _one_of(choices: Sequence[Any]) -> Any:
    """One of some values; of such as Python has no literals for, anything."""
    simple = all(isinstance(each, str | int | bool | None) for each in choices)
    return Literal[tuple(choices)] if simple else Any


def _either(kinds: list[Any]) -> Any:
    return Union[tuple(kinds)]  # noqa: UP007 the types are known at run time alone
