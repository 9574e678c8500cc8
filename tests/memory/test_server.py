"""A memory whose vectors lie on a Chroma server: the same promises, whatever becomes of it."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from memory import Memory, StoreError
from memory.embedding import LexicalHash
from memory.errors import ServerUnreachable, ServerUnusable
from memory.server import Server, located
from tests.memory.test_index import Counting, by_vector

__all__: list[str] = []

ROOT = Path(__file__).parents[2]
WORDS = [f"word{n}" for n in range(45)]
ADD_IN_TURN = """
import sys
from memory import Memory
from memory.embedding import LexicalHash

with Memory(sys.argv[1], folder=sys.argv[2], embedder=LexicalHash()) as memory:
    for n, _ in enumerate(sys.stdin):
        memory.add("the same everywhere")
        print(memory.add(f"child{n}").id, flush=True)
"""
Answers = Callable[[dict[str, tuple[int, str]]], str]


@dataclass
class Chroma:
    """A real server, which can be killed and started again."""

    port: int
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, data: Path) -> None:
        program = Path(sys.executable).with_name("chroma")
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([program, "run", "--path", data, *address], **quiet)
        while True:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).is_success:
                    return
            assert self.process.poll() is None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def collections(self) -> dict[str, int]:
        """How many vectors each collection has."""
        at = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        with httpx.Client() as http:
            return {
                one["name"]: http.get(f"{at}/{one['id']}/count").json()
                for one in http.get(at).json()
            }

    def delete(self, name: str) -> None:
        at = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        httpx.delete(f"{at}/{name}").raise_for_status()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    """One server for the tests that do it no harm."""
    server = Chroma(free_port())
    server.start(tmp_path_factory.mktemp("server"))
    yield server
    server.kill()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Chroma]:
    """A server that a test may kill; not started yet."""
    server = Chroma(free_port())
    yield server
    server.kill()


def remembering(server: Chroma, folder: Path) -> Memory:
    return Memory(server.url, folder=folder, embedder=LexicalHash())


def test_what_is_added_is_found_and_forgotten(shared: Chroma, path: Path) -> None:
    with remembering(shared, path) as memory:
        memory.add_many([*WORDS, {"text": "芒果很甜", "kind": "水果🥭" * 12}])
        assert all(by_vector(memory, word) for word in WORDS[::7])
        assert by_vector(memory, "芒果很甜")
        assert memory.forget(memory.search("word7")[0].record.id) == 1
        assert all(hit.record.text != "word7" for hit in memory.search("word7"))
        assert memory.stats().health == "ok"
    with remembering(shared, path) as memory:
        assert by_vector(memory, "word8")
        assert not list(path.glob("chroma-*"))


def test_two_ledgers_on_a_server_never_meet(shared: Chroma, tmp_path: Path) -> None:
    before = shared.collections()
    with remembering(shared, tmp_path / "a") as one, remembering(shared, tmp_path / "b") as two:
        one.add_many(WORDS)
        two.add("word7 of the other")
        assert [hit.record.text for hit in two.search("word7")] == ["word7 of the other"]
        assert {hit.record.text for hit in one.search("word7", limit=90)} <= set(WORDS)
        assert one.rebuild() == 45
        assert [hit.record.text for hit in two.search("word7")] == ["word7 of the other"]
        assert two.rebuild() == 1
        assert by_vector(one, "word7")
    mine = {name: n for name, n in shared.collections().items() if name not in before}
    assert sorted(mine.values()) == [1, 45]


def test_a_copied_ledger_parts_from_its_original(shared: Chroma, tmp_path: Path) -> None:
    import shutil

    with remembering(shared, tmp_path / "a") as one:
        one.add_many(WORDS)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    for _ in range(2):
        for name in ("a", "b"):
            with remembering(shared, tmp_path / name) as memory:
                memory.add(f"only in {name}")
                assert by_vector(memory, f"only in {name}")
                assert all(by_vector(memory, word) for word in WORDS[::7])
    before = shared.collections()
    for name in ("a", "b"):
        with remembering(shared, tmp_path / name) as memory:
            assert by_vector(memory, "word7")
    assert shared.collections() == before


def test_two_processes_on_one_ledger(shared: Chroma, path: Path) -> None:
    piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    command = [sys.executable, "-c", ADD_IN_TURN, shared.url, path]
    with subprocess.Popen(command, **piped) as child, remembering(shared, path) as memory:
        for n in range(3):
            memory.add(f"parent{n}", kind=f"kind{n}")
            child.stdin.write("\n")
            child.stdin.flush()
            id = child.stdout.readline().strip()
            hit = memory.search(f"child{n}")[0]
            assert hit.record.id == id
            assert hit.why.keys() >= {"words", "vectors"}
        assert memory.stats().records == 7
        assert memory.stats().pending == 0


def test_a_collection_deleted_behind_our_back_is_made_anew(shared: Chroma, path: Path) -> None:
    before = shared.collections()
    embedder = Counting()
    with Memory(shared.url, folder=path, embedder=embedder) as memory:
        memory.add_many(WORDS)
        for name in shared.collections().keys() - before.keys():
            shared.delete(name)
        assert all(by_vector(memory, word) for word in WORDS[::7])
        assert embedder.embedded == 45
    for name in shared.collections().keys() - before.keys():
        shared.delete(name)
    with remembering(shared, path) as memory:
        assert all(by_vector(memory, word) for word in WORDS[::7])


def test_a_server_that_lost_its_data_is_filled_again(own: Chroma, tmp_path: Path) -> None:
    own.start(tmp_path / "first")
    with remembering(own, tmp_path / "memory") as memory:
        memory.add_many(WORDS)
        own.kill()
        own.start(tmp_path / "second")
        assert all(by_vector(memory, word) for word in WORDS[::7])
        assert list(own.collections().values()) == [45]


def test_a_server_that_is_down_costs_nothing(own: Chroma, tmp_path: Path) -> None:
    own.start(tmp_path / "data")
    with remembering(own, tmp_path / "memory") as memory:
        memory.add_many(WORDS)
        there = own.collections()
        own.kill()
        said = rf"http://127\.0\.0\.1:{own.port}.*`chroma run --path .*--port {own.port}`"
        with pytest.raises(ServerUnreachable, match=said):
            memory.search("word7")
        with pytest.raises(ServerUnreachable, match=said):
            memory.rebuild()
        own.start(tmp_path / "data")
        assert own.collections() == there
        assert by_vector(memory, "word7")
        assert own.collections() == there
    own.kill()
    with remembering(own, tmp_path / "memory") as memory, pytest.raises(ServerUnreachable):
        memory.search("word7")


def test_a_server_that_hangs_is_given_up(
    own: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memory.server.TIMEOUT", 0.5)
    monkeypatch.setattr("memory.chroma.TIMEOUT", 0.5)
    own.start(tmp_path / "data")
    assert own.process is not None
    with remembering(own, tmp_path / "memory") as memory:
        memory.add("pears")
        own.process.send_signal(signal.SIGSTOP)
        with pytest.raises(ServerUnreachable, match="timed out"):
            memory.search("pears")
        own.process.send_signal(signal.SIGCONT)
        assert by_vector(memory, "pears")


@pytest.fixture
def answering() -> Iterator[Answers]:
    """Starts a server that gives the same answers to everyone: status and body by path."""
    servers: list[HTTPServer] = []

    def answer(answers: dict[str, tuple[int, str]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = answers.get(self.path, (404, "<html>not found</html>"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: Any) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield answer
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, r"does not answer as Chroma does \(HTTP 404\)"),
        ({"/api/v2/version": (200, "<html>hello</html>")}, "does not answer as Chroma does"),
        ({"/api/v2/version": (200, '"0.6.3"')}, r"is Chroma with API 0\.6\.3, and we speak 1\.x"),
        ({"/api/v2/version": (200, '"2.0.0"')}, r"is Chroma with API 2\.0\.0"),
        ({"/api/v2/version": (410, "{}")}, "another API than ours"),
        ({"/api/v1/heartbeat": (200, "{}")}, r"older than 1\.0"),
        ({"/api/v2/version": (401, "no")}, "http://name:password@host:port"),
        ({"/api/v2/version": (200, '"1.0.0"')}, "does not answer as Chroma does"),
    ],
)
def test_a_server_that_is_no_chroma_of_ours_is_named(
    answering: Answers, path: Path, answers: dict[str, tuple[int, str]], said: str
) -> None:
    url = answering(answers)
    with Memory(url, folder=path, embedder=LexicalHash()) as memory:
        with pytest.raises(ServerUnusable, match=said) as told:
            memory.warm()
        assert url in str(told.value)


def test_a_proxy_whose_server_is_down_counts_as_down(answering: Answers, path: Path) -> None:
    url = answering({"/api/v2/version": (503, "try later")})
    memory = Memory(url, folder=path, embedder=LexicalHash())
    with memory, pytest.raises(ServerUnreachable, match="HTTP 503"):
        memory.warm()


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://:8000",
        "http://host:99999",
        "http://host:0",
        "http://host:port",
        "http://[::1",
        "http://a b:8000",
        "http://host:8000?database=x",
        "ftp://host:8000",
        "chroma://host:8000",
    ],
)
def test_nonsense_for_an_address_is_refused(url: str, path: Path) -> None:
    with pytest.raises(ServerUnusable, match="http://localhost:8000"):
        Memory(url, folder=path)


def test_a_password_is_never_shown() -> None:
    server = Server.at("https://ann:secret@chroma.example/base/")
    assert server.url == "https://ann:secret@chroma.example:443/base"
    assert "secret" not in f"{server} {server.folder_name} {server.unreachable('down')}"
    with pytest.raises(ServerUnusable, match=r"^(?!.*secret)"):
        Server.at("https://ann:secret@chroma.example:99999")


def test_where_the_ledger_lies(tmp_path: Path) -> None:
    assert located(tmp_path) == (tmp_path, None)
    assert located("http:/notes") == (Path("http:/notes"), None)
    folder, server = located("http://localhost:8000/api/v2")
    assert folder.parts[-3:] == ("agentic", "servers", "localhost-8000")
    assert server == Server("http", "localhost", 8000)
    assert located("http://localhost:8000", tmp_path) == (tmp_path, server)
    names = [
        Server.at(url).folder_name
        for url in ("http://[::1]:8000", "http://h:1/a_b", "http://h:1/a/b", "http://h:1")
    ]
    assert len(set(names)) == 4
    assert all("/" not in name and ":" not in name for name in names)
    with pytest.raises(StoreError, match="Two folders are named"):
        Memory(tmp_path, folder=tmp_path / "other")
