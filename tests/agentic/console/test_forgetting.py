"""Deleting: what it would be is shown, asked about, and only then gone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from agentic.console.cli import run
from memory import Memory

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def memory(home: Path) -> Iterator[Memory]:
    """The default memory, with three facts and two lessons."""
    with Memory(home / "memory") as memory:
        for number in range(3):
            memory.add(f"Berth {number} is free.", source=f"run {number}", metadata={"n": number})
        memory.add("先看潮汐再出港。", kind="lesson", source="run 9")
        memory.add("Ask the pilot first.", kind="lesson", source="run 9")
        yield memory


@pytest.mark.parametrize(
    ("args", "left"),
    [
        (["--source", "run 9"], 3),
        (["--kind", "lesson", "--where", "n=1"], 5),
        (["--where", '{"n": {"$lt": 2}}'], 3),
        (["--older-than", "1d"], 5),
        (["--older-than", "0h"], 0),
        (["--query", "潮汐", "--kind", "lesson"], 4),
        (["--query", "Is the moon made of cheese?"], 5),
    ],
)
def test_all_that_fits_is_gone(
    args: list[str], left: int, memory: Memory, capsys: Captured
) -> None:
    assert run(["memory", "forget", *args, "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["forgotten"] == len(told["ids"]) == 5 - left
    assert memory.stats().records == left


def test_several_ids_and_their_beginnings(memory: Memory, capsys: Captured) -> None:
    first, second, *_ = memory.list()
    assert run(["memory", "forget", first.id, second.id[:10], "-y"]) == 0
    assert capsys.readouterr().out == f"forgotten  2\nids        ['{first.id}', '{second.id}']\n"
    assert memory.stats().records == 3


def test_an_id_that_does_not_fit_the_conditions_stays(memory: Memory) -> None:
    [record] = memory.list(where={"n": 1})
    assert run(["memory", "forget", record.id, "--kind", "lesson", "--yes"]) == 0
    assert memory.get(record.id) is not None


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--kind", "lesson"], "add --yes"),
        (["--yes"], "Say what is to be forgotten: an ID, or --query"),
        (["--older-than", "old", "--yes"], "--older-than: 'old' is no span of time; 12h"),
        (["feedc0de", "--yes"], "No memory has the id 'feedc0de'"),
        (["--kind", "fcat", "--yes"], "No memory is of the kind 'fcat'"),
    ],
)
def test_nothing_goes_where_the_usage_is_wrong(
    args: list[str], said: str, memory: Memory, capsys: Captured
) -> None:
    assert run(["memory", "forget", *args]) == 2
    assert said in capsys.readouterr().err
    assert memory.stats().records == 5


Asked = Callable[[str], pexpect.spawn]


@pytest.fixture
def asked(memory: Memory, arguments: list[str]) -> Asked:
    """Asks, on a terminal, to forget the lessons; answered with some keys."""

    def ask(keys: str) -> pexpect.spawn:
        command, *rest = arguments
        asking = pexpect.spawn(
            command, [*rest, "memory", "forget", "--kind", "lesson"], encoding="utf-8", timeout=120
        )
        asking.expect("先看潮汐再出港。")
        asking.expect("2 memories")
        asking.expect("Delete for good")
        asking.send(keys)
        asking.expect(pexpect.EOF)
        asking.close()
        return asking

    return ask


def test_on_a_terminal_it_asks_and_a_yes_deletes(asked: Asked, memory: Memory) -> None:
    assert asked("y\r").exitstatus == 0
    assert memory.stats().kinds == {"fact": 3}


@pytest.mark.parametrize(("keys", "code"), [("n\r", 1), ("\r", 1), ("\x03", 130)])
def test_anything_else_deletes_nothing(keys: str, code: int, asked: Asked, memory: Memory) -> None:
    assert asked(keys).exitstatus == code
    assert memory.stats().records == 5


def test_the_past_goes_with_what_took_its_place(memory: Memory) -> None:
    old = memory.add("The capital of Freedonia is Alfa.")
    new = memory.add("The capital of Freedonia is Beta.")
    assert run(["memory", "forget", new.id, "--yes"]) == 0
    assert memory.why(old.id) is None
