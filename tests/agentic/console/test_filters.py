"""What narrows a search down, as it is typed."""

from pathlib import Path

import pytest

from agentic.console.filters import source_of, where_of
from agentic.errors import UsageError


def test_a_condition_is_a_key_and_a_value_in_every_reading() -> None:
    assert where_of(["agent=assistant", "語言=中文"]) == {
        "agent": {"$in": ["assistant"]},
        "語言": {"$in": ["中文"]},
    }
    assert where_of(["year=2024"]) == {"year": {"$in": ["2024", 2024]}}
    assert where_of(["done=true"]) == {"done": {"$in": ["true", True]}}
    assert where_of(["a=1", "a=x=y"]) == {"a": {"$in": ["1", 1, "x=y"]}}


def test_json_says_it_in_the_terms_of_the_memory() -> None:
    assert where_of(['{"year": {"$gte": 2024}}', "a=b"]) == {
        "year": {"$gte": 2024},
        "a": {"$in": ["b"]},
    }


@pytest.mark.parametrize("text", ["", "agent", "=x", " = x", '{"a": ', "{a: 1}"])
def test_what_is_no_condition_is_told_with_what_is(text: str) -> None:
    with pytest.raises(UsageError, match="agent=assistant"):
        where_of([text])


def test_two_conditions_on_one_key_are_told_of() -> None:
    with pytest.raises(UsageError, match="'a' has two conditions"):
        where_of(["a=1", '{"a": 2}'])


def test_a_path_is_what_ingestion_calls_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "文件").mkdir()
    (tmp_path / "文件" / "a[1].md").touch()
    monkeypatch.chdir(tmp_path / "文件")
    here = (tmp_path / "文件").as_posix()
    assert source_of("a[1].md") == f"{here}/a[1].md"
    assert source_of("../文件/a[1].md") == f"{here}/a[1].md"
    assert source_of(".") == f"{here}/*"
    assert source_of("./gone.md") == f"{here}/gone.md"


@pytest.mark.parametrize("text", ["run 1f3a", "*/docs/*", "https://x.org/a?b", "user", "a" * 5000])
def test_any_other_source_stays_as_it_is(text: str) -> None:
    assert source_of(text) == text


def test_a_home_of_nobody_is_a_name() -> None:
    assert source_of("~nobody-of-that-name/x").endswith("~nobody-of-that-name/x")
