"""DuckDB files: attacks that change nothing, by each wall alone, and files in every state."""

import os
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agentic.tools.database import database_tool
from agentic.tools.databases.duckdb import table_name
from agentic.tools.databases.duckdb_child import answer, open_guarded
from tests.agentic.tools.databases.asking import ask, contents

ATTACKS = [
    "INSERT INTO t VALUES (3, 'y')",
    "UPDATE t SET b = 'y'",
    "DELETE FROM t",
    "TRUNCATE t",
    "MERGE INTO t USING t AS u ON t.a = u.a WHEN MATCHED THEN DELETE",
    "WITH x AS (INSERT INTO t VALUES (9, 'y') RETURNING *) SELECT * FROM x",
    "DROP TABLE t",
    "DROP SCHEMA main CASCADE",
    "ALTER TABLE t ADD COLUMN c INT",
    "CREATE TABLE loot (x INT)",
    "CREATE OR REPLACE VIEW v AS SELECT 1",
    "CREATE INDEX loot ON t (a)",
    "CREATE MACRO loot() AS 1",
    "CREATE TYPE loot AS ENUM ('a')",
    "CREATE SCHEMA loot",
    "COMMENT ON TABLE t IS 'x'",
    "SELECT nextval('numbers')",
    "COPY t TO 'loot.csv'",
    "COPY (SELECT 1) TO 'shop.duckdb'",
    "COPY (SELECT 1) TO '{work}/shop.duckdb'",
    "COPY (SELECT 1) TO '{work}/sales.csv'",
    "COPY t TO '/dev/stdout'",
    "COPY t FROM '/etc/passwd'",
    "COPY FROM DATABASE shop TO memory",
    "EXPORT DATABASE 'loot'",
    "IMPORT DATABASE 'loot'",
    "ATTACH 'loot.duckdb' AS loot",
    "ATTACH '{work}/shop.duckdb' AS again",
    "ATTACH '{work}/shop.duckdb' AS again (READ_WRITE)",
    "ATTACH ':memory:' AS loot",
    "ATTACH 'loot.db' AS loot (TYPE sqlite)",
    "DETACH shop",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/loot.duckdb_extension'",
    "FORCE INSTALL sqlite FROM 'http://127.0.0.1:9'",
    "UPDATE EXTENSIONS",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET disabled_filesystems",
    "SET memory_limit = '100GB'",
    "SET max_execution_time = 0",
    "SET temp_directory = 'loot'",
    "SET log_query_path = 'loot.log'",
    "PRAGMA enable_profiling = 'json'",
    "PRAGMA profile_output = 'loot.json'",
    "CALL enable_logging(storage = 'file', storage_path = 'loot')",
    "SELECT * FROM enable_logging()",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "PREPARE p AS DELETE FROM t",
    "EXECUTE p",
    "EXPLAIN ANALYZE DELETE FROM t",
    "SELECT 1; DROP TABLE t",
    "BEGIN; DROP TABLE t; COMMIT",
    "SELECT * FROM query('DROP TABLE t')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM read_duckdb('{work}/shop.duckdb')",
    "SELECT * FROM read_csv('{work}/other.csv')",
    "SELECT * FROM 'other.csv'",
    "SELECT * FROM read_csv('https://127.0.0.1:9/x.csv')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT getenv('HOME')",
    "SELECT * FROM request",
    "/* SELECT */ DROP TABLE t",
    "-- SELECT\nDROP TABLE t",
]
_TOUCHING = re.compile(r"INSERT INTO|COPY|ATTACH|INSTALL|SET |read_|'other|glob|;")
HARMLESS = frozenset(
    {"CHECKPOINT", "FORCE CHECKPOINT", "VACUUM", "ANALYZE", "BEGIN", "USE memory", "DETACH shop"}
    | {"PREPARE p AS DELETE FROM t"}
    | {"ATTACH ':memory:' AS loot", "COMMIT", "CREATE SCHEMA loot", "CREATE MACRO loot() AS 1"}
    | {"ATTACH '{work}/shop.duckdb' AS again", "CREATE TABLE loot (x INT)"}
)
"""What the connection alone lets pass, because it touches no file."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    place = tmp_path_factory.mktemp("made") / "shop.duckdb"
    with duckdb.connect(str(place)) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT * FROM (VALUES (1, 'x'), (2, '乙')) AS x(a, b);"
            "CREATE VIEW v AS SELECT * FROM t; CREATE SEQUENCE numbers;"
        )
    return place.read_bytes()


@pytest.fixture
def work(shop: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    (work / "shop.duckdb").write_bytes(shop)
    (work / "sales.csv").write_text("a,b\n1,x\n2,y\n")
    (work / "other.csv").write_text("secret\nhidden\n")
    monkeypatch.chdir(work)  # where a relative name would be written to
    monkeypatch.setenv("HOME", str(tmp_path))
    return work


def request(work: Path, name: str, sql: str = "", **changes: Any) -> dict[str, Any]:
    place = work / name
    kind = {"duckdb": "duckdb", "csv": "csv"}[place.suffix[1:]]
    asked = {"path": str(place), "kind": kind, "table": "t" if kind == "csv" else "shop"}
    asked |= {"aliases": [], "seconds": 5, "shown": 100, "counted": 1000, "sample": 0}
    return asked | {"sql": sql} | changes


@pytest.mark.parametrize(
    ("name", "attack"),
    [
        *(("shop.duckdb", attack) for attack in ATTACKS),
        *(("sales.csv", attack) for attack in ATTACKS if _TOUCHING.search(attack)),
    ],
)
def test_nothing_is_written_or_read_beside_the_file(
    name: str, attack: str, work: Path, tmp_path: Path
) -> None:
    before = contents(tmp_path)
    reply = answer(request(work, name, attack.format(work=work)))
    assert "error" in reply, reply
    assert contents(tmp_path) == before
    assert sorted(os.listdir(work)) == ["other.csv", "sales.csv", "shop.duckdb"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_connection_alone_keeps_the_file(attack: str, work: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    passed = True
    with open_guarded(request(work, "shop.duckdb", "SELECT 1")) as connection:
        try:
            connection.execute(attack.format(work=work)).fetchall()
        except duckdb.Error:
            passed = False
    assert contents(tmp_path) == before
    assert not passed or attack in HARMLESS


@pytest.mark.parametrize(
    "attack",
    ["DROP TABLE t", "COPY (SELECT 1) TO '{work}/sales.csv'", "SELECT * FROM 'other.csv'",
     "SELECT * FROM read_text('/etc/passwd')", "SELECT 1; DROP TABLE t"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["shop.duckdb", "sales.csv"])
def test_the_tool_refuses_too(attack: str, name: str, work: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    seen = ask(work, name, attack.format(work=work))
    assert not seen.ok
    assert contents(tmp_path) == before
    assert str(tmp_path) not in seen.result


def test_schema_and_rows(work: Path) -> None:
    assert ask(work, "shop.duckdb").result.splitlines() == [
        "shop.duckdb (DuckDB), 2 tables:",
        "t (2 rows): a INTEGER, b VARCHAR",
        "  1 | x",
        "  2 | 乙",
        "v: a INTEGER, b VARCHAR",
        "  1 | x",
        "  2 | 乙",
    ]
    seen = ask(
        work,
        "shop.duckdb",
        "SELECT 1.50::DECIMAL(9, 2) AS d, DATE '2024-01-02' AS d, '\\x00'::BLOB AS b, NULL AS n, "
        "[1, 2] AS l, {'k': '值'} AS s, 9007199254740993 AS i, "
        "TIMESTAMP '2024-01-02 03:04:05' AS t",
    )
    assert seen.result.splitlines() == [
        "d | d | b | n | l | s | i | t",
        "--- | --- | --- | --- | --- | --- | --- | ---",
        '1.50 | 2024-01-02 | (1 byte) | NULL | [1, 2] | {"k": "值"} | 9007199254740993 | '
        "2024-01-02 03:04:05",
        "(1 row)",
    ]


def test_a_broken_view_and_other_schemas_are_shown(work: Path) -> None:
    with duckdb.connect("shop.duckdb") as connection:
        connection.execute("CREATE VIEW a AS SELECT b::INT AS n FROM t; CREATE SCHEMA s;")
        connection.execute("CREATE TABLE s.z AS SELECT 1 AS n;")
    seen = ask(work, "shop.duckdb")
    assert "a: n INTEGER\nt (2 rows): " in seen.result
    assert seen.result.endswith("s.z (1 row): n INTEGER\n  1")


def test_unknown_names_get_a_hint(work: Path) -> None:
    seen = ask(work, "sales.csv", "SELECT * FROM sale")
    assert seen.result == "There is no table 'sale'. Did you mean 'sales'? Tables: sales(a, b)."
    seen = ask(work, "sales.csv", 'SELECT * FROM sales WHERE b = "x"')
    assert "There is no column 'x'." in seen.result
    assert "single quotes" in seen.result


def test_an_endless_query_is_stopped(work: Path) -> None:
    sql = "SELECT count(*) FROM range(10000000) a, range(10000000) b"
    seen = ask(work, "sales.csv", sql, database_tool(seconds=0.2))
    assert seen.result.startswith("The query took longer than 0.2 seconds")


def test_a_query_without_bounds_ends_its_own_process_at_most(work: Path) -> None:
    seen = ask(work, "sales.csv", "SELECT repeat('x', 100000000) FROM range(1000)")
    assert not seen.ok
    assert "too much memory" in seen.result


def test_a_database_open_for_writing_elsewhere_is_locked(work: Path) -> None:
    with duckdb.connect(str(work / "shop.duckdb")):
        seen = ask(work, "shop.duckdb", "SELECT 1")
    assert seen.result == "'shop.duckdb' is locked by another program for now. (tried 3 times)"


def test_encrypted_and_damaged_files_are_named(work: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET force_mbedtls_unsafe = 'true'")  # to write one without OpenSSL
        connection.execute(
            "ATTACH 'secret.duckdb' AS s (ENCRYPTION_KEY 'k'); CREATE TABLE s.t (a INT)"
        )
    data = (work / "shop.duckdb").read_bytes()
    (work / "bad.duckdb").write_bytes(data[:16] + b"\xff" * 20_000)
    for name in ("secret.duckdb", "bad.duckdb"):
        seen = ask(work, name)
        assert not seen.ok
        assert seen.result.startswith(f"{name!r} can't be opened: ")
        assert str(work) not in seen.result


@pytest.mark.parametrize(
    ("stem", "name"),
    [("銷售", "銷售"), ("a b", "a_b"), ("it's \"x\"", "it_s_x"), ("2024", "t_2024"), ("!", "data"),
     ("memory", "t_memory"), ("２０２４年", "t_２０２４年")],
)  # fmt: skip
def test_table_names_need_no_quotes(stem: str, name: str) -> None:
    assert table_name(stem) == name
    assert duckdb.sql(f"SELECT * FROM (SELECT 1) AS {name}").fetchall() == [(1,)]
