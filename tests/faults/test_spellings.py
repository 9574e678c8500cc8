"""A rule that denies is not got round by writing the same thing otherwise."""

from pathlib import Path
from typing import Any

import pytest

from agentic.safety.permissions import Permissions
from agentic.tools import Tool, tool


@tool(effects=["network"])
def fetch(url: str = "", urls: tuple[str, ...] = (), page_url: str = "", host: str = "") -> str:
    """Fetch a page."""
    return ""


@tool(effects=["reads"])
def look(
    path: str = "secrets/key.txt",
    paths: tuple[str, ...] = (),
    file_path: str = "",
    deep: bool = False,
) -> str:
    """Look at files."""
    return ""


HOSTS: list[dict[str, Any]] = [
    {"url": "http://evil.example/x"},
    {"url": "HTTP://EVIL.example./x"},
    {"url": " evil.example/x"},
    {"url": "[news](http://evil.example/x)"},
    {"url": "<http://evil.example/x>"},
    {"url": "http：／／evil.example/x"},
    {"url": "http://ｅｖｉｌ.example/x"},
    {"url": "http://evil。example/x"},
    {"url": "http://evil.example", "page_url": "https://good.example"},
    {"urls": ["https://good.example", "evil.example/x"]},
    {"page_url": "evil.example/x"},
    {"host": "EVIL.example"},
    {"host": "good.example", "url": "http://evil.example"},
    {"url": "http://[evil"},
]
PATHS: list[tuple[str, dict[str, Any]]] = [
    ("path", {"path": "secrets/key.txt"}),
    ("path", {"path": " secrets/key.txt "}),
    ("path", {"path": "secrets\\key.txt"}),
    ("path", {"path": "./other/../secrets/key.txt"}),
    ("path", {"path": "link/key.txt"}),
    ("path", {}),
    ("paths", {"paths": ["notes.md", "./secrets/key.txt"]}),
    ("file_path", {"file_path": "./secrets/key.txt"}),
]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "secrets")
    return tmp_path


def ruled(tool: Tool, args: dict[str, Any], folder: Path, **rules: tuple[str, ...]) -> str:
    return Permissions().with_rules(**rules).ruling(tool, args, folder).decision


@pytest.mark.parametrize("args", HOSTS, ids=str)
def test_a_host_is_denied_however_it_is_written(args: dict[str, Any], work: Path) -> None:
    rule = ("fetch(host=evil.example)",)
    assert ruled(fetch, args, work, deny=rule) == "deny"
    fine = {"url": "https://good.example/evil.example", "urls": ["https://good.example"]}
    assert ruled(fetch, fine, work, deny=rule) == "allow"


@pytest.mark.parametrize("args", HOSTS[8:9] + HOSTS[12:], ids=str)
def test_a_host_is_let_only_if_no_other_is_there(args: dict[str, Any], work: Path) -> None:
    assert ruled(fetch, args, work, allow=("fetch(host=good.example)",)) == "allow"  # as all are
    let = Permissions(untrusted_may=("fetch(host=good.example)",))
    assert not let.excepted(fetch, args, work)
    assert let.excepted(fetch, {"url": "https://good.example/x"}, work)


@pytest.mark.parametrize(("name", "args"), PATHS, ids=str)
def test_a_file_is_denied_however_it_is_named(name: str, args: dict[str, Any], work: Path) -> None:
    assert ruled(look, args, work, deny=(f"look({name}=secrets/*)",)) == "deny"
    assert ruled(look, {name: "notes.md"}, work, deny=(f"look({name}=secrets/*)",)) == "allow"


def test_truth_is_written_as_people_write_it(work: Path) -> None:
    for value in ("true", "True"):
        assert ruled(look, {"deep": True}, work, deny=(f"look(deep={value})",)) == "deny"
    assert ruled(look, {"deep": False}, work, deny=("look(deep=true)",)) == "allow"


def test_a_path_that_is_none_breaks_nothing(work: Path) -> None:
    assert ruled(look, {"path": "a\0b"}, work, deny=("look(path=secrets/*)",)) == "allow"
