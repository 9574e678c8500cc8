"""The commands that look into the memory."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from agentic.console.cli import run
from agentic.settings import settings
from memory import Memory

Captured = pytest.CaptureFixture[str]
FACTS = (
    "The harbour city is Bergen.",
    "The office opens at 7.",
    "海港城市是高雄。",
)


@pytest.fixture
def memory(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    """The default memory, with a few facts in it."""
    monkeypatch.setenv("COLUMNS", "60")
    with Memory(home / "memory") as memory:
        for number, text in enumerate(FACTS):
            memory.add(text, source=f"run {number}", metadata={"n": number})
        yield memory


def out(capsys: Captured, *args: str, code: int = 0) -> str:
    """What a command prints on stdout."""
    assert run(args) == code
    return capsys.readouterr().out


def rows(capsys: Captured, *args: str) -> Any:
    """The JSON that a command prints: one document, and nothing else."""
    printed = out(capsys, *args, "--json")
    assert printed.count("\n") == 1
    return json.loads(printed)


def test_recall_tells_what_where_and_how_well(memory: Memory, capsys: Captured) -> None:
    printed = out(capsys, "recall", "harbour city", "--limit", "1")
    [record] = memory.list(where={"n": 0})
    first, second, third = printed.splitlines()
    assert first == "1. The harbour city is Bergen."
    assert second.startswith(f"   {record.id} · run 0 · fact · ")
    assert third.startswith("   score ")


def test_recall_why_has_a_table_of_the_parts(memory: Memory, capsys: Captured) -> None:
    printed = out(capsys, "recall", "海港城市", "--limit", "1", "--why").splitlines()
    table = [line.split() for line in printed[3:]]
    assert table[0] == ["part", "rank", "score"]
    assert ["words", "1"] in [row[:2] for row in table]
    assert len({cell_len(line) for line in printed[3:]}) == 1


def test_recall_as_json_has_all_of_it(memory: Memory, capsys: Captured) -> None:
    [row] = rows(capsys, "recall", "海港城市", "--limit", "1")
    assert (row["text"], row["kind"], row["source"]) == ("海港城市是高雄。", "fact", "run 2")
    assert row["citation"] == f"run 2 [memory {row['id']}]"
    assert row["metadata"] == {"n": 2}
    assert datetime.fromisoformat(row["created"]).utcoffset() == datetime.now(UTC).utcoffset()
    assert row["why"]["words"]["rank"] == 1


def test_pages_follow_each_other(memory: Memory, capsys: Captured) -> None:
    every = [row["id"] for row in rows(capsys, "recall", "harbour")]
    assert len(every) == 3
    paged = ("recall", "harbour", "--limit", "2")
    pages = [rows(capsys, *paged, "--page", number) for number in "123"]
    assert [row["id"] for page in pages for row in page] == every
    assert [row["id"] for row in rows(capsys, *paged, "--offset", "1")] == every[1:]
    assert out(capsys, *paged, "--page", "2").startswith("3. ")
    assert "Nothing is remembered about that." in out(capsys, *paged, "--page", "9")


@pytest.mark.parametrize(
    ("narrow", "left"),
    [
        (["--where", "n=1"], {1}),
        (["--where", '{"n": {"$gte": 1}}'], {1, 2}),
        (["--source", "run 2"], {2}),
        (["--source", "run*"], {0, 1, 2}),
        (["--kind", "episode"], set()),
        (["--kind", "episode", "--kind", "fact"], {0, 1, 2}),
        (["--since", "1h"], {0, 1, 2}),
        (["--until", "1h"], set()),
    ],
)
def test_what_narrows_a_search_narrows_a_list_too(
    narrow: list[str], left: set[int], memory: Memory, capsys: Captured
) -> None:
    found = rows(capsys, "recall", "harbour", *narrow)
    assert {row["metadata"]["n"] for row in found} == left
    assert {row["metadata"]["n"] for row in rows(capsys, "memory", "list", *narrow)} == left


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["recall", "x", "--since", "gestern"], "--since: 'gestern' is no date; 2026-05-01"),
        (["recall", "x", "--until", "30"], "--until: '30' is no date"),
        (["recall", "x", "--where", "n"], "--where: 'n' is no condition; agent=assistant"),
        (["recall", "x", "--where", '{"n": {"$foo": 1}}'], "there are: $eq"),
        (["recall", "x", "--kind", "fcat"], "No memory is of the kind 'fcat'; there are: fact"),
        (["recall", "x", "--page", "1", "--offset", "0"], "--offset and --page both"),
        (["recall", "x", "--page", "0"], "Invalid value for '--page'"),
        (["recall", " "], "The task is empty"),
        (["memory", "show", "abcd1234"], "No memory has the id 'abcd1234'; `agentic recall"),
        (["memory", "why", ""], "No memory has the id ''"),
        (["memory", "list", "--memory", "nowhere"], "No memory at nowhere; --memory names"),
        (["memory", "list", "--memory", "ftp://x"], "is not the address of a Chroma server"),
        (["ask", "x", "--memory", "a", "--no-memory"], "--memory and --no-memory exclude"),
    ],
)
def test_wrong_usage_names_the_remedy(
    args: list[str], said: str, memory: Memory, capsys: Captured
) -> None:
    assert run(args) == (1 if "ftp" in args[-1] else 2)
    printed, told = capsys.readouterr()
    assert printed == ""
    assert told.count("\n") == 1
    assert said in told


def test_a_memory_that_is_only_named_is_not_made(tmp_path: Path, memory: Memory) -> None:
    assert run(["memory", "stats", "--memory", str(tmp_path / "typo")]) == 2
    assert not (tmp_path / "typo").exists()


def test_ids_may_be_abbreviated(memory: Memory, capsys: Captured) -> None:
    lines = [
        json.dumps({"id": id, "text": text})
        for id, text in (("abcd01", "One."), ("abcd02", "另一個。"), ("abce", "Three."))
    ]
    memory.load(lines)
    assert rows(capsys, "memory", "show", "abce")["text"] == "Three."
    assert rows(capsys, "memory", "show", "abcd02")["text"] == "另一個。"
    assert rows(capsys, "memory", "show", "[memory abcd02]")["text"] == "另一個。"
    assert run(["memory", "show", "abcd"]) == 2
    told = capsys.readouterr().err
    assert "2 memories begin with abcd" in told
    assert "abcd01 (One.); abcd02 (另一個。)" in told
    assert run(["memory", "show", "abc"]) == 2
    assert "the first 4 characters or more" in capsys.readouterr().err


def test_why_tells_sources_uses_and_the_versions_before(memory: Memory, capsys: Captured) -> None:
    old = memory.add("The capital of Freedonia is Alfa.", source="a letter")
    new = memory.add("The capital of Freedonia is Beta.", source="an atlas")
    memory.add("The capital of Freedonia is Beta.", source="地圖")
    memory.use(new.id, by="run 7c")
    row = rows(capsys, "memory", "why", new.id)
    assert row["sources"] == ["an atlas", "地圖"]
    assert [use["by"] for use in row["uses"]] == ["run 7c"]
    assert [before["id"] for before in row["before"]] == [old.id]
    assert {event["event"] for event in row["history"]} >= {"supersedes", "merged"}
    told = out(capsys, "memory", "why", new.id)
    for said in ("from        an atlas", "地圖", "by run 7c", "Alfa", old.id, "1 time"):
        assert said in told
    past = rows(capsys, "memory", "why", old.id[:8])
    assert (past["because"], past["instead"]) == ("superseded", new.id)
    assert past["ended"] is not None
    shown = out(capsys, "memory", "why", old.id).replace("\n", " ")
    assert f"superseded → {new.id}" in shown
    assert out(capsys, "memory", "show", old.id).startswith("The capital of Freedonia is Alfa.\n")


def test_lists_say_when_there_is_more(memory: Memory, capsys: Captured) -> None:
    assert run(["memory", "list", "--limit", "2"]) == 0
    printed, told = capsys.readouterr()
    assert [line[2:] for line in printed.splitlines()[::2]] == [*FACTS[:0:-1]]
    assert told == "The newest 2; --limit N or --all lists more.\n"
    assert len(rows(capsys, "memory", "list", "--limit", "2")) == 2
    assert run(["memory", "list", "--all"]) == 0
    printed, told = capsys.readouterr()
    assert (len(printed.splitlines()), told) == (6, "")


def test_long_and_wide_texts_fit_and_hostile_ones_do_nothing(
    memory: Memory, capsys: Captured
) -> None:
    memory.add("燈塔" * 300 + "\n\n\n\x1b[2J\x9b31m\u202e end", source="\x1b]0;x\x07壞\n來源")
    for args in (["recall", "燈塔"], ["memory", "list"]):
        printed = out(capsys, *args)
        assert all(cell_len(line) <= 60 for line in printed.splitlines())
        assert "…" in printed
        assert "壞 來源" in printed
    [record] = memory.list(limit=1)
    for command in ("show", "why"):
        printed = out(capsys, "memory", command, record.id)
        assert all(cell_len(line) <= 60 for line in printed.splitlines())
        assert "燈塔" * 300 in printed.replace("\n", "")
    for args in (["recall", "燈塔", "--json"], ["memory", "export"], ["memory", "list"]):
        assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(out(capsys, *args))


def test_stats(memory: Memory, home: Path, capsys: Captured) -> None:
    row = rows(capsys, "memory", "stats")
    assert (row["records"], row["kinds"]) == (3, {"fact": 3})
    assert (row["pending"], row["health"], row["server"]) == (0, "ok", None)
    assert row["path"] == str(home / "memory")
    assert "records   3: 3 fact\n" in out(capsys, "memory", "stats")


def test_upkeep(memory: Memory, capsys: Captured) -> None:
    assert rows(capsys, "memory", "rebuild") == {"indexed": 3}
    assert set(rows(capsys, "memory", "vacuum")) == {"bytes_before", "bytes"}
    weak = rows(capsys, "memory", "prune", "--dry-run", "--budget", "fact=1")
    assert weak["dry_run"] is True
    assert len(weak["faded"]) == 2
    assert "2 records would fade" in out(capsys, "memory", "prune", "--dry-run", "--budget=fact=1")
    assert memory.stats().records == 3
    assert "2 records faded" in out(capsys, "memory", "prune", "--budget", "fact=1")
    assert memory.stats().records == 1
    gone = weak["faded"][0]["id"]
    assert "(faded: its text is gone)" in out(capsys, "memory", "why", gone)
    assert "nothing faded" in out(capsys, "memory", "prune")
    assert run(["memory", "prune", "--budget", "fact"]) == 2
    assert "episode=2000" in capsys.readouterr().err


@pytest.mark.parametrize("by", ["option", "environment"])
def test_another_memory_can_be_named(
    by: str, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    other = tmp_path / "another memory"
    with Memory(other) as named:
        named.add("It is elsewhere.")
    option = ["--memory", str(other)] if by == "option" else []
    if by == "environment":
        monkeypatch.setenv("AGENTIC_MEMORY", str(other))
        settings.cache_clear()
    [row] = rows(capsys, "memory", "list", *option)
    assert row["text"] == "It is elsewhere."


def test_what_belongs_to_a_server_lies_under_our_home(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("AGENTIC_MEMORY", "http://me:secret@127.0.0.1:9")
    settings.cache_clear()
    row = rows(capsys, "memory", "stats")
    assert row["server"] == "http://127.0.0.1:9"
    assert row["path"] == str(home / "servers" / "127.0.0.1-9")
