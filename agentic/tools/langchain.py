"""LangChain's tools, taken as they are."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from agentic.errors import ToolError, UsageError
from agentic.tools.base import Tool
from agentic.tools.schema import plain, schema_of
from agentic.tools.signature import field_name, summary

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["from_langchain"]

_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list[Any],
    "object": dict[str, Any],
}


def from_langchain(source: Any) -> Tool:
    """A tool that calls a LangChain `BaseTool`; its effects are unknown.

    Raises:
        UsageError: if the source is no `BaseTool`.
    """
    from langchain_core.tools import BaseTool

    if not isinstance(source, BaseTool):
        raise UsageError(
            f"{source!r} is no tool; give a typed function, a function under @tool, "
            "or a LangChain tool."
        )
    given = source.tool_call_schema
    if isinstance(given, dict):
        arguments, schema = _model(source.name, given), plain(given)
    elif issubclass(given, BaseModel):
        extra = given.model_config.get("extra", "forbid")
        arguments = create_model(given.__name__, __base__=given, __cls_kwargs__={"extra": extra})
        schema = schema_of(arguments)
    else:
        raise UsageError(f"Tool {source.name!r} describes its arguments by pydantic 1; use 2.")
    return Tool(
        function=_caller(source),
        name=source.name,
        description=summary(source.description),
        arguments=arguments,
        schema=schema,
    )


def _caller(source: "BaseTool") -> Callable[..., Any]:
    """The tool as a function: async if its own body is, so that a sync one gets our thread."""
    from langchain_core.tools import BaseTool, StructuredTool, ToolException

    own_arun = type(source)._arun is not BaseTool._arun
    is_async = source.coroutine is not None if isinstance(source, StructuredTool) else own_arun

    def call(**arguments: Any) -> Any:
        try:
            return source.invoke(arguments)
        except ToolException as error:
            raise ToolError(str(error)) from error

    async def acall(**arguments: Any) -> Any:
        try:
            return await source.ainvoke(arguments)
        except ToolException as error:
            raise ToolError(str(error)) from error

    return acall if is_async else call


def _model(name: str, schema: dict[str, Any]) -> type[BaseModel]:
    """A model that checks names and outermost types; the tool's own server checks the rest."""
    fields: dict[str, Any] = {}
    for argument, each in schema.get("properties", {}).items():
        kind = _TYPES.get(str(each.get("type")), Any)
        if argument in schema.get("required", ()):
            fields[field_name(argument)] = (kind, Field(alias=argument))
        else:
            fields[field_name(argument)] = (kind | None, Field(None, alias=argument))
    return create_model(f"{name} arguments", __config__=ConfigDict(extra="forbid"), **fields)
