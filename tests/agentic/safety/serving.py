"""Servers on loopback, well-behaved and not, for tests of what asks the web."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """A site whose answers are set by path, and the requests that it got."""

    host: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"http://{self.host}"

    def paths(self) -> list[str]:
        """What was asked for, but for the robots file."""
        return [path for _, path, _, _ in self.asked if path != "/robots.txt"]

    def add(
        self, path: str, body: bytes | str = b"", type: str = "", status: int = 200, **headers: str
    ) -> str:
        """Set the answer for a path; gives its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if type:
            named["Content-Type"] = type
        self.answers[path] = (status, named, body.encode() if isinstance(body, str) else body)
        return self.root + path


@contextmanager
def serving() -> Iterator[Site]:
    """A site on loopback."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            site.asked.append((self.command, self.path, dict(self.headers), body))
            status, headers, data = site.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.host = f"127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def misbehaving(answer: Callable[[socket.socket], None], *, reads: bool = True) -> Iterator[str]:
    """The host and port of a server that reads a request and then does as it likes."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                if over.is_set():
                    return
                try:
                    if reads:
                        connection.recv(65536)
                    answer(connection)
                except OSError:  # the other side has had enough
                    pass

    thread = threading.Thread(target=accept)
    thread.start()
    place = listener.getsockname()
    try:
        yield f"127.0.0.1:{place[1]}"
    finally:
        over.set()
        socket.create_connection(place).close()
        thread.join()
        listener.close()


def reset(connection: socket.socket) -> None:
    """End a connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
