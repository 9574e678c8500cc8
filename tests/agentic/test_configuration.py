"""`agentic.toml`: what is in it, and what is said of what can't be."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.configuration import Configuration, read_configuration
from agentic.errors import UsageError
from agentic.filling import filled
from agentic.sections import McpServer, McpTool

WHOLE = """
[mcp.files]
command = ["npx", "-y", "@scope/server", "."]
env = { KEY = "${KEY}" }

[mcp."文件"]
url = "https://example.org/mcp"
headers = { Authorization = "Bearer ${TOKEN}" }
enabled = false

[mcp."文件".tools."search files"]
effects = ["reads", "network"]
timeout = 60
"""


def written(path: Path, text: str) -> Path:
    place = path / "agentic.toml"
    place.write_text(text, encoding="utf-8")
    return place


def test_the_whole_of_it(tmp_path: Path) -> None:
    servers = read_configuration(written(tmp_path, WHOLE)).mcp
    assert list(servers) == ["files", "文件"]
    assert servers["files"].command == ["npx", "-y", "@scope/server", "."]
    assert not servers["文件"].enabled
    said = servers["文件"].tools["search files"]
    assert (said.effects, said.timeout, said.enabled) == (["reads", "network"], 60.0, True)


def test_the_home_folder_is_looked_in_and_the_working_directory_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, WHOLE)
    assert read_configuration().mcp == {}
    (tmp_path / "home").mkdir()
    written(tmp_path / "home", "\ufeff[mcp.a]\r\ncommand = ['x']\r\n")
    assert list(read_configuration().mcp) == ["a"]


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no file .*none\.toml"):
        read_configuration(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="can't be read"):
        read_configuration(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mpc = 1", "mpc is not known; there are: databases, http, web, "),
        ("mpc = 1", "Did you mean 'mcp'?"),
        ("mcp = 1", "mcp must be a table."),
        ("[mcp]\na = 1", "mcp.a must be a table."),
        ("[mcp.a]", "mcp.a needs one of 'command' and 'url'."),
        ("[mcp.a]\ncommand = ['x']\nurl = 'http://a'", "needs one of 'command' and 'url'"),
        ("[mcp.a]\ncommand = []", "mcp.a.command must begin with a program"),
        ("[mcp.a]\ncommand = ['']", "mcp.a.command must begin with a program"),
        ("[mcp.a]\ncommand = 'npx'", "mcp.a.command must be a list."),
        ("[mcp.a]\ncommand = ['x']\nenv = { A = 1 }", "mcp.a.env.A must be text in quotes."),
        ("[mcp.a]\ncommand = ['x']\nheaders = { A = 'b' }", "'headers', which go with 'url'"),
        ("[mcp.a]\nurl = 'http://a'\nenv = { A = 'b' }", "'url' takes 'headers'"),
        ("[mcp.a]\nurl = 'ftp://a'", "mcp.a.url must be an address such as 'https://"),
        ("[mcp.a]\nurl = 'http://a/${KEY}'", "mcp.a.url must be an address"),
        ("[mcp.a]\nurl = 'http://['", "mcp.a.url must be an address"),
        ("[mcp.a]\ncomand = ['x']", "mcp.a.comand is not known; there are: command, env,"),
        ("[mcp.'a b']\ncommand = ['x']", "mcp.'a b' can't be a name here"),
        ("[mcp.文件]\ncommand = ['x']", "need quotes"),
        ("[mcp.a\n", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_configuration(written(tmp_path, text))
    assert message in str(caught.value)
    assert str(tmp_path / "agentic.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("effects = ['read']", "effects.0 must be one of: reads, writes, network, executes, se"),
        ("efects = ['reads']", "efects is not known; there are: effects, repeatable, timeout"),
        ("timeout = 0", "timeout must be greater than 0."),
        ("timeout = '60'", "timeout must be a valid number."),
        ("repeatable = 'yes'", "repeatable must be true or false."),
        ("max_chars = 10", "max_chars must be greater than or equal to 100."),
    ],
)
def test_what_is_said_of_a_tool(tmp_path: Path, line: str, message: str) -> None:
    text = f"[mcp.a]\ncommand = ['x']\n[mcp.a.tools.search]\n{line}"
    with pytest.raises(UsageError) as caught:
        read_configuration(written(tmp_path, text))
    assert f"mcp.a.tools.search.{message}" in str(caught.value)


def test_a_secret_stands_in_no_error(tmp_path: Path) -> None:
    text = "[mcp.a]\nurl = 'http://a'\nheaders = ['Bearer s3cret']\nenv = { A = 's3cret' }"
    with pytest.raises(UsageError) as caught:
        read_configuration(written(tmp_path, text))
    assert "s3cret" not in str(caught.value)


def test_variables_are_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCS_TOKEN", "祕密${HOME}")
    assert filled({"A": "Bearer ${DOCS_TOKEN}!", "B": "$DOCS_TOKEN {x} ${"}) == {
        "A": "Bearer 祕密${HOME}!",
        "B": "$DOCS_TOKEN {x} ${",
    }


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCS_TOKEN", "x")
    with pytest.raises(UsageError) as caught:
        filled({"Authorization": "Bearer ${DOC_TOKEN}"})
    assert str(caught.value) == (
        "Authorization needs the variable 'DOC_TOKEN', which is not set. Did you mean 'DOCS_TOKEN'?"
    )


def test_a_server_gets_no_variable_that_was_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "s3cret")
    monkeypatch.setenv("DOCS_TOKEN", "x")
    server = McpServer(command=["x"], env={"KEY": "${DOCS_TOKEN}", "PLAIN": "y"})
    environment = server.environment()
    assert "PATH" in environment
    assert (environment["KEY"], environment["PLAIN"]) == ("x", "y")
    assert {"OPENAI_API_KEY", "DOCS_TOKEN"}.isdisjoint(environment)


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ({}, False),
        ({"effects": []}, True),
        ({"effects": ["reads", "network"]}, True),
        ({"effects": ["writes"]}, False),
        ({"effects": ["writes"], "repeatable": True}, True),
        ({"effects": ["reads"], "repeatable": False}, False),
    ],
)
def test_what_may_be_repeated(said: dict[str, Any], may: bool) -> None:
    assert McpTool(**said).may_repeat is may


@given(st.text())
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    place = tmp_path_factory.getbasetemp() / "any.toml"
    place.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found: Any = read_configuration(place)
    except UsageError as error:
        found = str(error)
    assert isinstance(found, Configuration) or str(place) in found
