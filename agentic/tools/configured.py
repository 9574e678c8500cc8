"""Tools that are made of what the user set down in `agentic.toml`."""

from agentic.configuration import Configuration
from agentic.filling import filled
from agentic.tools.base import Tool
from agentic.tools.database import database_tool
from agentic.tools.http_request import http_request
from agentic.tools.python import python_tool
from agentic.tools.web_fetch import page_reader

__all__ = ["configured"]


def configured(configuration: Configuration) -> list[Tool]:
    """The tools that a configuration asks for; those of MCP servers are not among them.

    One that has the name of a built-in tool stands in its place.

    Raises:
        UsageError: if a host or an address in it can't be used, or a variable is not set.
    """
    tools: list[Tool] = []
    if configuration.databases:
        tools.append(database_tool(filled(configuration.databases)))
    if configuration.http.hosts:
        tools.append(http_request(configuration.http.hosts))
    if configuration.web.intranet:
        tools.append(page_reader(allow=configuration.web.intranet))
    if configuration.python is not None:
        tools.append(python_tool(configuration.python.sandbox))
    return tools
