"""Tools: typed functions that a model may call, and the ones that come with the framework."""

from agentic.tools.base import Effect, Tool, as_tool, tool, toolbox
from agentic.tools.calculator import calculator as _calculator  # the module keeps its name
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.files import list_files, read_file, search_files
from agentic.tools.recollection import recall, remember, search_documents
from agentic.tools.web import web_search

__all__ = [
    "BUILTIN",
    "Effect",
    "Tool",
    "ToolContext",
    "ToolOutput",
    "as_tool",
    "tool",
    "toolbox",
]

BUILTIN: dict[str, Tool] = toolbox(
    [
        *(_calculator, list_files, read_file, search_files, web_search),
        *(remember, recall, search_documents),
    ]
)
"""The tools that come with the framework, by name."""
