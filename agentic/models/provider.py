"""Models of providers, by LangChain: `provider:model`, and what is missing said in one line."""

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pydantic import SecretStr

from agentic.errors import ModelError, UsageError
from agentic.naming import did_you_mean, nearest

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["EXTRAS", "load", "remedy", "serves"]

EXTRAS = {
    "openai": "langchain_openai",
    "anthropic": "langchain_anthropic",
    "google": "langchain_google_genai",
    "ollama": "langchain_ollama",
}
"""Providers that have an extra of this project, and the package it brings."""

_LANGCHAIN = {"google": "google_genai"}
"""LangChain's name of a provider where it is not our extra's."""

_KEY = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN)\b")


def serves(name: str) -> bool:
    """Whether the name has the shape `provider:model`."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*:\S+", name) is not None


def remedy(extra: str) -> str:
    """The command that installs what a provider needs."""
    return f"pip install 'agentic[{extra}]'"


def load(name: str) -> "BaseChatModel":
    """The model `provider:model`; nothing is asked of the provider yet.

    Raises:
        UsageError: if LangChain knows no such provider.
        ModelError: if a package or key is missing, or the provider's package refuses.
    """
    provider, _, model = name.partition(":")
    provider = provider.lower().replace("-", "_")
    extra = next((ours for ours, theirs in _LANGCHAIN.items() if theirs == provider), provider)
    if find_spec("langchain") is None:
        needed = remedy(extra if extra in EXTRAS else "providers")
        raise ModelError(f"{name} needs a package that is not installed: {needed}")
    from langchain.chat_models import init_chat_model

    try:
        found = init_chat_model(model, model_provider=_LANGCHAIN.get(provider, provider))
    except ImportError as error:
        if extra not in EXTRAS:
            raise ModelError(_refusal(name, error)) from error
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        needed = remedy(extra) + cause
        raise ModelError(f"{name} needs a package that is not installed: {needed}") from error
    except Exception as error:  # each provider's package has errors of its own
        if str(error).startswith("Unsupported provider"):
            raise UsageError(_unsupported(name, provider, str(error))) from error
        raise ModelError(_refusal(name, error)) from error
    _check_key(name, found)
    return found


def _check_key(name: str, model: "BaseChatModel") -> None:
    """Some packages take an empty key and fail only when asked; say so now."""
    for attribute, variable in model.lc_secrets.items():
        secret = getattr(model, attribute, None)
        if isinstance(secret, SecretStr) and not secret.get_secret_value():
            raise ModelError(_needs_key(name, variable))


def _refusal(name: str, error: Exception) -> str:
    if variable := _KEY.search(str(error)):
        return _needs_key(name, variable[0])
    return f"{name} can't be had: {_first_line(error)}"


def _needs_key(name: str, variable: str) -> str:
    return f"{name} needs a key: set {variable} in the environment."


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _unsupported(name: str, provider: str, message: str) -> str:
    there = re.findall(r"\w+", message.rpartition("are:")[2])
    close = nearest(provider, [*there, *EXTRAS])
    hint = did_you_mean(f"{close}:{name.partition(':')[2]}" if close is not None else None)
    return f"No provider named {provider!r}; there are: {', '.join(there)}.{hint}"
