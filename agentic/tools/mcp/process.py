"""A server that runs as a process of ours and talks over its standard input and output.

The SDK has a transport of that kind too. This one ends the whole process group, also where the
server has gone and left children behind; tells why a server stopped, by its last words on stderr;
drops what is no message without a line in the console; and bounds what it holds.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCMessage
from pydantic import ValidationError

from agentic.cleaning import whole
from agentic.tools.mcp.lost import Lost
from agentic.tools.mcp.wire import Receiving, Sending
from agentic.tools.mcp.wording import tidy

__all__ = ["ProcessTransport"]

_LONGEST = 64 * 1024 * 1024
"""Bytes of one message."""
_LAST_WORDS = 2000
"""Bytes of stderr that are kept."""
_PATIENCE = 1.0
"""Seconds that a process has to end by itself, and then again when it is asked to."""
_TELLING = 1.0
"""Seconds that one which has closed its output has to tell why."""
_LEASH = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9)
os.getppid() == int(sys.argv[1]) or sys.exit()
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Becomes the server, once Linux has been told to kill it when the thread that started it ends:
a server that ignores the end of its input would else outlive a killed parent."""


class ProcessTransport:
    """A process, started when the transport is opened.

    Args:
        command: Program and arguments.
        environment: All the variables that it gets.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._said = b""

    @asynccontextmanager
    async def open(self, lost: "asyncio.Future[Lost]") -> AsyncIterator[tuple[Receiving, Sending]]:
        """The streams of messages from and to the server, which ends with the block.

        Args:
            lost: Told when the server stops.

        Raises:
            OSError: if the program can't be started.
        """
        process = await asyncio.create_subprocess_exec(
            *self._started(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
            limit=_LONGEST,
            start_new_session=True,
        )
        to_us, read = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write, from_us = anyio.create_memory_object_stream[SessionMessage](0)
        stderr = asyncio.create_task(self._listen(process))
        tasks = [
            stderr,
            asyncio.create_task(self._read(process, to_us, lost, stderr)),
            asyncio.create_task(_write(process, from_us)),
        ]
        try:
            yield read, write
        finally:
            await _end(process)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for stream in (to_us, read, write, from_us):
                stream.close()

    @property
    def last_words(self) -> str:
        """The last line of words that the server wrote to stderr."""
        lines = self._said.decode("utf-8", "replace").split("\n")
        worded = (line for line in reversed(lines) if any(map(str.isalnum, line)))
        return tidy(next(worded, ""), 200)

    def _started(self) -> list[str]:
        program = shutil.which(self._command[0], path=self._environment.get("PATH"))
        if program is None:
            raise FileNotFoundError(f"there is no program {self._command[0]!r}")
        command = [program, *self._command[1:]]
        if sys.platform != "linux" or not sys.executable:
            return command
        return [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]

    async def _read(
        self,
        process: asyncio.subprocess.Process,
        to_us: MemoryObjectSendStream[SessionMessage | Exception],
        lost: "asyncio.Future[Lost]",
        stderr: "asyncio.Task[None]",
    ) -> None:
        reason = ""
        try:
            await _pass_on(process, to_us)
        except ValueError:
            reason = f"it sent a message of more than {_LONGEST // 1024**2} MB"
        if not reason:
            await _gone(process, _TELLING)
            await asyncio.wait({stderr}, timeout=_TELLING)
            reason = self._stopped(process.returncode)
        if not lost.done():
            lost.set_result(Lost(reason))
        to_us.close()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Read stderr, so that the server never waits for a reader, and keep its end."""
        assert process.stderr is not None
        while chunk := await process.stderr.read(65536):
            self._said = (self._said + chunk)[-_LAST_WORDS:]

    def _stopped(self, code: int | None) -> str:
        how = "it closed its output" if code is None else f"it ended with exit code {code}"
        if code is not None and code < 0:
            how = f"it was ended by signal {-code}"
        return f"{how}: {self.last_words}" if self.last_words else how


async def _pass_on(process: asyncio.subprocess.Process, to_us: Any) -> None:
    """The server's messages up to the end of its output; other lines are no concern of ours.

    Raises:
        ValueError: if one is too long.
    """
    assert process.stdout is not None
    with suppress(anyio.BrokenResourceError):  # nobody listens any more
        while line := await process.stdout.readline():
            message = _message(line)
            if message is not None:
                await to_us.send(SessionMessage(message))


def _message(line: bytes) -> JSONRPCMessage | None:
    """The message on a line; None where there is none. Half a character in it becomes "�"."""
    with suppress(ValidationError):
        return JSONRPCMessage.model_validate_json(line)
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(line.decode("utf-8", "replace")), ensure_ascii=False)
        return JSONRPCMessage.model_validate_json(whole(text))
    return None


async def _write(
    process: asyncio.subprocess.Process, from_us: MemoryObjectReceiveStream[SessionMessage]
) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # that it has stopped is told by the end of its output
        async for each in from_us:
            text = each.message.model_dump_json(by_alias=True, exclude_none=True)
            process.stdin.write(f"{text}\n".encode())
            await process.stdin.drain()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the process to end, ever more firmly, and what it has started with it."""
    assert process.stdin is not None
    process.stdin.close()
    await _gone(process, _PATIENCE)
    if _signal(process, signal.SIGTERM):
        await _gone(process, _PATIENCE, group=True)
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        await _gone(process, _PATIENCE)
    process._transport.close()  # type: ignore[attr-defined]  # a pipe may be held by a stranger


def _signal(process: asyncio.subprocess.Process, number: int) -> bool:
    """Send a signal to the process's group; whether there was anyone left in it."""
    if sys.platform == "win32":
        if number and process.returncode is None:  # 0 would be Ctrl-C there
            process.send_signal(number)
        return process.returncode is None
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS: all that is left of it are zombies
        return False
    return True


async def _gone(
    process: asyncio.subprocess.Process, seconds: float, *, group: bool = False
) -> None:
    """Wait for the process to end, or its group, but no longer than so many seconds.

    `process.wait()` also waits for its pipes, which a child of its may hold open.
    """
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + seconds, 0.001
    while loop.time() < until:
        if process.returncode is not None and not (group and _signal(process, 0)):
            return
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.05)
