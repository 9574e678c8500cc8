"""Query a real PostgreSQL server: what is shown, and that nothing is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentic.tools.database import database_tool
from tests.agentic.tools.databases import postgres
from tests.agentic.tools.databases.asking import ask

_REASON = postgres.missing()
pytestmark = pytest.mark.skipif(_REASON is not None, reason=str(_REASON))

_SETUP = """
CREATE TABLE orders (id int PRIMARY KEY, city text, price numeric(9, 2), day date, tags text[]);
INSERT INTO orders VALUES (1, '臺北', 12.50, '2024-01-02', '{a,b}'), (2, NULL, 0.10, NULL, NULL);
CREATE SEQUENCE numbers;
CREATE VIEW broken AS SELECT 1 / (price - price) AS x FROM orders;
CREATE ROLE reader LOGIN PASSWORD 's3cr3t!';
GRANT ALL ON ALL TABLES IN SCHEMA public TO reader;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader;
GRANT ALL ON SCHEMA public TO reader;
GRANT ALL ON DATABASE postgres TO reader;
ANALYZE orders;
"""


@pytest.fixture(scope="module")
def boss() -> Iterator[str]:
    import psycopg

    with postgres.server() as address:
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in _SETUP.split(";\n"):
                if statement.strip():
                    connection.execute(statement)  # type: ignore[arg-type]
        yield address


@pytest.fixture(scope="module")
def reader(boss: str) -> str:
    return boss.replace("boss:secret", "reader:s3cr3t%21")


def _state(boss: str) -> Any:
    """All that an attack might have changed."""
    import psycopg

    with psycopg.connect(boss) as connection:
        rows = connection.execute("SELECT * FROM orders ORDER BY id").fetchall()
        kinds = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        ).fetchall()
        last = connection.execute("SELECT last_value, is_called FROM numbers").fetchall()
        roles = connection.execute("SELECT rolname, rolconfig FROM pg_roles ORDER BY 1").fetchall()
        large = connection.execute("SELECT count(*) FROM pg_largeobject_metadata").fetchall()
        return rows, kinds, last, roles, large


def test_the_schema_is_shown_with_samples_and_estimates(reader: str, tmp_path: Path) -> None:
    seen = ask(tmp_path, "shop", tool=database_tool({"shop": reader}))
    assert seen.ok, seen.result
    lines = seen.result.splitlines()
    assert lines[0] == "shop (PostgreSQL), 2 tables:"
    assert "broken: x NUMERIC" in seen.result
    assert (
        "orders (about 2 rows): id INTEGER, city TEXT, price NUMERIC(9, 2), day DATE" in seen.result
    )
    assert '  1 | 臺北 | 12.50 | 2024-01-02 | ["a", "b"]' in lines
    assert seen.sources == ("shop",)


def test_rows_are_exact(reader: str, tmp_path: Path) -> None:
    tool = database_tool({"shop": reader})
    seen = ask(
        tmp_path, "shop", "SELECT sum(price), day, day FROM orders GROUP BY 2 ORDER BY 2;", tool
    )
    assert seen.result.splitlines()[0] == "sum | day | day"
    assert "12.50 | 2024-01-02 | 2024-01-02" in seen.result
    seen = ask(tmp_path, "shop", "SELECT g AS 100 FROM generate_series(1, 230) g", tool)
    assert not seen.ok
    seen = ask(tmp_path, "shop", "SELECT g % 7 AS n FROM generate_series(1, 230) g", tool)
    assert seen.result.endswith("(the first 100 of 230 rows; narrow it with WHERE, COUNT or SUM)")
    seen = ask(tmp_path, "shop", "SELECT * FROM generate_series(1, 20000)", tool)
    assert "of at least 10,000 rows" in seen.result


def test_unknown_names_get_a_hint(reader: str, tmp_path: Path) -> None:
    tool = database_tool({"shop": reader})
    seen = ask(tmp_path, "shop", "SELECT * FROM order_", tool)
    assert "There is no table 'order_'. Did you mean 'orders'?" in seen.result
    seen = ask(tmp_path, "shop", "SELECT prize FROM orders", tool)
    assert "There is no column 'prize'. Did you mean 'price'?" in seen.result


UNDONE = [
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT lo_from_bytea(0, 'x')",
]
"""What some servers let through; the transaction that it was done in is rolled back."""
ATTACKS = [
    *UNDONE,
    "INSERT INTO orders VALUES (3)",
    "UPDATE orders SET city = 'x'",
    "DELETE FROM orders",
    "TRUNCATE orders",
    "DROP TABLE orders",
    "CREATE TABLE loot (x int)",
    "CREATE TEMP TABLE loot (x int)",
    "ALTER TABLE orders ADD COLUMN x int",
    "SELECT 1; DROP TABLE orders",
    "COMMIT; DROP TABLE orders",
    "SELECT 1; COMMIT; DROP TABLE orders; --",
    "SELECT 1; ROLLBACK; BEGIN READ WRITE; DROP TABLE orders; COMMIT",
    "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
    "SELECT * INTO loot FROM orders",
    "SELECT nextval('numbers')",
    "SELECT setval('numbers', 99)",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SET TRANSACTION READ WRITE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "RESET ALL",
    "COPY orders TO PROGRAM 'touch /tmp/loot'",
    "COPY orders FROM '/etc/passwd'",
    "COPY (SELECT 1) TO STDOUT",
    "DO $$ BEGIN DELETE FROM orders; END $$",
    "CALL whatever()",
    "SELECT lo_export(1, '/tmp/loot')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM orders FOR UPDATE",
    "LOCK TABLE orders",
    "VACUUM orders",
    "PREPARE p AS DELETE FROM orders",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "ALTER ROLE reader SET default_transaction_read_only = off",
    "NOTIFY x",
    "LISTEN x",
    "FETCH 1 FROM answer",
    "SELECT query_to_xml('DELETE FROM orders RETURNING *', true, true, '')",
    "SELECT dblink_exec('dbname=postgres', 'DROP TABLE orders')",
    "BEGIN",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_written(attack: str, boss: str, reader: str, tmp_path: Path) -> None:
    before = _state(boss)
    seen = ask(tmp_path, "shop", attack, database_tool({"shop": reader}))
    assert _state(boss) == before
    assert "s3cr3t" not in seen.result
    assert not seen.ok or attack in UNDONE, seen.result


def test_a_query_that_takes_too_long_ends_on_the_server(
    reader: str, boss: str, tmp_path: Path
) -> None:
    import psycopg

    tool = database_tool({"shop": reader}, seconds=0.2)
    seen = ask(tmp_path, "shop", "SELECT pg_sleep(60)", tool)
    assert "took too long" in seen.result
    with psycopg.connect(boss) as connection:
        running = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'"
        assert connection.execute(running).fetchone() == (0,)


def test_a_superuser_is_refused(boss: str, tmp_path: Path) -> None:
    seen = ask(tmp_path, "shop", "SELECT 1", database_tool({"shop": boss}))
    assert not seen.ok
    assert "The role that reads database 'shop' is a superuser." in seen.result
    assert ask(tmp_path, "shop", "SELECT 1", database_tool({"shop": boss}, trusted=True)).ok


def test_a_refused_login_shows_no_password(reader: str, tmp_path: Path) -> None:
    address = reader.replace("/postgres", "/nowhere")
    seen = ask(tmp_path, "shop", "SELECT 1", database_tool({"shop": address}))
    assert not seen.ok
    assert "Database 'shop' can't be reached" in seen.result
    assert "s3cr3t" not in seen.result
