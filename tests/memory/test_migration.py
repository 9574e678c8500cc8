"""Ledgers of other versions: older ones are brought up to date, newer ones left alone."""

import hashlib
import json
import random
import signal
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from memory import Memory, StoreUnreadable
from memory.database import VERSION, Database
from memory.embedding import LexicalHash
from memory.lock import ProcessLock
from tests.memory.conftest import Start

__all__: list[str] = []

VERSION_1 = """
CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    digest BLOB NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    metadata TEXT NOT NULL,
    created TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, digest)
);
CREATE INDEX pending ON records (state, seq) WHERE state < 2;
CREATE TABLE vectors (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    embedder TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE TABLE dropped (id TEXT PRIMARY KEY, kind TEXT NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 0), ('index', 1);
CREATE VIRTUAL TABLE words USING fts5 (body, tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
PRAGMA user_version = 1;
"""
"""As version 1 made it, to the letter but for its comments."""
CREATED = datetime(2025, 6, 1, 12, 30, tzinfo=UTC)
RECORDS = [
    ("Ann's favourite colour is teal.", "fact", "run 1", {"lang": "en", "tags": ["a", "b"]}),
    ("小美最愛的水果是芒果", "fact", None, {"lang": "zh", "n": 3}),
    ("Moving boxes takes a day.", "lesson", "run 2", {}),
    ("You are a helpful assistant.", "fact", "run 3", {}),
]


def older(path: Path, extra: int = 0) -> list[str]:
    """A memory of version 1 with the records above, and more of them. Their ids."""
    path.mkdir(mode=0o700)
    records = [*RECORDS, *((f"word{n} 記{n}", "note", None, {"n": n}) for n in range(extra))]
    with closing(sqlite3.connect(path / "ledger.sqlite3")) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(VERSION_1)
        for n, (text, kind, source, metadata) in enumerate(records):
            digest = hashlib.sha256(text.encode()).digest()
            row = (f"{n:016x}", kind, digest, text, source, json.dumps(metadata))
            db.execute(
                "INSERT INTO records (id, kind, digest, text, source, metadata, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [*row, CREATED.isoformat()],
            )
            # words as they were, without stems
            db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", [n + 1, text.lower()])
    return [f"{n:016x}" for n in range(len(records))]


def check(memory: Memory, ids: list[str]) -> None:
    assert sorted(record.id for record in memory.list()) == ids
    for id, (text, kind, source, metadata) in zip(ids, RECORDS, strict=False):
        record = memory.get(id)
        assert record is not None
        assert (record.text, record.kind, record.source) == (text, kind, source)
        assert (record.metadata, record.created, record.importance) == (metadata, CREATED, 0.5)
        assert memory.search(text)[0].record == record
    # words in the form of today, tags, gists and subjects
    assert memory.search("move a box")[0].record.id == ids[2]
    assert memory.search("小美 芒果")[0].why["words"].rank == 1
    assert [record.id for record in memory.list(where={"tags": "b"})] == ids[:1]
    assert [r.id for r in memory.list(where={"lang": "zh", "n": {"$gt": 2}})] == ids[1:2]
    again = memory.add("Please remember: Ann's favorite color is teal", source="run 9")
    assert again.id == ids[0]
    account = memory.why(memory.add("小美最愛的水果是西瓜").id)
    assert account is not None
    assert [record.id for record in account.before] == ids[1:2]
    assert memory.stats().health == "ok"


def test_everything_of_version_1_is_there(path: Path) -> None:
    ids = older(path)
    with Memory(path, embedder=LexicalHash()) as memory:
        check(memory, ids)
    with closing(sqlite3.connect(path / "ledger.sqlite3")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_old_and_a_new_ledger_are_made_alike(path: Path, tmp_path: Path) -> None:
    older(path)
    for folder in (path, tmp_path / "new"):
        with Memory(folder, embedder=LexicalHash()) as memory:
            memory.stats()
    schemas = []
    for folder in (path, tmp_path / "new"):
        with closing(sqlite3.connect(folder / "ledger.sqlite3")) as db:
            rows = db.execute(
                "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
            ).fetchall()
            uncommented = {
                name: "".join(line.split("--")[0].strip() for line in sql.splitlines()).replace(
                    " ", ""
                )
                for name, sql in rows
            }
            erasing = db.execute("SELECT v FROM words_config WHERE k = 'secure-delete'").fetchall()
            schemas.append((uncommented, erasing))
    assert schemas[0] == schemas[1]


def test_killed_between_the_schema_and_the_words(path: Path) -> None:
    ids = older(path)
    Database(path / "ledger.sqlite3", ProcessLock(path, 1, None), 1).close()
    with Memory(path, embedder=LexicalHash()) as memory:
        check(memory, ids)


def test_a_kill_in_the_middle_costs_nothing(tmp_path: Path, start: Start) -> None:
    rng, cut_off = random.Random(4), 0
    for n in range(6):
        path = tmp_path / str(n)
        ids = older(path, extra=1500)
        child = start("migrate", path)
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        with suppress(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0, 0.08 * n))
        child.send_signal(signal.SIGKILL)
        cut_off += child.stdout.read() == ""
        with Memory(path, embedder=LexicalHash()) as memory:
            assert memory.stats().records == len(ids)
            assert [r.id for r in memory.list(where={"n": 1499})] == ids[-1:]
            assert [r.id for r in memory.list(where={"tags": "b"})] == ids[:1]
            assert memory.search("moving a box", kinds="lesson")[0].record.id == ids[2]
    assert cut_off > 0


@pytest.mark.parametrize("version", [VERSION + 1, 99])
def test_a_newer_ledger_is_left_alone(memory: Memory, path: Path, version: int) -> None:
    memory.add("Ann owns a boat.")
    memory.close()
    ledger = path / "ledger.sqlite3"
    with closing(sqlite3.connect(ledger)) as db, db:
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    before = {file.name: file.read_bytes() for file in path.glob("ledger*")}
    for act in (memory.stats, lambda: memory.add("x"), lambda: memory.search("boat")):
        with pytest.raises(
            StoreUnreadable,
            match=rf"newer version .*{version}, ours {VERSION}\)\. Upgrade, or name",
        ):
            act()
    assert {file.name: file.read_bytes() for file in path.glob("ledger*")} == before
