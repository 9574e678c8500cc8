"""SQLite files: attacks that change nothing, and files in every state."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agentic.tools.database import database_tool
from tests.agentic.tools.databases.asking import ask, contents

_SETUP = """
CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
INSERT INTO t VALUES (1, 'x'), (2, '乙');
CREATE VIEW v AS SELECT * FROM t;
CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END;
CREATE VIRTUAL TABLE words USING fts5(body);
INSERT INTO words VALUES ('hello world');
CREATE VIRTUAL TABLE old USING fts4(body);
INSERT INTO old VALUES ('hello again');
CREATE VIRTUAL TABLE boxes USING rtree(id, low, high);
INSERT INTO boxes VALUES (1, 2, 3);
"""

ATTACKS = [
    "INSERT INTO t VALUES (3, 'y')",
    "INSERT INTO t VALUES (3, 'y') RETURNING *",
    "REPLACE INTO t VALUES (1, 'y')",
    "INSERT INTO v VALUES (1, 'y')",
    "UPDATE t SET b = 'y'",
    "DELETE FROM t",
    "WITH x AS (SELECT 1) DELETE FROM t",
    "WITH x AS (SELECT 1) INSERT INTO t SELECT 9, 'y' FROM x",
    "DROP TABLE t",
    "ALTER TABLE t ADD COLUMN c",
    "ALTER TABLE t RENAME TO u",
    "CREATE TABLE loot (x)",
    "CREATE TABLE loot AS SELECT * FROM t",
    "CREATE TEMP TABLE loot (x)",
    "CREATE VIEW loot AS SELECT 1",
    "CREATE INDEX loot ON t (b)",
    "CREATE TRIGGER loot AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE loot USING fts5(x)",
    "CREATE VIRTUAL TABLE temp.loot USING fts5(x)",
    "ATTACH 'loot.db' AS loot",
    "ATTACH ':memory:' AS loot",
    "ATTACH 'file:loot.db?mode=rwc' AS loot",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO 'loot.db'",
    "REINDEX",
    "ANALYZE",
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT s",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 7",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA temp_store_directory = '/tmp'",
    "PRAGMA incremental_vacuum",
    "PRAGMA optimize",
    "PRAGMA database_list",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_wal_checkpoint",
    "UPDATE sqlite_master SET sql = 'x'",
    "DELETE FROM sqlite_master",
    "INSERT INTO words(words) VALUES ('rebuild')",
    "INSERT INTO old(old) VALUES ('optimize')",
    "DELETE FROM words_content",
    "SELECT load_extension('loot')",
    "SELECT fts3_tokenizer('x', x'00')",
    "SELECT writefile('loot', 'x')",
    "SELECT edit('x')",
    "SELECT 1; DROP TABLE t",
    "SELECT 1; ATTACH 'loot.db' AS loot; CREATE TABLE loot.x (a)",
    "/* SELECT */ DROP TABLE t",
    "-- SELECT\nDROP TABLE t",
    "SELECT 1 \0; DROP TABLE t",
    "；DROP TABLE t",
]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The same database in each journal mode."""
    place = tmp_path_factory.mktemp("made") / "shop.db"
    found = {}
    for mode, script in (("DELETE", _SETUP), ("WAL", "")):
        connection = sqlite3.connect(place)
        connection.executescript(f"PRAGMA journal_mode = {mode}; {script}")
        connection.close()
        found[mode] = place.read_bytes()
    return found


@pytest.fixture
def work(shops: dict[str, bytes], tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    (work / "shop.db").write_bytes(shops["DELETE"])
    return work


@pytest.mark.parametrize(
    ("mode", "attack"),
    [
        *(("DELETE", attack) for attack in ATTACKS),
        *(("WAL", attack) for attack in ATTACKS if attack.startswith(("PRAGMA", "VAC", "ATT"))),
    ],
)
def test_nothing_is_written(
    mode: str,
    attack: str,
    shops: dict[str, bytes],
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (work / "shop.db").write_bytes(shops[mode])
    monkeypatch.chdir(work)  # where a relative name would be written to
    before = contents(tmp_path)
    seen = ask(work, "shop.db", attack)
    assert not seen.ok, seen.result
    assert contents(tmp_path) == before
    assert str(tmp_path) not in seen.result


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("SELECT * FROM words WHERE words MATCH 'hello'", "hello world"),
        ("SELECT body FROM old WHERE body MATCH 'again'", "hello again"),
        ("SELECT * FROM boxes WHERE low > 1", "1 | 2 | 3"),
        ("SELECT value FROM json_each('[7]')", "7"),
        ("SELECT name FROM pragma_table_info('t') LIMIT 1", "a"),
        ("WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r LIMIT 3) "
         "SELECT max(n) FROM r", "3"),
        ("SELECT count(*) FROM t, v", "4"),
        ("EXPLAIN QUERY PLAN SELECT * FROM t", "2 | 0 | 0 | SCAN t"),
        ("SELECT b FROM t WHERE a = 2", "乙"),
    ],
)  # fmt: skip
def test_what_only_reads_is_allowed(work: Path, sql: str, row: str) -> None:
    seen = ask(work, "shop.db", sql)
    assert seen.ok, seen.result
    assert seen.result.splitlines()[2] == row


def test_a_database_in_use_by_another_program_is_read_with_its_last_rows(work: Path) -> None:
    writer = sqlite3.connect(work / "shop.db")
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO t VALUES (3, 'new')")
    writer.commit()
    before = contents(work)
    assert "3 | new" in ask(work, "shop.db", "SELECT * FROM t").result
    assert contents(work) == before
    writer.close()


def test_a_killed_writers_rows_are_read(work: Path) -> None:
    code = (
        "import sqlite3, os, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('PRAGMA journal_mode = WAL'); c.execute(\"INSERT INTO t VALUES (3, 'kept')\");"
        "c.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, work / "shop.db"], check=True)
    assert "3 | kept" in ask(work, "shop.db", "SELECT * FROM t").result


def test_a_locked_database_is_tried_again_then_told(work: Path) -> None:
    writer = sqlite3.connect(work / "shop.db", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    seen = ask(work, "shop.db", "SELECT * FROM t")
    writer.close()
    assert seen.result == "'shop.db' is locked by another program for now. (tried 3 times)"


def test_a_lock_of_this_very_program_stays(work: Path) -> None:
    writer = sqlite3.connect(work / "shop.db", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    ask(work, "shop.db", "SELECT * FROM t")
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('SELECT * FROM t')"
    other = [sys.executable, "-c", code, work / "shop.db"]
    assert b"database is locked" in subprocess.run(other, capture_output=True).stderr
    writer.close()


def test_a_damaged_file_is_named(work: Path) -> None:
    data = bytearray((work / "shop.db").read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    (work / "bad.db").write_bytes(data)
    (work / "cut.db").write_bytes(data[:50])
    for name in ("bad.db", "cut.db"):
        for sql in ("", "SELECT * FROM t"):
            seen = ask(work, name, sql)
            assert not seen.ok
            assert repr(name) in seen.result
            assert "damaged" in seen.result or "no SQLite database" in seen.result


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r) SELECT n FROM r "
        "WHERE n < 0",
    ],
)
def test_an_endless_query_is_stopped(work: Path, sql: str) -> None:
    seen = ask(work, "shop.db", sql, database_tool(seconds=0.2))
    assert seen.result.startswith("The query took longer than 0.2 seconds")


def test_a_value_without_end_is_refused(work: Path) -> None:
    seen = ask(work, "shop.db", "SELECT zeroblob(900000000)")
    assert seen.result == "A value is too large to be read; use length() or substr()."


def test_a_broken_view_does_not_hide_the_schema(work: Path) -> None:
    connection = sqlite3.connect(work / "shop.db")
    connection.executescript('CREATE VIEW lost AS SELECT * FROM gone; CREATE TABLE "a""b" (c);')
    connection.close()
    seen = ask(work, "shop.db")
    assert seen.ok, seen.result
    assert "lost" in seen.result
    assert '"a""b" (0 rows): c' in seen.result
