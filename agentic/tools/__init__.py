"""Tools: typed functions that a model may call, and the ones that come with the framework."""

# Some modules bear the name of their tool; with "_" before the tool's, the module keeps it.
from agentic.tools.base import Effect, Tool, as_tool, tool, toolbox
from agentic.tools.calculator import calculator as _calculator
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.database import query_database
from agentic.tools.dates import date_and_time
from agentic.tools.files import list_files, read_file, search_files
from agentic.tools.python import python as _python
from agentic.tools.recollection import recall, remember, search_documents
from agentic.tools.weather import weather as _weather
from agentic.tools.web_fetch import web_fetch as _web_fetch
from agentic.tools.web_search import web_search as _web_search
from agentic.tools.writing import edit_file, move_file, write_file

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
        *(_calculator, date_and_time, _python),
        *(list_files, read_file, search_files, query_database),
        *(write_file, edit_file, move_file),
        *(_web_search, _web_fetch, _weather),
        *(remember, recall, search_documents),
    ]
)
"""The tools that come with the framework, by name."""
