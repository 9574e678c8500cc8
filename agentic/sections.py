"""The sections of `agentic.toml`: what can be set down in each, and what is checked."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agentic.effects import CAREFUL, Effect
from agentic.errors import UsageError
from agentic.filling import filled
from agentic.safety.budget import DayLimits, Limits
from agentic.safety.patterns import parse_pattern
from agentic.safety.sandboxes import Choice
from agentic.settings import child_environment

__all__ = [
    "DailyLimits",
    "Http",
    "McpServer",
    "McpTool",
    "Price",
    "Python",
    "Rules",
    "RunLimits",
    "Section",
    "Web",
]

_PASSED_ON = {
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES"),
    *("APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATHEXT", "PROGRAMDATA"),
    *("PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "USERNAME", "USERPROFILE", "WINDIR"),
}
"""Variables that a server gets unasked: what programs need to run, and nothing secret."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class McpTool(Section):
    """What the user says of a server's tool."""

    effects: list[Effect] | None = None
    """What a call may do; unknown by default, and so treated as if it may write."""
    repeatable: bool | None = None
    """The same call may be made again; by default where the effects change nothing."""
    timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds that a call may take."""
    max_chars: Annotated[int, Field(ge=100)] = 4000
    """Characters of a result that the model gets to read."""
    enabled: bool = True
    private: bool = True
    """What it brings may be the user's alone; said to be false, it is what anybody may know."""

    @property
    def may_repeat(self) -> bool:
        """Whether the same call may be made again without harm."""
        if self.repeatable is not None:
            return self.repeatable
        return self.effects is not None and CAREFUL.isdisjoint(self.effects)


class McpServer(Section):
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


class Http(Section):
    """What `http_request` may reach; without a host there is no such tool."""

    hosts: list[str] = []
    """`api.example.org`, `*.example.org`, or `10.0.0.7:8080` for one in a private network."""


class Web(Section):
    """What `web_fetch` may read beside public pages."""

    intranet: list[str] = []
    """Hosts in a private network, each with its port: `wiki.local:80`."""


class Price(Section):
    """What a model costs, in US dollars per million tokens."""

    input: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    cached: Annotated[float | None, Field(ge=0, allow_inf_nan=False)] = None
    """Of prompt tokens that came from the provider's cache; as others where it is left out."""
    output: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class DailyLimits(DayLimits, Section):
    """The most that all runs together may use a day."""


class RunLimits(Limits, Section):
    """The most that a run may use, where neither its agent nor an option says otherwise."""

    per_day: DailyLimits = DailyLimits()


class Rules(Section):
    """What calls may do; see `agentic.safety.permissions.Permissions` for how a rule is written."""

    allow: list[str] = []
    ask: list[str] = []
    deny: list[str] = []
    approve: Literal["ask", "auto", "never"] | None = None
    """What becomes of what is to be asked; `--approve` says otherwise for once."""
    unanswered: Literal["pause", "refuse"] = "refuse"
    """What becomes of a question where nobody is there, as in a script: the run waits for
    `agentic approvals answer`, or the call is refused and the run goes on."""
    untrusted_may: list[str] = []
    """Calls that may send although the run has read text from elsewhere and private data."""

    @field_validator("allow", "ask", "deny", "untrusted_may")
    @classmethod
    def _patterns(cls, given: list[str]) -> list[str]:
        for text in given:
            try:
                parse_pattern(text)
            except UsageError as error:
                raise ValueError(str(error).rstrip(".")) from error
        return given


class Python(Section):
    """Where the Python runs that models write; without the section they have none."""

    sandbox: Choice = "monty"
    """An interpreter that only computes; or "cpython" for the whole of Python, with numpy and
    pandas where they are installed, behind the wall that works here, or the one named."""


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = not re.search(r"[\s{}]", url)
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname)
