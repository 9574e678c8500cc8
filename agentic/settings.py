"""What the environment says. The only module that reads it."""

import os
from functools import cache
from pathlib import Path

from platformdirs import user_data_path
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings", "child_environment", "settings"]


class Settings(BaseSettings):
    """Settings, each `AGENTIC_<NAME>` in the environment; an explicit argument beats them."""

    model_config = SettingsConfigDict(env_prefix="AGENTIC_", env_ignore_empty=True, frozen=True)

    home: Path = Field(default_factory=lambda: user_data_path("agentic", appauthor=False))
    """Folder under which everything kept on disk lies: weights, memory, history."""
    model: str = "local"
    """Model used where none is named; see `agentic models`."""
    agent: str = "assistant"
    """Agent used where none is named; see `agentic agents`."""
    hub: str = Field(default="https://huggingface.co", validation_alias="HF_ENDPOINT")
    """Model hub that weights are fetched from first; a mirror is named by `HF_ENDPOINT`."""

    locale: str = Field(default="", validation_alias=AliasChoices("LC_ALL", "LC_MESSAGES", "LANG"))
    """The user's locale, such as `zh_TW.UTF-8`; the `locale` module knows only installed ones."""

    @property
    def weights(self) -> Path:
        """Folder of model weights."""
        return self.home / "models"

    @property
    def memory(self) -> Path:
        """Folder of the default memory."""
        return self.home / "memory"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a process started by us."""
    return os.environ | changes
