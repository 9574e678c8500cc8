"""Forgetting: what is forgotten is found nowhere, not even in the bytes on disk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from memory import FilterError, Memory
from memory.embedding import LexicalHash, Vectors

__all__: list[str] = []


class Wordy(LexicalHash):
    """Makes vectors without zeros, whose bytes are like no others."""

    def passages(self, texts: Any) -> Vectors:
        return super().passages(texts) + 0.001


@pytest.fixture
def aged(memory: Memory) -> Memory:
    """Six notes, the last of them the newest, two days between each."""
    lines = [
        {
            "text": f"pear note {n} 梨子",
            "kind": "note" if n < 5 else "筆記",
            "source": f"docs/{'ab'[n % 2]}.md",
            "metadata": {"n": n},
            "created": (datetime.now(UTC) - timedelta(days=10 - 2 * n, hours=1)).isoformat(),
        }
        for n in range(6)
    ]
    memory.load(map(json.dumps, lines))
    return memory


def left(memory: Memory) -> str:
    return "".join(record.text.split()[2] for record in memory.list())


@pytest.mark.parametrize(
    ("how", "rest"),
    [
        ({"source": "docs/a.md"}, "531"),
        ({"source": "*/b.*"}, "420"),
        ({"source": "docs"}, "543210"),
        ({"older_than": timedelta(days=5)}, "543"),
        ({"older_than": timedelta(days=5), "source": "docs/b.md"}, "54320"),
        ({"where": {"n": {"$gte": 2}}, "kinds": "note"}, "510"),
        ({"where": {"n": {"$in": [1, 9]}}}, "54320"),
        ({"kinds": "筆記"}, "43210"),
        ({"kinds": []}, "543210"),
        ({"query": "pear note 3"}, ""),
        ({"query": "pear", "where": {"n": 0}}, "54321"),
        ({"query": "nothing of the sort"}, "543210"),
        ({}, "543210"),
    ],
)
def test_what_meets_all_that_is_asked_is_forgotten(
    aged: Memory, how: dict[str, Any], rest: str
) -> None:
    assert aged.forget(**how) == 6 - len(rest)
    assert left(aged) == rest
    assert "".join(sorted(h.record.text.split()[2] for h in aged.search("pear"))) == rest[::-1]
    assert aged.stats().health == "ok"


def test_ids_and_a_filter(aged: Memory) -> None:
    ids = [record.id for record in aged.list()]
    assert aged.forget(*ids[:2], source="docs/a.md") == 1
    assert aged.forget(*ids, "none such", "") == 5
    assert aged.forget(*ids) == 0


def test_a_wrong_filter_forgets_nothing(aged: Memory) -> None:
    for how in (
        {"older_than": timedelta.max},
        {"kinds": "nto"},
        {"where": {"n": {"$near": 1}}},
        {"where": {"n": None}},
    ):
        with pytest.raises(FilterError):
            aged.forget(**how)
    assert left(aged) == "543210"


def test_older_versions_go_with_what_took_their_place(memory: Memory) -> None:
    first = memory.add("Ann's pin is 1111", source="a")
    second = memory.add("Ann's pin is 2222", source="b")
    third = memory.add("Ann's pin is 3333", source="c")
    kept = memory.add("Bob's pin is 4444")
    assert memory.forget(source="b") == 1  # a version alone; what is held stays
    assert memory.get(second.id) is memory.get(first.id) is None
    assert memory.get(third.id) == third
    assert memory.forget(third.id) == 1
    assert [json.loads(line)["text"] for line in list(memory.export())[1:]] == [kept.text]


SECRETS = {
    "text": "Zanzibarish 祕密藏寶圖",
    "source": "run zqx-source",
    "old": "The vault's code is qwertyuiopzz",
    "told as": "Please remember: the vault's code is asdfghjklzz!",
}


def traces(path: Path, *wanted: bytes) -> dict[bytes, list[str]]:
    """Files whose raw bytes have any of what is wanted."""
    files = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    assert any(file.name == "chroma.sqlite3" for file in files)
    found = {each: [str(f.relative_to(path)) for f in files if each in files[f]] for each in wanted}
    return {each: names for each, names in found.items() if names}


def secret(memory: Memory) -> tuple[list[bytes], bytes]:
    """Memories to be forgotten, among others: bytes of what they say, and of a vector."""
    memory.add_many({"text": f"word{n} 記事{n}", "kind": "note"} for n in range(60))
    kept = memory.add(
        SECRETS["text"], kind="note", source=SECRETS["source"], metadata={"k": "zqx-metadata"}
    )
    memory.add(SECRETS["old"])
    memory.add("The vault's code is asdfghjklzz.", source="run zqx-first")
    memory.add(SECRETS["told as"], source="run zqx-second")
    memory.use(kept.id, by="run zqx-user")
    memory.search("Zanzibarish")
    [vector] = memory._open().backlog.vectors([kept.id]).values()
    words = [
        "Zanzibarish",
        "zanzibarish",
        "祕密藏寶圖",
        "秘密",
        "zqx-",
        "qwertyuiopzz",
        "asdfghjklzz",
    ]
    return [word.encode() for word in words], vector


@pytest.fixture
def wordy(path: Path) -> Iterator[Memory]:
    with Memory(path, embedder=Wordy()) as memory:
        yield memory


def test_forgetting_leaves_no_word_on_disk(wordy: Memory, path: Path) -> None:
    words, vector = secret(wordy)
    assert traces(path, *words, vector).keys() >= {words[0], words[2], words[5], words[6], vector}
    assert wordy.forget(kinds="fact") == 1
    assert wordy.forget(source="run zqx-*") == 1
    assert traces(path, *words) == {}
    # of the vector, Chroma's file keeps the numbers, on a page it may use again
    [kept] = traces(path, vector).values()
    assert kept == ["chroma-1/chroma.sqlite3"]
    wordy.vacuum()
    assert traces(path, *words, vector) == {}
    assert wordy.stats().records == 60
    assert wordy.search("word7 記事7")[0].record.text == "word7 記事7"
    wordy.close()
    assert traces(path, *words, vector) == {}


def test_what_faded_or_was_replaced_leaves_no_word_once_it_is_forgotten(
    wordy: Memory, path: Path
) -> None:
    words, _ = secret(wordy)
    wordy.prune({"note": 0, "fact": 0})
    wordy.vacuum()
    # a pruned record leaves its source behind, and what it replaced stays to be told of
    assert traces(path, words[0], words[1], words[2], words[6]) == {}
    assert wordy.forget(older_than=timedelta(0)) > 0
    wordy.vacuum()
    assert traces(path, *words) == {}
    assert len(list(wordy.export())) == 1
