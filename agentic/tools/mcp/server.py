"""A server as its tools see it: connected when it is called, started again when it has stopped."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.errors import ToolError, TransientToolError, UncertainToolError, UsageError
from agentic.naming import did_you_mean, nearest
from agentic.tools.context import ToolOutput
from agentic.tools.mcp import pins
from agentic.tools.mcp.lost import Lost
from agentic.tools.mcp.notices import Kind, Notice, Notify
from agentic.tools.mcp.wording import tidy

if TYPE_CHECKING:
    from agentic.sections import McpServer, McpTool
    from agentic.tools.mcp.connection import Connection

__all__ = ["Server"]

_log = logging.getLogger(__name__)

_LONGEST = 1000
"""Characters of a notice, or of an error."""


class Server:
    """A server of the configuration. All of it runs in one event loop.

    Args:
        name: Its name.
        config: How it is reached.
        notify: Told what the user should know.
        kept: File of the pinned tools; None for the one in the home folder.
        delays: Seconds before each time that it is started again, until a call succeeds.
    """

    def __init__(
        self,
        name: str,
        config: "McpServer",
        *,
        notify: Notify,
        kept: Path | None,
        delays: Sequence[float],
    ) -> None:
        self.name = name
        self.config = config
        self._notify = notify
        self._kept = kept
        self._delays = delays
        self._restarts = 0
        self._dropped = ""
        self._connection: Connection | None = None
        self._connecting = asyncio.Lock()
        self._tools: dict[str, dict[str, Any]] = {}
        self._changed: dict[str, str] = {}

    async def start(self) -> dict[str, dict[str, Any]]:
        """Connect; the tools that may be used, by name, as the server describes them.

        A server that can't be had is reported, and has none.
        """
        try:
            await self._connect()
        except (Lost, UsageError) as error:
            await self.close()
            self._dropped = self._say(
                "unavailable", f"MCP server {self.name!r} can't be had: {error}"
            )
            return {}
        self._look_for_unknown()
        return {
            name: tool
            for name, tool in self._tools.items()
            if name not in self._changed and self.said_of(name).enabled
        }

    async def close(self) -> None:
        """End the session, and the server's process with it."""
        if self._connection is not None:
            await self._connection.close()

    def said_of(self, tool: str) -> "McpTool":
        """What the user says of a tool."""
        from agentic.sections import McpTool

        return self.config.tools.get(tool, McpTool())

    def leave_out(self, tool: str, why: str) -> None:
        """Report that a tool can't be used."""
        self._say("left out", f"Tool {tidy(tool, 80)!r} of MCP server {self.name!r}: {why}")

    async def call(self, tool: str, arguments: dict[str, Any]) -> ToolOutput:
        """Call a tool.

        Args:
            tool: The name that the server gives it.
            arguments: Its arguments, as JSON has them.

        Raises:
            ToolError: if the server is gone or stops, refuses, or says that the call failed.
        """
        from mcp import McpError

        from agentic.tools.mcp.content import output

        try:
            result = await self._call(tool, arguments)
        except Lost as lost:
            text = f"MCP server {self.name!r} stopped during the call: {lost}."
            if self.said_of(tool).may_repeat or lost.untouched:
                raise TransientToolError(text) from lost
            raise UncertainToolError(f"{text} It may or may not have been done.") from lost
        except McpError as error:
            raise ToolError(tidy(str(error), _LONGEST)) from error
        except ValueError as error:
            raise ToolError(
                f"MCP server {self.name!r} gave an answer that can't be read."
            ) from error
        self._restarts = 0
        return output(result)

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """The answer; a call that certainly did not reach the server is made once more."""
        try:
            return await (await self._connected(tool)).call(tool, arguments)
        except Lost as lost:
            if not lost.untouched:
                raise
        return await (await self._connected(tool)).call(tool, arguments)

    async def _connected(self, tool: str) -> "Connection":
        """The connection, made anew where it is gone, if the tool is still what was accepted."""
        async with self._connecting:
            connection = self._connection
            if self._dropped or connection is None:
                raise ToolError(f"{self._dropped} Go on without its tools.")
            if connection.lost is not None:
                connection = await self._again(connection.lost)
            elif connection.outdated:
                await self._look_at(connection, again=True)
        if tool in self._changed:
            raise ToolError(
                f"{tool} was changed by its server and waits for the user's consent; do without it."
            )
        if tool not in self._tools:
            raise ToolError(f"MCP server {self.name!r} no longer has a tool {tool!r}.")
        return connection

    async def _again(self, lost: Lost) -> "Connection":
        """Start the server again, after a pause; given up once the pauses are used up."""
        while self._restarts < len(self._delays):
            self._restarts += 1
            await asyncio.sleep(self._delays[self._restarts - 1])
            try:
                connection = await self._connect()
            except Lost as error:
                lost = error
                continue
            self._say("restarted", f"MCP server {self.name!r} had stopped ({lost}); it runs again.")
            return connection
        self._dropped = f"MCP server {self.name!r} stopped and is not started again: {lost}."
        raise ToolError(f"{self._say('dropped', self._dropped)} Go on without its tools.")

    async def _connect(self) -> "Connection":
        """Raises Lost, or UsageError where the configuration is at fault."""
        from agentic.tools.mcp.connection import Connection

        if self._connection is not None:
            await self._connection.close()
        connection = Connection(self._transport())
        await connection.start(self.config.start_timeout)
        self._connection = connection
        await self._look_at(connection)
        return connection

    def _transport(self) -> Any:
        from agentic.filling import filled
        from agentic.tools.mcp.process import ProcessTransport
        from agentic.tools.mcp.remote import HttpTransport

        if self.config.command is not None:
            return ProcessTransport(self.config.command, self.config.environment())
        assert self.config.url is not None
        return HttpTransport(self.config.url, filled(self.config.headers))

    async def _look_at(self, connection: "Connection", *, again: bool = False) -> None:
        """Compare the server's tools with what is pinned, and tell what is new or has changed."""
        connection.outdated = False  # the server may say meanwhile that it is
        try:
            if again:
                await connection.refresh()
            tools, twice = _by_name(connection)
            found = await asyncio.to_thread(pins.compare, self.name, tools, self._kept)
        except BaseException:
            connection.outdated = True  # nothing is called that was not looked at
            raise
        self._tools, self._changed = tools, found.changed
        self._tell(twice, found)

    def _tell(self, twice: list[str], found: pins.Findings) -> None:
        for name in twice:
            self.leave_out(name, "there is another of that name; the first is used.")
        if found.new:
            names = ", ".join(tidy(name, 80) for name in found.new)
            self._say("new", f"MCP server {self.name!r} has new tools, now trusted: {names}.")
        for name, what in found.changed.items():
            self._say(
                "changed",
                f"Tool {tidy(name, 80)!r} of MCP server {self.name!r} is not what you accepted, "
                f"and not used until you accept it: {what}",
            )

    def _look_for_unknown(self) -> None:
        """Tell of tools that the configuration names and the server lacks."""
        for name in self.config.tools:
            if name not in self._tools:
                hint = did_you_mean(nearest(name, self._tools))
                self.leave_out(name, f"the server has no such tool.{hint}")

    def _say(self, kind: Kind, text: str) -> str:
        told = tidy(text, _LONGEST)
        _log.debug("%s", told)
        self._notify(Notice(kind, self.name, told))
        return told


def _by_name(connection: "Connection") -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The tools by name, as the server describes them, and the names that it gives twice."""
    tools: dict[str, dict[str, Any]] = {}
    twice: dict[str, None] = {}
    for each in connection.tools:
        if each.name in tools:
            twice[each.name] = None
        else:
            tool = each.model_dump(mode="json", by_alias=True, exclude_none=True)
            tools[each.name] = pins.with_instructions(tool, connection.instructions)
    return tools, list(twice)
