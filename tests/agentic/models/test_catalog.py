"""Names to models, and what a name that is none gets."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agentic.errors import ModelError, UsageError, WeightsError
from agentic.models import catalog
from agentic.models.sources import Hub
from agentic.models.weights import WEIGHTS
from agentic.settings import settings
from tests.agentic.models.hub import PAYLOAD, Hubbub, serving, weights

KEYS = ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "ANTHROPIC_API_KEY", "OPENAI_BASE_URL")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("AGENTIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hubbub]:
    with serving(Hubbub()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setitem(WEIGHTS, "tiny", weights(Hub("tiny/repo", "tiny.gguf")))
        settings.cache_clear()
        yield hub


def test_an_embedded_model_is_fetched_once(tiny: Hubbub, home: Path) -> None:
    seen: list[tuple[int, int]] = []
    model: Any = catalog.resolve("tiny", progress=lambda *numbers: seen.append(numbers))
    assert (model.path, model.name) == (str(home / "models" / "tiny.gguf"), "tiny")
    assert seen[-1] == (len(PAYLOAD), len(PAYLOAD))
    catalog.resolve("tiny")
    assert len(tiny.asked) == 1


def test_damaged_weights_are_refused_not_fetched(tiny: Hubbub, home: Path) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / "tiny.gguf").write_bytes(PAYLOAD[:-1])
    with pytest.raises(WeightsError, match="agentic pull tiny"):
        catalog.resolve("tiny")
    assert tiny.asked == []


@pytest.mark.parametrize("name", ["模型.gguf", "./模型.gguf", "~/模型.gguf", "no_suffix"])
def test_a_gguf_file_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for file in ("模型.gguf", "no_suffix"):
        (tmp_path / file).write_bytes(PAYLOAD)
    model: Any = catalog.resolve(name)
    assert Path(model.path).read_bytes() == PAYLOAD
    assert model.name == name


@pytest.mark.parametrize("content", [b"", b"GGU", b"GGML1234", "模型".encode()])
def test_a_file_that_is_no_gguf(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.gguf").write_bytes(content)
    with pytest.raises(ModelError, match="no GGUF file"):
        catalog.resolve("x.gguf")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.gguf", "No model file at missing.gguf"),
        ("/nowhere/x", "No model file at /nowhere/x"),
        ("file/x.gguf", "No model file at file/x.gguf"),
        (".", "is a folder"),
        ("", "No model named ''"),
        ("x" * 100_000, "No model named"),
        ("x" * 100_000 + ".gguf", "No model file"),
        ("a\0b", "No model named"),
        ("a\0b.gguf", "No model file"),
        ("locla", "Did you mean 'local'[?]"),
        ("local:1.5b", "Did you mean 'local:0.5b'[?]"),
        (
            "小模型",
            "'小模型'; there are: local, local:0.5b, a path to a GGUF file, or provider:model",
        ),
    ],
)
def test_a_name_of_nothing(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match=words) as refused:
        catalog.resolve(name)
    assert len(str(refused.value)) < 1_000


def test_known_names_what_there_is(tiny: Hubbub) -> None:
    before = {one.name: one for one in catalog.known()}
    assert list(before)[:2] == ["local", "local:0.5b"]
    assert not before["tiny"].ready
    assert before["tiny"].note == "300 kB, fetched at first use"
    assert before["openai:MODEL"].note in ("installed", "pip install 'agentic[openai]'")
    catalog.resolve("tiny")
    after = {one.name: one for one in catalog.known()}
    assert after["tiny"].ready
    assert after["tiny"].note == "300 kB, verified"


@pytest.mark.parametrize(
    ("have", "ready", "note"),
    [
        ({"tiny.gguf": PAYLOAD}, True, "300 kB, unverified"),
        ({"tiny.gguf": b""}, False, "damaged; `agentic pull tiny` fetches it anew"),
        (
            {"tiny.gguf.partial": b"x" * 2000},
            False,
            "2 kB of 300 kB; fetching goes on at first use",
        ),
        ({"tiny.gguf.partial": b""}, False, "300 kB, fetched at first use"),
    ],
)
def test_known_tells_the_state(
    tiny: Hubbub, home: Path, have: dict[str, bytes], ready: bool, note: str
) -> None:
    (home / "models").mkdir(parents=True)
    for name, content in have.items():
        (home / "models" / name).write_bytes(content)
    one = next(one for one in catalog.known() if one.name == "tiny")
    assert (one.ready, one.note) == (ready, note)


def test_without_langchain_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentic.models.provider.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"pip install 'agentic\[openai\]'"):
        catalog.resolve("openai:gpt-5")
    with pytest.raises(ModelError, match=r"pip install 'agentic\[providers\]'"):
        catalog.resolve("groq:x")


class TestProviders:
    """What LangChain's `init_chat_model` gives and refuses."""

    @pytest.fixture(autouse=True)
    def langchain(self) -> None:
        pytest.importorskip("langchain")

    @pytest.mark.parametrize(
        ("name", "package", "extra"),
        [
            ("anthropic:claude", "langchain_anthropic", "anthropic"),
            ("google:gemini", "langchain_google_genai", "google"),
            ("google_genai:gemini", "langchain_google_genai", "google"),
            ("Google-GenAI:gemini", "langchain_google_genai", "google"),
        ],
    )
    def test_a_missing_extra(
        self, monkeypatch: pytest.MonkeyPatch, name: str, package: str, extra: str
    ) -> None:
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(ModelError) as refused:
            catalog.resolve(name)
        assert f"pip install 'agentic[{extra}]'" in str(refused.value)

    def test_a_missing_package_without_an_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "langchain_groq", None)
        with pytest.raises(ModelError, match="pip install langchain-groq"):
            catalog.resolve("groq:x")

    def test_an_unknown_provider(self) -> None:
        with pytest.raises(UsageError, match="openai") as refused:
            catalog.resolve("opnai:gpt-5")
        assert str(refused.value).startswith("No provider named 'opnai'; there are: ")
        assert "Did you mean 'openai:gpt-5'?" in str(refused.value)

    @pytest.mark.parametrize(
        ("provider", "package", "cls", "error", "words"),
        [
            (
                "xai",
                "langchain_xai",
                "ChatXAI",
                "api_key is not set: XAI_API_KEY",
                "set XAI_API_KEY",
            ),
            (
                "upstage",
                "langchain_upstage",
                "ChatUpstage",
                "no such region\nmore",
                "no such region",
            ),
            ("cohere", "langchain_cohere", "ChatCohere", "", "RuntimeError"),
        ],
    )
    def test_a_package_that_refuses(
        self,
        monkeypatch: pytest.MonkeyPatch,
        provider: str,
        package: str,
        cls: str,
        error: str,
        words: str,
    ) -> None:
        def refuse(**_: Any) -> None:
            raise RuntimeError(error)

        module = ModuleType(package)
        setattr(module, cls, refuse)
        monkeypatch.setitem(sys.modules, package, module)
        with pytest.raises(ModelError, match=words) as refused:
            catalog.resolve(f"{provider}:x")
        assert "\n" not in str(refused.value)

    def test_a_missing_openai_key(self) -> None:
        pytest.importorskip("langchain_openai")
        with pytest.raises(ModelError, match="needs a key: set OPENAI_API_KEY"):
            catalog.resolve("openai:gpt-5")

    def test_an_empty_anthropic_key(self) -> None:
        pytest.importorskip("langchain_anthropic")
        with pytest.raises(ModelError, match="needs a key: set ANTHROPIC_API_KEY"):
            catalog.resolve("anthropic:claude-sonnet-4-5")

    def test_an_openai_model_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("langchain_openai")
        with completing("你好") as (url, asked):
            monkeypatch.setenv("OPENAI_BASE_URL", url)
            monkeypatch.setenv("OPENAI_API_KEY", "secret")
            assert catalog.resolve("openai:some-model").invoke("hello").text == "你好"
        assert asked[0]["model"] == "some-model"


class completing:
    """An OpenAI-compatible server that always says the same."""

    def __init__(self, text: str) -> None:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": "some-model"}
        reply = json.dumps(body | {"choices": [choice], "usage": usage}).encode()
        asked: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.asked = asked
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    def __enter__(self) -> tuple[str, list[dict[str, Any]]]:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}/v1", self.asked

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
