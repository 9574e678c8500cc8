"""Tools described by a pydantic class or a JSON schema rather than by a function's signature."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import BaseModel, create_model

from agentic.errors import UsageError
from agentic.tools.context import ToolContext
from agentic.tools.modelling import model_of
from agentic.tools.schema import plain, schema_of
from agentic.tools.signature import summary

__all__ = ["described", "read_class"]


def read_class(model: type[BaseModel], name: str | None) -> dict[str, Any]:
    """What a pydantic class says of a tool: its fields are the arguments, `__call__` the body."""
    title = name if name is not None else model.__name__
    arguments = create_model(model.__name__, __base__=model, __cls_kwargs__={"extra": "forbid"})
    body = getattr(model, "__call__", None)  # noqa: B004 the body itself is wanted
    injected = _injected(body) if inspect.isfunction(body) else ()
    return {
        "function": _caller(model, body, injected) if inspect.isfunction(body) else None,
        "name": title,
        "description": summary(model.__doc__ or ""),
        "arguments": arguments,
        "schema": schema_of(arguments),
        "injected": injected,
    }


def described(source: Mapping[str, Any]) -> dict[str, Any]:
    """What a dict says of a tool that has no body, in the form of OpenAI or of Anthropic.

    Raises:
        UsageError: if it names no function, or has no schema that can be read.
    """
    function = source.get("function", source)
    name = function.get("name") if isinstance(function, Mapping) else None
    if not isinstance(name, str):
        raise UsageError(
            "A tool given as a dict needs a name: {'type': 'function', 'function': {'name': …, "
            "'description': …, 'parameters': {…}}}."
        )
    parameters = function.get("parameters", function.get("input_schema"))
    schema = parameters if parameters else {"type": "object", "properties": {}}
    return {
        "function": None,
        "name": name,
        "description": " ".join(str(function.get("description") or "").split()),
        "arguments": model_of(name, schema),
        "schema": plain(schema),
    }


def _injected(body: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(body).items() if hint is ToolContext)


def _caller(
    model: type[BaseModel], body: Callable[..., Any], injected: tuple[str, ...]
) -> Callable[..., Any]:
    """The class as a function of its fields: async if its body is."""

    def call(**given: Any) -> Any:
        context = {name: given.pop(name) for name in injected}
        return model.model_validate(given)(**context)  # type: ignore[operator]  # it has a body

    async def acall(**given: Any) -> Any:
        return await call(**given)

    return acall if inspect.iscoroutinefunction(body) else call
