"""What the user set down in `agentic.toml`, in the home folder.

    [databases]
    shop = "postgresql://reader:${SHOP_PASSWORD}@db.example.org/shop"

    [http]
    hosts = ["api.example.org"]

    [limits]
    money = 0.5
    per_day = { money = 5.0 }

    [prices."some-model"]
    input = 1.25
    cached = 0.125
    output = 10.0

    [permissions]
    allow = ["http_request(host=api.example.org, method=POST)"]
    ask = ["write_file(path=contracts/*)"]
    deny = ["move_file"]

    [python]
    sandbox = "cpython"

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
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest
from agentic.sections import (
    DailyLimits,
    Http,
    McpServer,
    McpTool,
    Price,
    Python,
    Rules,
    RunLimits,
    Section,
    Web,
)
from agentic.settings import settings

__all__ = ["NAME", "Configuration", "read_configuration"]

NAME = "agentic.toml"
_MOST_FAULTS = 5
_WANTED = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "list_type": "a list",
    "model_type": "a table",
    "string_type": "text in quotes",
}


_Name = Annotated[str, Field(pattern=r"^[\w-]{1,32}$")]


class Configuration(Section):
    """The whole file."""

    databases: dict[_Name, str] = Field(default_factory=dict)
    """Databases that `query_database` may read, by name: a path, or an SQLAlchemy URL."""
    http: Http = Http()
    web: Web = Web()
    python: Python | None = None
    permissions: Rules = Rules()
    limits: RunLimits = RunLimits()
    prices: dict[str, Price] = Field(default_factory=dict)
    """Prices by the name of the model, as its provider calls it."""
    mcp: dict[_Name, McpServer] = Field(default_factory=dict)
    """MCP servers by name; a tool of theirs is called `server.tool`."""


_SECTIONS: dict[tuple[str, ...], type[Section]] = {
    (): Configuration,
    ("http",): Http,
    ("web",): Web,
    ("python",): Python,
    ("permissions",): Rules,
    ("limits",): RunLimits,
    ("limits", "*"): DailyLimits,
    ("prices", "*"): Price,
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
