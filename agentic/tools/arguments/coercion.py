"""Arguments brought to the types of a tool's schema, where what is meant is certain.

A value that fits is never changed, and what leaves doubt is left for the check to refuse: `"a, b"`
is not split into a list, a mistaken name is not guessed, "3 km" is no number.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from agentic.naming import folded
from agentic.tools.arguments.conforming import conforms
from agentic.tools.arguments.converting import CONVERTERS, LONGEST_WORD, choice, is_nothing
from agentic.tools.written.values import Unreadable, read_all

__all__ = ["coerced", "named"]

Schema = Mapping[str, Any]

_WRAPPERS = frozenset(
    {"arguments", "args", "parameters", "params", "kwargs"}
    | {"input", "toolinput", "actioninput", "arg1"}
)
"""Names, folded, under which models hand over all arguments at once."""
_SEVERAL = re.compile(r"[,，、;；\n]")


def coerced(schema: Schema, args: Any) -> dict[str, Any]:
    """The arguments of a call as the schema wants them, as far as that is certain.

    Doing it again changes nothing.

    Args:
        schema: The tool's plain schema, as in `Tool.schema`.
        args: What the model gave: a mapping, or the JSON text of one, values in the order of the
            parameters, or the one value that a tool needs.
    """
    closed = {**schema, "type": "object"}
    closed.setdefault("additionalProperties", False)
    found: dict[str, Any] = _object(named(schema, args), closed)
    inner = _unwrapped(closed, found)
    return found if inner is None else inner


def named(schema: Schema, args: Any) -> dict[str, Any]:
    """Arguments by name: those of a mapping, a list, or a bare value that has one place to go.

    What can't be placed is called "input", which the check then refuses.
    """
    if args is None or (isinstance(args, str) and not args.strip()):
        return {}
    given = _read(args, dict) if isinstance(args, str) else args
    if isinstance(given, dict):
        return given
    if isinstance(given, str) and given.lstrip()[0] in "{｛":  # arguments, but broken
        return {"input": args}
    given = _read(given, list) if isinstance(given, str) else given
    names: Mapping[str, Any] = schema.get("properties") or {}
    for name in _only(schema):
        for each in (args, given):
            if conforms(_value(each, names[name]), names[name]):
                return {name: each}
    if isinstance(given, list) and 0 < len(given) <= len(names):
        return dict(zip(names, given, strict=False))
    return {} if given == [] else {"input": args}


def _only(schema: Schema) -> list[str]:
    """The one argument that a tool takes, or needs."""
    names = list(schema.get("properties") or {})
    required = [name for name in schema.get("required", ()) if name in names]
    return names if len(names) == 1 else required if len(required) == 1 else []


def _unwrapped(schema: Schema, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """What lies in a wrapper such as `{"arguments": {…}}`, if the tool knows no such argument."""
    if len(args) != 1:
        return None
    (name, inner), known = next(iter(args.items())), schema.get("properties") or {}
    if name in known or folded(str(name)[:LONGEST_WORD]) not in _WRAPPERS or inner is None:
        return None
    inside = named(schema, inner)
    if "input" not in known and inside.get("input") is inner:  # it has no place
        return None
    found: dict[str, Any] = _object(inside, schema)
    if (deeper := _unwrapped(schema, found)) is not None:
        return deeper
    return found if conforms(found, schema) or (found and set(found) <= set(known)) else None


def _value(value: Any, schema: Any) -> Any:
    """The value as the schema wants it; itself where it fits already, or there is doubt."""
    if not isinstance(schema, Mapping) or conforms(value, schema):
        return value
    for union in ("anyOf", "oneOf"):
        if schema.get(union):
            return _either(value, schema[union])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _either(value, [{**schema, "type": each} for each in kind])
    if "enum" in schema or "const" in schema:
        return choice(value, schema["enum"] if "enum" in schema else [schema["const"]])
    return _BY_TYPE.get(str(kind), _as_it_is)(value, schema)


def _either(value: Any, schemas: Iterable[Schema]) -> Any:
    """The value as the one alternative that it can be made to fit."""
    found: list[Any] = []
    for schema in schemas:
        made = _value(value, schema)
        if conforms(made, schema) and not any(_identical(made, each) for each in found):
            found.append(made)
    return found[0] if len(found) == 1 else value


def _identical(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _as_it_is(value: Any, schema: Schema) -> Any:
    return value


def _converted(convert: Callable[[Any], Any], value: Any, schema: Schema) -> Any:
    return convert(value)


def _list(value: Any, schema: Schema) -> Any:
    given = _read(value, list) if isinstance(value, str) else value
    items = schema.get("items", {})
    if isinstance(given, list):
        return [_value(each, items) for each in given]
    for many in _as_several(value, items):
        if conforms(many, schema):
            return many
    return value


def _as_several(value: Any, items: Any) -> list[list[Any]]:
    """Lists that a single value may stand for."""
    if is_nothing(value):
        return []
    if not isinstance(value, str) or not _SEVERAL.search(value):
        return [[_value(value, items)]]
    if isinstance(items, Mapping) and "enum" in items and len(value) <= 10 * LONGEST_WORD:
        return [[_value(each.strip(), items) for each in _SEVERAL.split(value)]]
    return []


def _object(value: Any, schema: Schema) -> Any:
    given = _read(value, dict) if isinstance(value, str) else value
    if not isinstance(given, dict) or conforms(given, schema):
        return given
    known: Schema = schema.get("properties") or {}
    others = schema.get("additionalProperties", True)
    found: dict[str, Any] = {}
    for name, each in _respelled(given, known).items():
        kept = _kept(name, each, schema) if name in known else others or not _is_empty(each)
        if kept:
            found[name] = _value(each, known.get(name, others))
    return found


def _kept(name: str, value: Any, schema: Schema) -> bool:
    """Whether an argument was given at all: "null" for one that may be left out was not."""
    kind = schema["properties"][name]
    optional = name not in schema.get("required", ())
    if not optional or not is_nothing(value):
        return True
    return conforms(value, {**kind, "minLength": 0}) or conforms(None, kind)


def _respelled(given: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """The mapping with names spelled as the schema spells them, where only one can be meant."""
    names: dict[str, list[str]] = {}
    for name in known:
        names.setdefault(folded(name), []).append(name)
    strays = [name for name in given if isinstance(name, str) and name not in known]
    meant: dict[str, list[str]] = {}
    for name in strays:
        for each in names.get(folded(name[:LONGEST_WORD]), []):
            meant.setdefault(each, []).append(name)
    spelled = {
        strays[0]: each
        for each, strays in meant.items()
        if len(strays) == 1 and each not in given and len(names[folded(each)]) == 1
    }
    return {spelled.get(name, name): value for name, value in given.items()}


def _read(text: str, kind: type) -> Any:
    """The list or mapping that a text is the JSON of; the text itself if it is none."""
    stripped = text.strip()
    if stripped[:1] not in ("{", "[", "｛", "［", '"'):
        return text
    try:
        value = read_all(stripped)
    except Unreadable:
        return text
    if isinstance(value, str) and value != text:
        return _read(value, kind) if isinstance(_read(value, kind), kind) else text
    return value if isinstance(value, kind) else text


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {})


_BY_TYPE: Mapping[str, Callable[[Any, Schema], Any]] = {
    **{kind: partial(_converted, convert) for kind, convert in CONVERTERS.items()},
    "array": _list,
    "object": _object,
}
