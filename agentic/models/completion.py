"""A streamed completion by llama.cpp, read by a thread or by asyncio; both stop it soon."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Protocol

from agentic.errors import ModelError
from agentic.models.running import start

__all__ = ["Piece", "Server", "acomplete", "complete"]

Piece = dict[str, Any]
"""What llama.cpp sends while it completes: text in `choices`, and at the end `usage`."""

_Said = Piece | ModelError | None
"""A piece, what went wrong, or None at the end."""


class Server(Protocol):
    """The part of `xllamacpp.Server` that completes."""

    def handle_chat_completions(
        self, request: dict[str, Any], receive: Callable[[Piece], bool], /
    ) -> Any:
        """Tell each piece until `receive` returns True; an error may come back instead."""


def complete(server: Server, request: dict[str, Any]) -> Iterator[Piece]:
    """The pieces of a completion. Closing the iterator stops the model.

    Raises:
        ModelError: if the model refuses the request or breaks.
    """
    said: SimpleQueue[_Said] = SimpleQueue()
    stopped = _begin(server, request, said.put)
    try:
        while (piece := said.get()) is not None:
            yield _given(piece)
    finally:
        stopped.set()


async def acomplete(server: Server, request: dict[str, Any]) -> AsyncGenerator[Piece, None]:
    """`complete` for asyncio: a cancelled task ends at once, and the model soon after it.

    Raises:
        ModelError: if the model refuses the request or breaks.
    """
    loop = asyncio.get_running_loop()
    said: asyncio.Queue[_Said] = asyncio.Queue()

    def say(piece: _Said) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(said.put_nowait, piece)

    stopped = _begin(server, request, say)
    try:
        while (piece := await said.get()) is not None:
            yield _given(piece)
    finally:
        stopped.set()


def _begin(
    server: Server, request: dict[str, Any], say: Callable[[_Said], None]
) -> threading.Event:
    """Begin a completion in a thread of its own; setting the event stops it."""
    stopped = threading.Event()
    asked = {**request, "stream": True, "return_progress": True}
    asked["stream_options"] = {"include_usage": True}

    def receive(piece: Piece) -> bool:
        if "prompt_progress" not in piece:  # which is only asked for to be able to stop there
            say(_checked(piece))
        return stopped.is_set()  # True ends the completion

    def work() -> None:
        try:
            refused = server.handle_chat_completions(asked, receive)
            if isinstance(refused, dict):
                say(_checked(refused))
            say(ModelError("The embedded model was stopped.") if stopped.is_set() else None)
        except Exception as error:  # handed to the caller, which raises it
            say(_broken(error))

    start(work, stopped)
    return stopped


def _given(said: Piece | ModelError) -> Piece:
    if isinstance(said, ModelError):
        raise said
    return said


def _checked(piece: Piece) -> Piece | ModelError:
    return ModelError(_refusal(piece["error"])) if "error" in piece else piece


def _broken(error: Exception) -> ModelError:
    broken = ModelError(f"The embedded model failed: {error}")
    broken.__cause__ = error
    return broken


def _refusal(error: Any) -> str:
    """The text of an `{"error": ...}` answer, with a remedy where one is known."""
    said = error.get("message", error) if isinstance(error, dict) else error
    if "context size" in str(said):
        return f"The text is too long for the embedded model: {said}. Shorten it or split it."
    return f"The embedded model refused: {said}"
