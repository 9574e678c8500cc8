"""A server's tool as one of ours: a name that fits, a description that can't do harm, a schema."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic.errors import PydanticUserError
from pydantic_core import SchemaError

from agentic.errors import UsageError
from agentic.tools.base import Tool
from agentic.tools.mcp.wording import tidied, tidy
from agentic.tools.modelling import model_of
from agentic.tools.schema import plain
from agentic.tools.signature import summary

if TYPE_CHECKING:
    from agentic.sections import McpTool

__all__ = ["exposed", "offered"]

_LONGEST_NAME = 64
_BREAKS = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
_DEFINED = {"$defs", "definitions"}
_LARGEST_SCHEMA = 16_000
"""Characters of JSON; a larger one would fill the prompt of a small model."""


def exposed(server: str, tool: str, taken: Collection[str] = ()) -> str:
    """The name that a model calls a server's tool by: `server.tool`, as far as that is a name.

    Where it is too long or taken, a mark made of the tool's own name stands at its end, so that
    a tool is called the same on every day.

    Args:
        server: Name of the server.
        tool: Name that the server gives the tool.
        taken: Names that are in use.
    """
    name = re.sub(r"[^\w.-]", "_", f"{server}.{tool}")
    if len(name) <= _LONGEST_NAME and name not in taken:
        return name
    mark = hashlib.sha256(tool.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{name[: _LONGEST_NAME - len(mark) - 1]}_{mark}"


def offered(
    name: str, listed: Mapping[str, Any], says: "McpTool", function: Callable[..., Any]
) -> Tool:
    """The tool that a model is offered.

    What the server says of its effects is not believed; what the user says is.

    Args:
        name: The tool's name.
        listed: The server's description of the tool.
        says: What the user says of it.
        function: Makes a call, the arguments given by name.

    Raises:
        UsageError: if its arguments can't be described to a model.
    """
    schema = _schema(listed.get("inputSchema") or {})
    with _read():
        tool = Tool(
            function=function,
            name=name,
            description=tidy(summary(listed.get("description") or listed.get("title") or "")),
            arguments=model_of(name, schema),
            schema=schema,
            effects=None if says.effects is None else frozenset(says.effects),
            repeatable=says.may_repeat,
            timeout=says.timeout,
            max_chars=says.max_chars,
            foreign=True,
            untrusted=True,
            private=says.private,
        )
        assert tool.signature_line
    return tool


@contextmanager
def _read() -> Iterator[None]:
    """Says of a schema that makes no sense that it can't be read, whatever it breaks."""
    try:
        yield
    except (*_BREAKS, PydanticUserError, SchemaError) as error:
        raise UsageError(f"Its schema can't be read: {tidy(str(error), 100)}.") from error


def _schema(given: Mapping[str, Any]) -> dict[str, Any]:
    with _read():
        schema = tidied(plain(given)) if _is_small(given) else None
        odd = [each for each in _argument_names(schema) if not _is_plain(each)]
        size = len(json.dumps(schema, ensure_ascii=False))
    if schema is None or size > _LARGEST_SCHEMA:
        raise UsageError(f"Its schema is too large; {_LARGEST_SCHEMA:,} characters are allowed.")
    if odd:
        raise UsageError(f"It has an argument with no proper name: {tidy(odd[0], 40)!r}.")
    return {"type": "object", "properties": {}, **schema}


def _is_small(schema: Mapping[str, Any]) -> bool:
    """Whether the schema stays small with its references put in place: each may double the next."""
    definitions = {**schema.get("$defs", {}), **schema.get("definitions", {})}
    todo: list[tuple[Any, tuple[str, ...]]] = [(schema, ())]
    for _ in range(_LARGEST_SCHEMA):
        if not todo:
            return True
        node, inside = todo.pop()
        if isinstance(node, Mapping):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in inside:
                todo.append((definitions[name], (*inside, name)))
            parts = [value for key, value in node.items() if key not in _DEFINED]
        else:
            parts = node if isinstance(node, list) else []
        todo += [(each, inside) for each in parts]
    return False


def _argument_names(schema: Any) -> list[str]:
    """The names of all arguments, those within others too."""
    if isinstance(schema, list):
        return [name for each in schema for name in _argument_names(each)]
    if not isinstance(schema, Mapping):
        return []
    own = schema.get("properties")
    names = list(own) if isinstance(own, Mapping) else []
    return names + [name for each in schema.values() for name in _argument_names(each)]


def _is_plain(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and name.isprintable() and name.split() == [name]
