"""LangChain's tools, taken as they are."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, create_model

from agentic.errors import ToolError, UsageError
from agentic.tools.base import Tool
from agentic.tools.modelling import model_of
from agentic.tools.schema import plain, schema_of
from agentic.tools.signature import summary

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = ["from_langchain"]


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
        arguments, schema = model_of(source.name, given), plain(given)
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
        untrusted=True,  # most of them bring what stands on the web
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
