"""What the environment says. The only module that reads it."""

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings", "child_environment", "place", "settings", "strict_checkpoints"]

_STRICT = "LANGGRAPH_STRICT_MSGPACK"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class Settings(BaseSettings):
    """Settings, each `AGENTIC_<NAME>` in the environment; an explicit argument beats them."""

    model_config = SettingsConfigDict(env_prefix="AGENTIC_", env_ignore_empty=True, frozen=True)

    home: Path = Field(default_factory=lambda: user_data_path("agentic", appauthor=False))
    """Folder under which everything kept on disk lies: weights, memory, history."""
    model: str = "local"
    """Model used where none is named; see `agentic models`."""
    agent: str = "assistant"
    """Agent used where none is named; see `agentic agents`."""
    memory: str | Path = Field(default_factory=lambda data: data["home"] / "memory")
    """Folder of the memory, or the address of the Chroma server that holds its vectors."""
    tool_calls: Literal["auto", "native", "json"] = "auto"
    """How models are asked for tool calls: by tool calls of their own, by JSON, or by what
    LangChain's profile says of the model."""
    keep_days: float = Field(default=30.0, ge=0)
    """Days after which what is kept of a finished run goes."""
    keep_megabytes: int = Field(default=1_000, ge=0)
    """Megabytes that what is kept of runs may take; the oldest finished ones go first."""
    hub: str = Field(default="https://huggingface.co", validation_alias="HF_ENDPOINT")
    """Model hub that weights are fetched from first; a mirror is named by `HF_ENDPOINT`."""

    locale: str = Field(default="", validation_alias=AliasChoices("LC_ALL", "LC_MESSAGES", "LANG"))
    """The user's locale, such as `zh_TW.UTF-8`; the `locale` module knows only installed ones."""

    @property
    def weights(self) -> Path:
        """Folder of model weights."""
        return self.home / "models"

    @property
    def servers(self) -> Path:
        """Folder of what a memory with a server keeps here."""
        return self.home / "servers"

    @field_validator("memory")
    @classmethod
    def _placed(cls, given: str | Path) -> str | Path:
        return place(given) if isinstance(given, str) else given


def place(text: str) -> str | Path:
    """Where a memory lies: an address as it is, anything else as a path, `~` the user's folder."""
    if _ADDRESS.match(text.strip()):
        return text.strip()
    try:
        return Path(text).expanduser()
    except RuntimeError:  # there is no such user: a folder of that name
        return Path(text)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a process started by us."""
    return os.environ | changes


def strict_checkpoints() -> bool:
    """Have LangGraph construct nothing from a checkpoint but the types that it knows to be safe.

    Call it before LangGraph is imported, for that is when it reads the variable. What the user set
    stands.

    Returns:
        Whether it holds in this process; if not, LangGraph was imported before, or the user set it
        otherwise, and a saver needs a serializer with a list of its own.
    """
    os.environ.setdefault(_STRICT, "true")
    read = sys.modules.get("langgraph.checkpoint.serde._msgpack")
    if read is not None:
        return bool(read.STRICT_MSGPACK_ENABLED)
    return os.environ[_STRICT].lower() in {"1", "true", "yes"}
