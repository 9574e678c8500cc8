"""Completions of a server that a test directs: what is read, and what stops it."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from agentic.errors import ModelError
from agentic.models.completion import Piece, acomplete, complete

PROGRESS = {"choices": [{"delta": {"content": None}}], "prompt_progress": {"processed": 256}}
Read = Callable[["Directed"], list[Piece]]


class Directed:
    """A server that sends what the test puts into `script`, until None comes or it is stopped."""

    def __init__(self, *script: Piece | Exception, returns: Any = None) -> None:
        self.script: SimpleQueue[Piece | Exception | None] = SimpleQueue()
        self.returns = returns
        self.asked: dict[str, Any] = {}
        self.begun = threading.Event()
        self.ended = threading.Event()
        for each in script:
            self.script.put(each)

    def handle_chat_completions(
        self, request: dict[str, Any], receive: Callable[[Piece], bool], /
    ) -> Any:
        self.asked = request
        self.begun.set()
        try:
            while (piece := self.script.get()) is not None:
                if isinstance(piece, Exception):
                    raise piece
                if receive(piece):
                    break
            return self.returns
        finally:
            self.ended.set()


def read(server: Directed) -> list[Piece]:
    server.script.put(None)
    return list(complete(server, {"messages": []}))


def aread(server: Directed) -> list[Piece]:
    server.script.put(None)

    async def main() -> list[Piece]:
        return [piece async for piece in acomplete(server, {"messages": []})]

    return asyncio.run(main())


both = pytest.mark.parametrize("reader", [read, aread])


@both
def test_pieces_come_in_order_and_progress_is_none_of_them(reader: Read) -> None:
    pieces = [{"choices": [{"delta": {"content": word}}]} for word in ("港", "口")]
    server = Directed(PROGRESS, pieces[0], PROGRESS, pieces[1], {"usage": {}})
    assert reader(server) == [*pieces, {"usage": {}}]
    assert server.asked["stream"] is True


@both
@pytest.mark.parametrize(
    ("server", "said"),
    [
        (lambda: Directed({"error": {"message": "no such field"}}), "refused: no such field"),
        (lambda: Directed(returns={"error": "the context size is 5"}), "too long for the embedded"),
        (lambda: Directed({"choices": []}, RuntimeError("gone")), "failed: gone"),
    ],
)
def test_what_goes_wrong_is_raised(reader: Read, server: Callable[[], Directed], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        reader(server())


def test_closing_stops_the_model_at_its_next_piece() -> None:
    server = Directed({"choices": []})
    pieces: Iterator[Piece] = complete(server, {})
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    server.script.put(PROGRESS)
    assert server.ended.wait(60)


def test_a_cancelled_task_does_not_wait_for_the_model() -> None:
    server = Directed()

    async def main() -> None:
        async def consume(pieces: AsyncIterator[Piece]) -> None:
            async for _ in pieces:
                pass

        task = asyncio.create_task(consume(acomplete(server, {})))
        await asyncio.to_thread(server.begun.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert not server.ended.is_set()
    server.script.put(PROGRESS)
    assert server.ended.wait(60)
    assert server.script.empty()


def test_at_the_end_of_the_process_all_are_stopped_and_none_begins() -> None:
    code = """
import threading
from agentic.errors import ModelError
from agentic.models.completion import complete
from agentic.models.running import end_all

class Endless:
    def handle_chat_completions(self, request, receive):
        while not receive({"choices": []}):
            pass

pieces = complete(Endless(), {})
next(pieces)
end_all()
print(any(thread.name == "llama" for thread in threading.enumerate()))
for again in (pieces, complete(Endless(), {})):
    try:
        for _ in again:
            pass
    except ModelError as error:
        print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert ran.stdout.splitlines() == [
        "False",
        "The embedded model was stopped.",
        "The process is ending; the embedded model takes no more calls.",
    ]
