"""What the user set down in `agentic.toml`, in the home folder.

    [databases]
    shop = "postgresql://reader:${SHOP_PASSWORD}@db.example.org/shop"

    [http]
    hosts = ["api.example.org"]

    [mcp.files]
    command = ["npx", "-y", "@scope/server", "."]
    env = { KEY = "${KEY}" }

    [mcp.docs]
    url = "https://example.org/mcp"
    headers = { Authorization = "Bearer ${TOKEN}" }

    [mcp.docs.tools.search]
    effects = ["reads", "network"]

A file in the working directory is never looked for: it may come with a cloned repository, which is
not to start processes.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest
from agentic.settings import child_environment, settings
from agentic.tools.base import Effect

__all__ = [
    "NAME",
    "Configuration",
    "Http",
    "McpServer",
    "McpTool",
    "Web",
    "filled",
    "read_configuration",
]

NAME = "agentic.toml"
_MOST_FAULTS = 5
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_PASSED_ON = {
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES"),
    *("APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROGRAMDATA"),
    *("PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "USERNAME", "USERPROFILE", "WINDIR"),
}
"""Variables that a server gets unasked: what programs need to run, and nothing secret."""

_WANTED = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "list_type": "a list",
    "model_type": "a table",
    "string_type": "text in quotes",
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class McpTool(_Section):
    """What the user says of a server's tool."""

    effects: list[Effect] | None = None
    """What a call may do; unknown by default, and so treated as if it may write."""
    repeatable: bool | None = None
    """The same call may be made again; by default where the effects neither write nor execute."""
    timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds that a call may take."""
    max_chars: Annotated[int, Field(ge=100)] = 4000
    """Characters of a result that the model gets to read."""
    enabled: bool = True

    @property
    def may_repeat(self) -> bool:
        """Whether the same call may be made again without harm."""
        if self.repeatable is not None:
            return self.repeatable
        return self.effects is not None and not {"writes", "executes"}.intersection(self.effects)


class McpServer(_Section):
    """How a server is reached: a command to start, or an address."""

    command: list[str] | None = None
    """Program and arguments; it talks over its standard input and output."""
    env: dict[str, str] = {}
    """Variables that the program gets besides the harmless ones."""
    url: str | None = None
    """Address of a server that talks streamable HTTP."""
    headers: dict[str, str] = {}
    start_timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds until the server must have answered."""
    enabled: bool = True
    tools: dict[str, McpTool] = {}
    """What is said of its tools, by the names that the server gives them."""

    @field_validator("command")
    @classmethod
    def _program(cls, command: list[str] | None) -> list[str] | None:
        if command is not None and not (command and command[0].strip()):
            raise ValueError("must begin with a program, as in ['npx', '-y', 'some-server']")
        return command

    @field_validator("url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is not None and not _is_web_address(url):
            raise ValueError("must be an address such as 'https://example.org/mcp'")
        return url

    @model_validator(mode="after")
    def _one_way(self) -> "McpServer":
        if (self.command is None) == (self.url is None):
            raise ValueError("needs one of 'command' and 'url'")
        if self.env and self.command is None:
            raise ValueError("has 'env', which goes with 'command'; 'url' takes 'headers'")
        if self.headers and self.url is None:
            raise ValueError("has 'headers', which go with 'url'; 'command' takes 'env'")
        return self

    def environment(self) -> dict[str, str]:
        """The environment of the server's process, its variables filled in.

        Raises:
            UsageError: if a variable is not set.
        """
        ours = child_environment()
        harmless = {name: value for name, value in ours.items() if name.upper() in _PASSED_ON}
        return harmless | filled(self.env)


class Http(_Section):
    """What `http_request` may reach; without a host there is no such tool."""

    hosts: list[str] = []
    """`api.example.org`, `*.example.org`, or `10.0.0.7:8080` for one in a private network."""


class Web(_Section):
    """What `web_fetch` may read beside public pages."""

    intranet: list[str] = []
    """Hosts in a private network, each with its port: `wiki.local:80`."""


class Configuration(_Section):
    """The whole file."""

    databases: dict[Annotated[str, Field(pattern=r"^[\w-]{1,32}$")], str] = {}
    """Databases that `query_database` may read, by name: a path, or an SQLAlchemy URL."""
    http: Http = Http()
    web: Web = Web()
    mcp: dict[Annotated[str, Field(pattern=r"^[\w-]{1,32}$")], McpServer] = {}
    """MCP servers by name; a tool of theirs is called `server.tool`."""


_SECTIONS: dict[tuple[str, ...], type[_Section]] = {
    (): Configuration,
    ("http",): Http,
    ("web",): Web,
    ("mcp", "*"): McpServer,
    ("mcp", "*", "tools", "*"): McpTool,
}
"""What stands at the end of a key, by the parts before it; "*" is a name that the user chose."""


def read_configuration(path: Path | None = None) -> Configuration:
    """What the file says; an empty configuration where the home folder has none.

    Args:
        path: The file; by default `agentic.toml` in the home folder.

    Raises:
        UsageError: if the file named is not there, or something in it can't be understood.
    """
    place = path if path is not None else settings().home / NAME
    try:
        text = place.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError) as error:
        if path is None:
            return Configuration()
        raise UsageError(f"There is no file {place}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{place} can't be read: {error}; it must be UTF-8 text.") from error
    try:
        return Configuration.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        quotes = "; names with other than A-Z, 0-9, '_' and '-' need quotes" * (not text.isascii())
        raise UsageError(f"{place} is not TOML: {error}{quotes}.") from error
    except ValidationError as error:
        faults = [_fault(each) for each in error.errors(include_url=False)]
        raise UsageError("\n".join(f"{place}: {each}" for each in faults[:_MOST_FAULTS])) from error


def filled(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts with each `${NAME}` replaced by that variable of the environment.

    Raises:
        UsageError: if there is no such variable.
    """
    there = child_environment()

    def value(key: str, name: str) -> str:
        if name not in there:
            near = did_you_mean(nearest(name, there))
            raise UsageError(f"{key} needs the variable {name!r}, which is not set.{near}")
        return there[name]

    return {
        key: _VARIABLE.sub(lambda found, key=key: value(key, found[1]), text)  # type: ignore[misc]
        for key, text in texts.items()
    }


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = not re.search(r"[\s{}]", url)
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _fault(error: Any) -> str:
    """What is wrong, and what is allowed; never the value, which may be a secret."""
    last = error["loc"][-1]
    key = ".".join(_written(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        above = ("*" if at % 2 else str(part) for at, part in enumerate(error["loc"][:-1]))
        there = list(_SECTIONS[tuple(above)].model_fields)
        hint = did_you_mean(nearest(str(last), there))
        return f"{key} is not known; there are: {', '.join(there)}.{hint}"
    if last == "[key]":
        return f"{key} can't be a name here; use up to 32 letters, digits, '_' and '-'."
    if error["type"] == "literal_error":
        given = str(error["input"])
        allowed = re.findall(r"'(\w+)'", error["ctx"]["expected"])
        hint = did_you_mean(nearest(given, allowed))
        return f"{key} must be one of: {', '.join(allowed)}.{hint}"
    if error["type"] in _WANTED:
        return f"{key} must be {_WANTED[error['type']]}."
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{key} {re.sub('^Input should ', 'must ', message)}."


def _written(part: int | str) -> str:
    """A part of a key as it is written in the file."""
    text = str(part)
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else repr(text)
