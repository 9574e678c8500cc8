"""Tools of MCP servers: `Servers` starts the servers of `agentic.toml` and gives their tools."""

from agentic.tools.mcp.notices import Notice
from agentic.tools.mcp.pins import accept
from agentic.tools.mcp.servers import Servers

__all__ = ["Notice", "Servers", "accept"]
