"""A JSON schema made plain: references resolved, titles gone, and a short line for a prompt."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

__all__ = ["plain", "schema_of", "signature_line"]

_DATA = {"default", "const", "enum", "examples"}
"""Keys whose values are data, not schemas."""
_NAMED = {"properties", "patternProperties"}
"""Keys whose values map names to schemas."""
_LONGEST_REMARK = 80


class _Quiet(GenerateJsonSchema):
    """A default that JSON can't carry is left out of the schema without a warning."""

    ignored_warning_kinds: set[JsonSchemaWarningKind] = {  # noqa: RUF012 pydantic declares it so
        "skipped-choice",
        "non-serializable-default",
    }


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of a model, without references and titles; properties keep their order.

    Raises:
        pydantic.errors.PydanticInvalidForJsonSchema: if a field has no JSON form.
    """
    return plain(model.model_json_schema(schema_generator=_Quiet))


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its `$defs` put in place and without titles.

    A model that holds itself can't be put in place for ever: the inner one becomes an open object.
    """
    definitions = {**schema.get("$defs", {}), **schema.get("definitions", {})}
    root = {key: value for key, value in schema.items() if key not in {"$defs", "definitions"}}
    result = _plain(root, definitions, ())
    assert isinstance(result, dict)
    result.pop("description", None)
    return result


def _plain(node: Any, definitions: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    result: dict[str, Any] = {}
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        known = name in definitions and name not in inside
        target = definitions[name] if known else {"type": "object"}
        result |= _plain(target, definitions, (*inside, name))
    for key, value in node.items():
        if key in _DATA:
            result[key] = value
        elif key in _NAMED:
            result[key] = {n: _plain(s, definitions, inside) for n, s in value.items()}
        elif key not in {"title", "$ref"}:
            result[key] = _plain(value, definitions, inside)
    return result


def signature_line(name: str, description: str, schema: Mapping[str, Any]) -> str:
    """The tool on one line: `name(argument: type = default) - What it does. argument: remark.`"""
    properties: Mapping[str, Any] = schema.get("properties", {})
    required = schema.get("required", ())
    arguments = ", ".join(_argument(n, s, n in required) for n, s in properties.items())
    remarks = [
        f"{n}: {_first_sentence(s['description'])}"
        for n, s in properties.items()
        if s.get("description")
    ]
    line = f"{name}({arguments})"
    if description:
        line += f" - {' '.join(description.split())}"
    return f"{line} {'; '.join(remarks)}." if remarks else line


def _argument(name: str, schema: Mapping[str, Any], required: bool) -> str:
    text = f"{name}: {_type(schema)}"
    if required:
        return text
    default = json.dumps(schema.get("default"), ensure_ascii=False)
    return f"{text} = {default}" if len(default) <= _LONGEST_REMARK else f"{text} = …"


def _type(schema: Mapping[str, Any]) -> str:
    if "const" in schema or "enum" in schema:
        choices = schema["enum"] if "enum" in schema else [schema["const"]]
        return "|".join(json.dumps(choice, ensure_ascii=False) for choice in choices)
    for union in ("anyOf", "oneOf"):
        if union in schema:
            kinds = [_type(kind) for kind in schema[union]]
            return "|".join(dict.fromkeys(kind for kind in kinds if kind != "null")) or "null"
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if kind == "object" and schema.get("properties"):
        fields = schema["properties"].items()
        return "{" + ", ".join(f"{name}: {_type(field)}" for name, field in fields) + "}"
    if isinstance(kind, list):
        return "|".join(kind)
    return str(schema.get("format", kind))


def _first_sentence(text: str) -> str:
    first = re.split(r"(?<=[.;])\s|[。；\n]", text.strip(), maxsplit=1)[0].rstrip(".;")
    return first if len(first) <= _LONGEST_REMARK else first[: _LONGEST_REMARK - 1] + "…"
