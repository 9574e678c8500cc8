"""Call the tool as a run does."""

import asyncio
from pathlib import Path

from agentic.state import Observation, ToolCall
from agentic.tools import Tool, ToolContext
from agentic.tools.database import query_database
from agentic.tools.runner import run_call

__all__ = ["ask", "contents"]


async def _at_once(seconds: float) -> None:
    """No pause between tries."""


def ask(work: Path, database: str, sql: str = "", tool: Tool = query_database) -> Observation:
    call = ToolCall(name=tool.name, args={"database": database, "sql": sql})
    return asyncio.run(run_call(tool, call, ToolContext(work), pause=_at_once))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder but SQLite's shared memory, in which locks are noted."""
    return {
        str(place): place.read_bytes()
        for place in sorted(folder.rglob("*"))
        if place.is_file() and not place.name.endswith("-shm")
    }
