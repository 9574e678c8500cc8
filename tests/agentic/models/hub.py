"""A model hub on loopback that can break in every way a real one does."""

import hashlib
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agentic.models.releases import Weights
from agentic.models.sources import Source

__all__ = ["ALTERED", "PAYLOAD", "Hubbub", "serving", "weights"]

PAYLOAD = b"GGUF" + random.Random(0).randbytes(300_000)
ALTERED = PAYLOAD[:-1] + bytes([PAYLOAD[-1] ^ 1])


def weights(*sources: Source) -> Weights:
    """The payload as a known model."""
    digest = hashlib.sha256(PAYLOAD).hexdigest()
    return Weights("tiny", "Tiny", "tiny.gguf", len(PAYLOAD), digest, "Apache-2.0", sources)


@dataclass
class Hubbub:
    """What the server does, and what it saw."""

    url: str = ""
    body: bytes = PAYLOAD
    status: int = 200
    type: str = "application/octet-stream"
    ranges: bool = True
    length: int | None = None
    """Content-Length said in place of the true one; 0 says none."""
    span: str | None = None
    """Content-Range said in place of the true one."""
    drops: list[int] = field(default_factory=list)
    """Bytes after which the next connections are cut."""
    pause: int | None = None
    """Bytes after which the body waits for `go`."""
    go: threading.Event = field(default_factory=threading.Event)
    asked: list[str | None] = field(default_factory=list)
    """The Range header of each request."""
    sent: list[int] = field(default_factory=list)
    """Bytes sent to each request."""


@contextmanager
def serving(hub: Hubbub) -> Iterator[Hubbub]:
    """Run the server; connections cut by the client are its business."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, hub)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, hub: Hubbub) -> None:
    asked = request.headers.get("Range")
    hub.asked.append(asked)
    number = len(hub.sent)
    hub.sent.append(0)
    start = 0
    if asked and hub.ranges and (match := re.fullmatch(r"bytes=(\d+)-", asked)):
        start = int(match[1])
    body = hub.body[start:]
    request.send_response(206 if start else hub.status)
    request.send_header("Content-Type", hub.type)
    if hub.length != 0:
        request.send_header("Content-Length", str(hub.length or len(body)))
    if start:
        span = f"bytes {start}-{len(hub.body) - 1}/{len(hub.body)}"
        request.send_header("Content-Range", hub.span or span)
    request.end_headers()
    cut = hub.drops.pop(0) if hub.drops else len(body)
    first = body[: cut if hub.pause is None else hub.pause]
    try:
        for piece in (first, body[len(first) : cut]):
            request.wfile.write(piece)
            request.wfile.flush()
            hub.sent[number] += len(piece)
            if hub.pause is not None:
                hub.go.wait()
    except OSError:
        pass
    request.close_connection = True
