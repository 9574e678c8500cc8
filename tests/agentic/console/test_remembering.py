"""The commands of the REPL over the memory."""

from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput

from agentic.console.completion import SlashCompleter
from memory import Memory
from tests.agentic.console.bench import Bench


def test_a_memory_is_looked_up_explained_and_forgotten(keys: PipeInput, home: Path) -> None:
    with Memory(home / "memory") as memory:
        record = memory.add("海港城市是高雄。", source="run 1")
        memory.add("The office opens at 7.")
        bench = Bench(memory=memory)
        id, start = record.id, record.id[:6]
        shown = bench.type(keys, f"/recall 海港\r/why {start}\r/forget {start}\rn\r")
        assert "1. 海港城市是高雄。" in shown
        assert "\nid          " + id in shown
        assert "1 memory, with the versions before\nNothing was deleted." in shown
        assert memory.get(id) == record
        shown = bench.type(keys, f"/forget {start}\ry\r/why {start}\r")
        assert "1 forgotten." in shown
        assert f"No memory has the id '{start}'" in shown
        assert memory.get(id) is None


@pytest.mark.parametrize("answer", ["\r", "\x03", "nein\r"])
def test_nothing_is_forgotten_without_a_yes(keys: PipeInput, home: Path, answer: str) -> None:
    with Memory(home / "memory") as memory:
        record = memory.add("The office opens at 7.")
        shown = Bench(memory=memory).type(keys, f"/forget {record.id}\r{answer}/verbose\r")
        assert "Nothing was deleted." in shown
        assert "Showing everything." in shown
        assert memory.get(record.id) is not None


def test_documents_are_taken_in(keys: PipeInput, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "my notes 筆記"
    folder.mkdir()
    (folder / "港口.md").write_text("# 港口\n\n停泊一晚一百八十克朗。\n")
    with Memory(home / "memory") as memory:
        shown = Bench(memory=memory).type(
            keys,
            f"/documents\r/ingest {folder}\r/ingest '{folder}' {tmp_path / 'no'}\r/documents\r",
        )
    assert "No documents yet" in shown
    assert "1 file: 1 added\n" in shown
    assert "2 files: 1 unchanged, 1 failed\n" in shown
    assert "港口 · markdown · 1 passage" in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/recall", "/recall needs something more, such as: /recall"),
        ("/why", "/why needs something more"),
        ("/forget feedc0de", "No memory has the id 'feedc0de'"),
        ("/ingest 'x", "has a quote without its end"),
    ],
)
def test_what_memory_commands_need(keys: PipeInput, home: Path, typed: str, said: str) -> None:
    with Memory(home / "memory") as memory:
        shown = Bench(memory=memory).type(keys, f"{typed}\r")
    assert said in shown.replace("\n", " ")


def test_completion_of_ids_that_were_seen_and_of_paths(
    keys: PipeInput, home: Path, tmp_path: Path
) -> None:
    with Memory(home / "memory") as memory:
        record = memory.add("海港城市是高雄。")
        bench = Bench(memory=memory)
        bench.type(keys, "/recall 海港\r")
    completer = SlashCompleter(bench.talk.seen)
    for command in ("why", "forget"):
        line = Document(f"/{command} {record.id[:3]}")
        [found] = completer.get_completions(line, CompleteEvent())
        assert found.text == record.id
        assert found.display_meta_text == "海港城市是高雄。"
    (tmp_path / "港口.md").touch()
    [found] = completer.get_completions(Document(f"/ingest {tmp_path}/港"), CompleteEvent())
    assert found.text == "口.md"
