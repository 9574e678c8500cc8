"""All the servers of a configuration, and their tools as ours.

    >>> with Servers() as servers:
    ...     agent = Agent("clerk", tools=[*servers.tools])

Sessions live in an event loop of their own, on a daemon thread: they outlast a run, and the loop
that a run happens to be in.
"""

import asyncio
import atexit
import importlib.util
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from agentic.errors import ToolError, UsageError
from agentic.tools.base import Tool
from agentic.tools.context import ToolOutput
from agentic.tools.mcp.notices import Notice, Notify
from agentic.tools.mcp.offering import exposed, offered
from agentic.tools.mcp.server import Server

if TYPE_CHECKING:
    from agentic.sections import McpServer

__all__ = ["Servers"]

_log = logging.getLogger(__name__)

_DELAYS = (0.5, 2.0)
_GOODBYE = 20.0
"""Seconds that ending all servers may take."""


def _to_log(notice: Notice) -> None:
    _log.warning("%s", notice.text)


class Servers:
    """The MCP servers, connected from entering to leaving; used once.

    Args:
        servers: Them by name; by default those of `agentic.toml` in the home folder.
        notify: Told what the user should know, on a thread of ours; by default it goes to the log.
        pins: File of the tools that are trusted; by default `mcp.json` in the home folder.
        delays: Seconds before each time that a server which stopped is started again; once all
            have passed without a call that succeeded, it is given up.
    """

    def __init__(
        self,
        servers: "Mapping[str, McpServer] | None" = None,
        *,
        notify: Notify = _to_log,
        pins: Path | None = None,
        delays: Sequence[float] = _DELAYS,
    ) -> None:
        self._given = servers
        self._notify = notify
        self._pins = pins
        self._delays = tuple(delays)
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self.tools: tuple[Tool, ...] = ()
        """The tools of all servers that could be had."""

    def __enter__(self) -> "Servers":
        """Connect to all servers at once.

        Raises:
            UsageError: if the configuration has a fault, or the package `mcp` is missing.
        """
        servers = {name: each for name, each in self._configured().items() if each.enabled}
        if not servers:
            return self
        if importlib.util.find_spec("mcp") is None:
            raise UsageError("MCP servers need the package 'mcp': pip install 'agentic[mcp]'.")
        ready: Future[tuple[Tool, ...]] = Future()
        work = self._serve(servers, ready)
        self._thread = Thread(target=_run, args=(work, ready), name="mcp", daemon=True)
        atexit.register(self.close)
        self._thread.start()
        try:
            self.tools = ready.result()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all sessions and processes; closing again does nothing."""
        atexit.unregister(self.close)
        if self._thread is None:
            return
        with suppress(RuntimeError):  # the loop has ended already
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_GOODBYE)
        self._thread = None

    def _configured(self) -> "Mapping[str, McpServer]":
        from agentic.configuration import read_configuration

        return self._given if self._given is not None else read_configuration().mcp

    async def _serve(
        self, servers: "Mapping[str, McpServer]", ready: "Future[tuple[Tool, ...]]"
    ) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        all_of_them = [
            Server(name, config, notify=self._notify, kept=self._pins, delays=self._delays)
            for name, config in servers.items()
        ]
        try:
            found = await asyncio.gather(*(server.start() for server in all_of_them))
            pairs = zip(all_of_them, found, strict=True)
            ready.set_result(
                tuple(tool for server, tools in pairs for tool in self._made(server, tools))
            )
            await asyncio.Event().wait()
        finally:
            await asyncio.gather(*(server.close() for server in all_of_them))

    def _made(self, server: Server, listed: Mapping[str, Mapping[str, Any]]) -> list[Tool]:
        """A server's tools as ours, less those that can't be described to a model."""
        tools: dict[str, Tool] = {}
        for each, description in listed.items():
            name = exposed(server.name, each, tools)
            function = self._caller(server, each)
            try:
                tools[name] = offered(name, description, server.said_of(each), function)
            except UsageError as error:
                server.leave_out(each, str(error))
        return list(tools.values())

    def _caller(self, server: Server, tool: str) -> Callable[..., Any]:
        async def call(**arguments: Any) -> ToolOutput:
            loop = self._loop
            if self._thread is None or loop is None or loop.is_closed():
                raise ToolError("The MCP servers are closed; do without their tools.")
            work = server.call(tool, _as_json(arguments))
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))

        return call


def _run(work: Any, ready: "Future[tuple[Tool, ...]]") -> None:
    try:
        asyncio.run(work)
    except asyncio.CancelledError:
        ready.cancel()
    except BaseException as error:
        if ready.done():
            raise
        ready.set_exception(error)


def _as_json(value: Any) -> Any:
    """Arguments as JSON has them; what was left out stays left out."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, dict):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value
