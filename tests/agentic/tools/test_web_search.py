"""Web search against a server on loopback, through the real search library."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest
from ddgs.engines import ENGINES
from ddgs.engines.duckduckgo import Duckduckgo

from agentic.errors import ToolError
from agentic.state import Observation, ToolCall
from agentic.tools import BUILTIN, ToolContext
from agentic.tools.runner import run_call
from agentic.tools.web_search import WebSearch, found
from memory import Memory
from tests.agentic.tools.test_caching import Clock

RESULT = """<div class="links_main body"><h2>{title}</h2><a href="{href}">{body}</a></div>"""


class Engine(BaseHTTPRequestHandler):
    """Answers as DuckDuckGo's plain page does, with the status and results set on the class."""

    status: ClassVar[int] = 200
    results: ClassVar[list[dict[str, str]]] = []
    asked: ClassVar[list[dict[str, list[str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append(parse_qs(body))
        page = "".join(RESULT.format(**result) for result in self.results)
        data = f"<html><body>{page}</body></html>".encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None: ...


class Second(Duckduckgo):
    """Another engine of the same kind, on a path of its own."""

    name = "second"
    provider = "second"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Engine]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr(Duckduckgo, "search_url", address)
    monkeypatch.setitem(ENGINES, "text", {"duckduckgo": Duckduckgo})
    monkeypatch.setattr(Engine, "status", 200)
    monkeypatch.setattr(Engine, "asked", [])
    monkeypatch.setattr(
        Engine,
        "results",
        [
            {
                "title": "Eiffel Tower",
                "href": "https://a.example/tower",
                "body": "It is 330 m high.",
            },
            {
                "title": "艾菲爾鐵塔",
                "href": "https://b.example/塔",
                "body": "高330公尺。" + "長" * 900,
            },
        ],
    )
    yield Engine
    server.shutdown()
    server.server_close()
    thread.join()


def search(**args: Any) -> Observation:
    call = ToolCall(name="web_search", args=args)
    return asyncio.run(run_call(BUILTIN["web_search"], call, ToolContext(Path.cwd())))


def test_results_are_numbered_with_title_address_and_snippet(engine: type[Engine]) -> None:
    seen = search(query="height of the Eiffel Tower", limit=2)
    assert seen.ok
    first = seen.result.split("\n2. ")[0]
    assert first == "1. Eiffel Tower\n   https://a.example/tower\n   It is 330 m high."
    assert "2. 艾菲爾鐵塔\n   https://b.example/" in seen.result
    assert len(seen.result) < 600
    assert seen.sources[0] == "https://a.example/tower"
    assert engine.asked[0]["q"] == ["height of the Eiffel Tower"]
    assert engine.asked[0]["l"] == ["us-en"]


def test_a_chinese_query_asks_for_chinese_results(engine: type[Engine]) -> None:
    assert search(query="巴黎鐵塔有多高").ok
    assert (engine.asked[0]["q"], engine.asked[0]["l"]) == (["巴黎鐵塔有多高"], ["tw-tzh"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def paced(tmp_path: Path, clock: Clock) -> WebSearch:
    return WebSearch(tmp_path / "cache", clock, clock.pause)


def ask(paced: WebSearch, query: str = "tower", memory: Memory | None = None) -> str:
    return found(paced, query, 5, ToolContext(Path.cwd(), memory)).text


@pytest.mark.parametrize("status", [200, 202, 429, 500])
def test_no_results_may_be_a_refusal_and_it_says_so(
    engine: type[Engine], paced: WebSearch, clock: Clock, status: int
) -> None:
    engine.status, engine.results = status, []
    with pytest.raises(ToolError) as caught:
        ask(paced, "xyzzy")
    assert str(caught.value).startswith(
        "No results for 'xyzzy': there are none, or the search engines refused"
    )
    assert len(engine.asked) == 2
    (wait,) = clock.waits
    assert wait > 2


def test_an_engine_that_refuses_again_and_again_is_passed_over(
    engine: type[Engine], paced: WebSearch, clock: Clock
) -> None:
    engine.status = 429
    for number in range(4):
        with pytest.raises(ToolError, match="refused for now"):
            ask(paced, f"query {number}")
    assert len(engine.asked) == 2 + 2 + 2 + 1
    clock.now += 600
    with pytest.raises(ToolError, match="refused for now"):
        ask(paced, "query 9")
    assert len(engine.asked) == 7 + 2


def test_other_engines_are_asked_when_duckduckgo_refuses(
    engine: type[Engine], paced: WebSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Second, "search_url", Duckduckgo.search_url)
    monkeypatch.setattr(Duckduckgo, "search_url", "http://127.0.0.1:9/")
    monkeypatch.setitem(ENGINES, "text", {"duckduckgo": Duckduckgo, "second": Second})
    assert "Eiffel Tower" in ask(paced)


def test_an_answer_is_kept_for_hours_and_says_when_it_was_found(
    engine: type[Engine], paced: WebSearch, clock: Clock, tmp_path: Path
) -> None:
    first = ask(paced, "Eiffel  Tower")
    assert "(Found on" not in first
    later = WebSearch(tmp_path / "cache", clock, clock.pause)
    again = ask(later, "eiffel tower")
    assert again.startswith(first + "\n(Found on 2027-01-15 ")
    assert again.endswith("; the web was not asked again.)")
    assert (len(engine.asked), clock.waits) == (1, [])
    clock.now += 7 * 3600
    assert ask(later, "eiffel tower") == first
    assert len(engine.asked) == 2


def test_the_limit_and_the_language_are_part_of_what_is_kept(
    engine: type[Engine], paced: WebSearch
) -> None:
    here = ToolContext(Path.cwd())
    for query, limit in [("tower", 1), ("tower", 2), ("鐵塔", 2)]:
        found(paced, query, limit, here)
    assert len(engine.asked) == 3


@pytest.mark.parametrize("broken", ["", "{", "[1]", "null"])
def test_a_broken_cache_is_asked_anew(
    engine: type[Engine], paced: WebSearch, tmp_path: Path, broken: str
) -> None:
    first = ask(paced)
    for file in (tmp_path / "cache").rglob("*.json"):
        file.write_text(broken)
    assert ask(paced) == first


def test_requests_are_apart_but_kept_answers_are_not(
    engine: type[Engine], paced: WebSearch, clock: Clock
) -> None:
    for query in ("one", "two", "one", "two", "one"):
        ask(paced, query)
    assert len(engine.asked) == 2
    assert clock.waits == [1.2]


@pytest.fixture
def away(engine: type[Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Duckduckgo, "search_url", "http://127.0.0.1:9/")


@pytest.mark.usefixtures("away")
def test_a_web_that_can_not_be_reached(paced: WebSearch) -> None:
    with pytest.raises(ToolError) as caught:
        ask(paced)
    assert str(caught.value) == (
        "The web can't be reached from here. Look it up with search_files, or say that the web "
        "was not reachable."
    )


@pytest.mark.usefixtures("away")
def test_without_the_web_the_memory_is_named_where_there_is_one(
    paced: WebSearch, tmp_path: Path
) -> None:
    (tmp_path / "guide.md").write_text("The Eiffel Tower is 330 m high.")
    with Memory(tmp_path / "memory") as memory:
        with pytest.raises(ToolError, match="with recall or search_files, or say"):
            ask(paced, memory=memory)
        memory.ingest([tmp_path / "guide.md"])
        with pytest.raises(ToolError, match="with recall, search_documents or search_files, or"):
            ask(paced, memory=memory)


def test_without_the_web_an_older_answer_is_given(
    engine: type[Engine], paced: WebSearch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(paced)
    clock.now += 30 * 24 * 3600
    monkeypatch.setattr(Duckduckgo, "search_url", "http://127.0.0.1:9/")
    again = ask(paced)
    assert again.startswith(first + "\n(Found on 2027-01-15 ")
    assert again.endswith("; the web can't be asked now.)")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"query": " "}, "There is nothing to search for"),
        ({"query": "x" * 401}, "at most 400 characters"),
        ({"query": "x", "limit": 0}, "greater than or equal to 1"),
    ],
)
def test_queries_that_make_no_sense(args: dict[str, Any], message: str) -> None:
    seen = search(**args)
    assert not seen.ok
    assert message in seen.result
