"""The database tool on files, named databases, and results of every size."""

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import UsageError
from agentic.tools.database import database_tool, query_database
from agentic.tools.databases.addresses import redacted, server_url
from agentic.tools.databases.dialects import arguments
from agentic.tools.databases.printed import cell, printed_rows, printed_schema, quoted
from agentic.tools.databases.records import Selection, Table
from tests.agentic.tools.databases.asking import ask, contents


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    connection = sqlite3.connect(work / "shop.db")
    connection.executescript("""
        CREATE TABLE orders (id INTEGER, city TEXT, "order" TEXT, price REAL, photo BLOB);
        INSERT INTO orders VALUES (1, '臺北', 'a|b', 0.1, x'0102'), (2, NULL, '', 0.2, NULL);
    """)
    connection.close()
    return work


def write(work: Path, name: str, data: str | bytes) -> str:
    place = work / name
    place.write_bytes(data if isinstance(data, bytes) else data.encode())
    return name


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("shp.db", "There is no 'shp.db' here. Did you mean 'shop.db'?"),
        ("../x.db", "lies outside the workspace"),
        ("out.db", "lies outside the workspace"),
        ("postgresql://u:p@h/d", "Give a file or a name, not an address."),
        ("sqlite:///shop.db", "Give a file or a name, not an address."),
        (".", "'.' is a folder; give a SQLite or DuckDB file"),
        ("empty.db", "'empty.db' is empty (0 bytes)"),
        ("empty.csv", "'empty.csv' is empty (0 bytes)"),
        ("secret.db", "'secret.db' can't be queried: it is damaged, encrypted, or not"),
        ("note.txt", "Text is read with read_file."),
        ("binary.csv", "'binary.csv' is not text (8 kB of binary data)."),
        ("no.parquet", "'no.parquet' can't be queried"),
        ("bad.jsonl", "'bad.jsonl' can't be opened: "),
        ("half.parquet", "'half.parquet' can't be opened: "),
        ("", "database"),
    ],
)
def test_bad_input(work: Path, tmp_path: Path, database: str, message: str) -> None:
    (tmp_path / "outside.db").write_bytes((work / "shop.db").read_bytes())
    (work / "out.db").symlink_to(tmp_path / "outside.db")
    for name in ("empty.db", "empty.csv"):
        write(work, name, "")
    write(work, "secret.db", bytes(range(255, -1, -1)) * 16)
    write(work, "note.txt", "hello")
    write(work, "binary.csv", bytes([0xFF, 0x00, 0xFE, 0x81]) * 2000)
    write(work, "no.parquet", "hello there, this is no such file")
    write(work, "bad.jsonl", '{"a": 1}\n{oops\n')
    write(work, "half.parquet", b"PAR1" + b"x" * 100)
    seen = ask(work, database)
    assert not seen.ok
    assert message in seen.result
    assert str(tmp_path) not in seen.result


def test_the_schema_comes_without_sql(work: Path) -> None:
    seen = ask(work, "shop.db")
    assert seen.result.splitlines() == [
        "shop.db (SQLite), 1 table:",
        'orders (2 rows): id INTEGER, city TEXT, "order" TEXT, price REAL, photo BLOB',
        "  1 | 臺北 | a\\|b | 0.1 | (2 bytes)",
        "  2 | NULL | '' | 0.2 | NULL",
    ]
    assert seen.sources == ("shop.db",)


@pytest.mark.parametrize(
    "sql",
    ["SELECT sum(price) AS s, city, city FROM orders",
     "SELECT sum(price) AS s, city, city FROM orders ; ",
     "```sql\nSELECT sum(price) AS s, city, city FROM orders;\n```"],
)  # fmt: skip
def test_rows(work: Path, sql: str) -> None:
    lines = ask(work, "shop.db", sql).result.splitlines()
    assert lines == ["s | city | city", "--- | --- | ---", "0.3 | 臺北 | 臺北", "(1 row)"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT * FROM order_s", "There is no table 'order_s'. Did you mean 'orders'?"),
        ("SELECT ctiy FROM orders", "There is no column 'ctiy'. Did you mean 'city'?"),
        ("SELECT FROM", "The query failed: near \"FROM\": syntax error."),
        ("DROP TABLE orders", "read-only"),
        ("-- nothing", "this statement gives no rows"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(work: Path, sql: str, message: str) -> None:
    seen = ask(work, "shop.db", sql)
    assert not seen.ok
    assert message in seen.result


def test_how_many_rows_there_are(work: Path) -> None:
    many = (
        "WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r LIMIT {}) SELECT n FROM r"
    )
    for count, footer in [
        (100, "(100 rows)"),
        (101, "(the first 100 of 101 rows; narrow it with WHERE, COUNT or SUM)"),
        (10_000, "(the first 100 of 10,000 rows; narrow it with WHERE, COUNT or SUM)"),
        (10_001, "(the first 100 of at least 10,000 rows; narrow it with WHERE, COUNT or SUM)"),
    ]:
        assert ask(work, "shop.db", many.format(count)).result.splitlines()[-1] == footer
    assert ask(work, "shop.db", "SELECT id FROM orders WHERE 0").result == "id\n---\n(no rows)"


CSV = {
    "銷售.csv": ("\ufeff日期,金額\n2024-01-02,12.5\n".encode(), "銷售", "日期 DATE, 金額 DOUBLE"),
    "big5.csv": ("日期,城市\n2024-01-02,臺北\n".encode("big5"), "big5", "日期 DATE, 城市 VARCHAR"),
    "utf16.csv": ("a,b\n1,乙\n".encode("utf-16"), "utf16", "a BIGINT, b VARCHAR"),
    "semi.csv": (b"a;b\n1;2,5\n", "semi", "a BIGINT, b VARCHAR"),
    "tabs.tsv": (b"a\tb\n1\tx y\n", "tabs", "a BIGINT, b VARCHAR"),
    "it's \"1\".csv": (b"a,b\n1,2\n", "it_s_1", "a BIGINT, b BIGINT"),
    "order.csv": (b"a,group\n1,2\n", '"order"', 'a BIGINT, "group" BIGINT'),
    "codes.csv": (b"id,zip\n1,00501\n2,10001\n", "codes", "id BIGINT, zip VARCHAR"),
    "ragged.csv": (b"a,b\n1,2\n3\n", "ragged", "a BIGINT, b BIGINT"),
    "dates.csv": (b"d\n2024-01-02\n2024/01/03\n", "dates", "d VARCHAR"),
    "late.csv": (b"v\n" + b"1\n" * 30_000 + b"n/a\n", "late", "v VARCHAR"),
    "lines.jsonl": ('{"a": 1, "b": "乙"}\n{"a": 2}\n'.encode(), "lines", "a BIGINT, b VARCHAR"),
    "list.json": (b'[{"a": 1}, {"a": 2}]', "list", "a BIGINT"),
}  # fmt: skip


@pytest.mark.parametrize("name", CSV)
def test_files_of_data_are_tables(work: Path, name: str) -> None:
    data, table, columns = CSV[name]
    write(work, name, data)
    before = contents(work)
    seen = ask(work, name)
    assert seen.ok, seen.result
    assert seen.result.splitlines()[1].startswith(f"{table} (")
    assert seen.result.splitlines()[1].endswith(f": {columns}")
    assert contents(work) == before
    assert ("(read as Big5, which is a guess)" in seen.result) == (name == "big5.csv")


def test_a_file_is_queried_by_its_table_or_its_name(work: Path) -> None:
    write(work, "銷售.csv", "日期,金額\n2024-01-02,12.5\n2024-01-03,7\n")
    for table in ("銷售", "'銷售.csv'", '"銷售.csv"'):
        seen = ask(work, "銷售.csv", f"SELECT sum(金額) AS 合計 FROM {table}")
        assert seen.result == "合計\n---\n19.5\n(1 row)"


def test_parquet(work: Path) -> None:
    duckdb.sql("SELECT i, i / 4 AS q FROM range(5) t(i)").write_parquet(str(work / "d.parquet"))
    assert "d (5 rows): i BIGINT, q DOUBLE" in ask(work, "d.parquet").result
    assert "0.75" in ask(work, "d.parquet", "SELECT q FROM d WHERE i = 3").result


def test_named_databases(work: Path, tmp_path: Path) -> None:
    outside = tmp_path / "kept.db"
    outside.write_bytes((work / "shop.db").read_bytes())
    write(tmp_path, "list.csv", "a\n1\n")
    tool = database_tool({"shop": f"sqlite:///{outside}", "list": tmp_path / "list.csv",
                          "gone": "sqlite:///nowhere.db"})  # fmt: skip
    assert tool.effects == {"reads"}
    assert tool.repeatable
    assert "shop, list, gone, or a file." in str(tool.schema)
    assert ask(work, "shop", "SELECT count(*) FROM orders", tool).sources == ("shop",)
    assert "list (1 row): a BIGINT" in ask(work, "list", tool=tool).result
    assert ask(work, "shop.db", tool=tool).ok
    seen = ask(work, "shopp", tool=tool)
    assert "Databases: shop, list, gone. Did you mean 'shop'?" in seen.result
    assert "'gone' is not there" in ask(work, "gone", tool=tool).result
    assert not ask(work, "shop", "DELETE FROM orders", tool).ok


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite://", "names no file"),
        ("duckdb:///:memory:", "names no file"),
        ("://", "is no URL"),
        ("nosuch://u:hunter2@h/d", "knows no kind of database"),
        ("sqlite+nosuch", None),
    ],
)
def test_addresses_that_can_not_be_used(address: str, message: str | None) -> None:
    if message is None:
        assert database_tool({"x": address})  # a path
        return
    with pytest.raises(UsageError, match=message) as caught:
        database_tool({"x": address})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_time_limit_must_be_one() -> None:
    with pytest.raises(UsageError, match="over 0 seconds"):
        database_tool(seconds=0)


def test_nothing_is_trusted_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    dialect = sqlalchemy.make_url("oracle://u:p@h/d").get_dialect()
    monkeypatch.setattr(dialect, "import_dbapi", classmethod(lambda cls: sqlite3))
    with pytest.raises(UsageError, match=r"Nothing keeps a query from writing .* trusted=True"):
        server_url("x", "oracle://u:hunter2@h/d", trusted=False)
    assert server_url("x", "oracle://u:hunter2@h/d", trusted=True).host == "h"


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "mysql+mysqldb"])
def test_a_mysql_url_can_not_switch_on_several_statements(scheme: str) -> None:
    pytest.importorskip("pymysql")
    url = server_url("x", f"{scheme}://u:p@h/d?client_flag=65536&local_infile=1", trusted=False)
    assert url.drivername.endswith("+pymysql")
    settings = arguments(url, 20)
    assert settings["client_flag"] == 0
    assert settings["local_infile"] is False


@given(st.text(min_size=4, max_size=20))
def test_passwords_are_taken_out(password: str) -> None:
    from sqlalchemy import URL

    url = URL.create("postgresql", "reader", password, "host", 5432, "shop")
    whole = url.render_as_string(hide_password=False)
    for text in (whole, f"could not log in with {password}", whole.partition("://")[2]):
        assert password not in redacted(text, url).replace("***", "")


def test_quoted() -> None:
    names = ["plain", "銷售", "a b", "order", "2x", 'say "x"']
    assert [quoted(name) for name in names] == [
        *("plain", "銷售", '"a b"', '"order"', '"2x"', '"say ""x"""'),
    ]


@given(
    st.lists(st.lists(st.none() | st.text() | st.floats() | st.binary(), min_size=2, max_size=2))
)
def test_a_result_fits_and_has_a_line_for_each_row(rows: list[list[Any]]) -> None:
    text = printed_rows(Selection(("a", "b"), tuple(map(tuple, rows))))
    assert len(text) <= query_database.max_chars
    assert all(cell(value) for row in rows for value in row)
    assert len(text.split("\n")) <= len(rows) + 3


def test_long_results_are_shortened_but_one_long_value_is_not() -> None:
    one = printed_rows(Selection(("a",), (("x" * 2000,),)))
    assert "x" * 2000 in one
    many = printed_rows(Selection(tuple("abcdefgh"), (("y" * 500,) * 8,) * 100, more=11))
    assert len(many) <= query_database.max_chars
    assert "(the first 4 of 111 rows; narrow" in many


def test_large_schemas_are_shown_in_less_detail() -> None:
    columns = tuple((f"column_{n}", "VARCHAR") for n in range(10))
    text = printed_schema("x", [Table(f"table_{n}", columns) for n in range(1000)])
    assert text.startswith("x, 1,000 tables:\ntable_0, table_1, ")
    assert " more" in text
    assert len(text) <= query_database.max_chars
    assert printed_schema("x", []) == "x, no tables."


def test_a_file_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "銷售.csv").write_text("店名,銷售\n甲,120\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no data", encoding="utf-8")
    assert (
        ask(tmp_path, "sales.csv").result
        == "There is no 'sales.csv' here. Files of data: 銷售.csv."
    )
