"""SQL under attack, on each engine: nothing is written, and nothing but the database is read.

Seen from outside: files and tables are as they were, none was made, and no secret was told.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from agentic.state import Observation
from agentic.tools.database import database_tool
from agentic.tools.databases.duckdb_child import answer
from tests.agentic.tools.databases import postgres
from tests.agentic.tools.databases.asking import ask, contents
from tests.faults.sql_attacks import DUCKDB, HEAVY, POSTGRESQL, SQLITE

SECRET = "the canary sings"
_SQLITE = """
CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT);
INSERT INTO t VALUES (1, 'x'), (2, '乙');
CREATE VIEW v AS SELECT * FROM t;
CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN DELETE FROM t; END;
CREATE VIRTUAL TABLE words USING fts5(body);
"""
_DUCKDB = """
CREATE TABLE t AS SELECT * FROM (VALUES (1, 'x'), (2, '乙')) AS x(a, b);
CREATE SEQUENCE numbers;
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases to attack, and secrets beside them."""
    top = tmp_path_factory.mktemp("made")
    work, outside = top / "work", top / "outside"
    for folder in (work, outside):
        folder.mkdir()
    for place, script in ((work / "shop.db", _SQLITE), (outside / "secret.db", "")):
        connection = sqlite3.connect(place)
        connection.executescript(script or f"CREATE TABLE words AS SELECT '{SECRET}' AS word;")
        connection.close()
    for place, script in ((work / "shop.duckdb", _DUCKDB), (outside / "secret.duckdb", "")):
        with duckdb.connect(str(place)) as database:
            database.execute(script or f"CREATE TABLE words AS SELECT '{SECRET}' AS word")
    (work / "sales.csv").write_text("a,b\n1,x\n2,y\n")
    (work / "t.csv").write_text("a,b\n1,x\n2,y\n")
    (work / "other.csv").write_text(f"word\n{SECRET}\n")
    (outside / "secret.csv").write_text(f"word\n{SECRET}\n")
    (outside / "secret.txt").write_text(SECRET)
    return top


@pytest.fixture
def work(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("work", "outside"):
        shutil.copytree(made / name, tmp_path / name)
    monkeypatch.chdir(tmp_path / "work")  # where a relative name would be written to
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "work"


def spelled(attack: str, work: Path) -> str:
    return attack.replace("{outside}", str(work.parent / "outside")).replace("{work}", str(work))


def check_refused(seen: Observation) -> None:
    assert not seen.ok, seen.result
    assert SECRET not in seen.result


@pytest.mark.parametrize("attack", SQLITE.values(), ids=SQLITE)
def test_sqlite(attack: str, work: Path) -> None:
    before = contents(work.parent)
    check_refused(ask(work, "shop.db", spelled(attack, work)))
    assert contents(work.parent) == before


def asked(place: Path, kind: str, sql: str) -> dict[str, Any]:
    """What the process that reads a file with DuckDB is asked."""
    asked = {"path": str(place), "kind": kind, "table": "t" if kind == "csv" else "shop"}
    more = {"aliases": [], "seconds": 5, "shown": 100, "counted": 1000, "sample": 0}
    return {**asked, **more, "sql": sql}


@pytest.mark.parametrize("attack", DUCKDB.values(), ids=DUCKDB)
@pytest.mark.parametrize("name", ["shop.duckdb", "t.csv"])
def test_duckdb(attack: str, name: str, work: Path) -> None:
    """Without the limits of the process: what DuckDB is told has to be enough."""
    before = contents(work.parent)
    reply = answer(asked(work / name, name.partition(".")[2], spelled(attack, work)))
    assert "error" in reply, reply
    assert SECRET not in str(reply)
    assert contents(work.parent) == before


TRIED = ["drop", "stacked", "CTE that deletes", "NUL", "copy to", "copy query to", "export"]
TRIED += [
    "attach",
    "attach, once more",
    "install",
    "read_csv",
    "read_text",
    "a path by a descriptor",
]
TRIED += ["a path as a table, of the workspace", "environment of the process", "glob", "query"]


@pytest.mark.parametrize("name", TRIED)
def test_duckdb_as_the_tool_asks_it(name: str, work: Path) -> None:
    before = contents(work.parent)
    check_refused(ask(work, "shop.duckdb", spelled(DUCKDB[name], work)))
    assert contents(work.parent) == before


@pytest.fixture(scope="module")
def eaten(made: Path) -> dict[str, dict[str, Any]]:
    """What came of each heavy query, asked in one process that has little memory."""
    before = contents(made)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.hungry", str(made / "work")],
        input=json.dumps(HEAVY).encode(),
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    assert contents(made) == before
    print(done.stderr.decode()[-2000:])
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.skipif(sys.platform == "win32", reason="memory is limited by POSIX")
@pytest.mark.parametrize("name", HEAVY)
def test_a_query_that_takes_all_there_is(name: str, eaten: dict[str, dict[str, Any]]) -> None:
    assert name in eaten, "the process ended"
    seen = eaten[name]
    assert not seen["ok"], seen["result"]
    assert re.search(r"too (large|much memory|long)|longer than|function raised", seen["result"]), (
        seen
    )


# PostgreSQL

_REASON = postgres.missing()
_POSTGRESQL = f"""
CREATE TABLE t (a int PRIMARY KEY, b text);
INSERT INTO t VALUES (1, 'x'), (2, '乙');
CREATE SEQUENCE numbers;
CREATE ROLE reader LOGIN PASSWORD '{SECRET}';
GRANT ALL ON ALL TABLES IN SCHEMA public TO reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader;
GRANT ALL ON SCHEMA public TO reader;
GRANT ALL ON DATABASE postgres TO reader;
"""


@pytest.fixture(scope="module")
def boss() -> Iterator[Any]:
    """A superuser's connection, whose notices of `x` it gets."""
    import psycopg

    with postgres.server() as address, psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_POSTGRESQL)
        connection.execute("LISTEN x")
        connection.address = address  # type: ignore[attr-defined]
        yield connection


@pytest.fixture
def shop(boss: Any) -> str:
    return str(boss.address.replace("boss:secret", "reader:the%20canary%20sings"))


_STATES = (
    "SELECT * FROM t ORDER BY a",
    "SELECT oid, relname, relacl FROM pg_class WHERE relnamespace >= 2200 ORDER BY 1",
    "SELECT last_value, is_called FROM numbers",
    "SELECT rolname, rolconfig, rolsuper FROM pg_roles ORDER BY 1",
    "SELECT oid FROM pg_largeobject_metadata",
    "SELECT proname FROM pg_proc WHERE pronamespace = 2200",
    "SELECT extname FROM pg_extension",
    "SELECT name, setting FROM pg_file_settings ORDER BY 1",
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    "SELECT description FROM pg_description JOIN pg_class ON objoid = pg_class.oid "
    "WHERE relnamespace = 2200",
)


def _state(boss: Any) -> list[Any]:
    """All that an attack might have changed."""
    return [boss.execute(each).fetchall() for each in _STATES]


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
@pytest.mark.parametrize("attack", POSTGRESQL.values(), ids=POSTGRESQL)
def test_postgresql(attack: str, boss: Any, shop: str, work: Path) -> None:
    import psycopg

    before, files = _state(boss), contents(work.parent)
    with psycopg.connect(shop, autocommit=True) as other:  # a session that it might end
        check_refused(ask(work, "shop", spelled(attack, work), database_tool({"shop": shop})))
        assert other.execute("SELECT 1").fetchone() == (1,)
    assert _state(boss) == before
    assert contents(work.parent) == files
    assert list(boss.notifies(timeout=0)) == []


POSTGRESQL_HEAVY = {
    "waiting": "SELECT pg_sleep(600)",
    "waiting in each row": "SELECT pg_sleep(0.2), n FROM generate_series(1, 1000) n",
    "waiting in a subquery": "SELECT (SELECT pg_sleep(600))::text",
    "endless": "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r) "
    "SELECT count(*) FROM r",
    "product": "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b",
    "large rows": "SELECT repeat('x', 20000000) FROM generate_series(1, 1000)",
}


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
@pytest.mark.parametrize("sql", POSTGRESQL_HEAVY.values(), ids=POSTGRESQL_HEAVY)
def test_postgresql_does_not_go_on(sql: str, boss: Any, shop: str, work: Path) -> None:
    seen = ask(work, "shop", sql, database_tool({"shop": shop}, seconds=0.5))
    check_refused(seen)
    assert "too long" in seen.result or "too large" in seen.result, seen.result
    running = "SELECT query FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'"
    assert boss.execute(running).fetchall() == []


READING = {
    "shop.db": "SELECT count(*), max(replace(trim(b), 'x', printf('%5.2f', a))) FROM t "
    "WHERE b LIKE '%x%'",
    "shop.duckdb": "SELECT count(*), max(replace(trim(b), 'x', 'y')) FROM t WHERE b LIKE '%x%'",
    "sales.csv": "FROM sales",
}


@pytest.mark.parametrize(("file", "sql"), READING.items(), ids=READING)
def test_what_only_reads_is_answered(file: str, sql: str, work: Path) -> None:
    before = contents(work.parent)
    assert ask(work, file, sql).ok
    assert contents(work.parent) == before


@pytest.mark.skipif(_REASON is not None, reason=str(_REASON))
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*), max(b) FROM t WHERE b LIKE '%x%'",
        "WITH x AS (SELECT * FROM t) SELECT * FROM x ORDER BY random()",
        "SELECT current_setting('server_version'), now(), upper(b) FROM t",
        "SELECT n FROM generate_series(1, 20000) n",
        "VALUES (1), (2)",
    ],
)
def test_what_only_reads_is_answered_by_postgresql(sql: str, shop: str, work: Path) -> None:
    seen = ask(work, "shop", sql, database_tool({"shop": shop}))
    assert seen.ok, seen.result
