"""Names to models: an embedded one, a GGUF file, or any provider's."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from agentic.errors import ModelError, UsageError
from agentic.models import provider, weights
from agentic.models.sources import MAGIC, Progress
from agentic.models.storage import Notice
from agentic.naming import did_you_mean, nearest
from agentic.settings import settings
from agentic.sizes import human

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["Known", "known", "resolve"]

LONGEST = 200
"""Characters of a name that messages show."""


@dataclass(frozen=True)
class Known:
    """A model, or a family of them, that can be named."""

    name: str
    title: str
    ready: bool
    """Whether it can be used now; a provider's also needs its key."""
    note: str
    """Its state, or what makes it ready."""


def resolve(
    name: str, *, progress: Progress | None = None, notice: Notice | None = None
) -> "BaseChatModel":
    """The model of that name; an embedded one is fetched first if it is missing.

    Args:
        name: `local`, `local:0.5b`, the path of a GGUF file, or `provider:model`.
        progress: Told the bytes there are and the bytes of the whole, while fetching.
        notice: Told, in a line, what the user would wonder about while it is fetched.

    Raises:
        UsageError: if there is no such model, provider or file.
        ModelError: if a package or key is missing, or a file is no model.
        WeightsError: if the weights are damaged or can't be had.
    """
    if name in weights.WEIGHTS:
        path = weights.find(name) or weights.pull(name, progress=progress, notice=notice)
        return _embedded(path, name)
    if _is_path(name):
        return _embedded(_checked(os.path.expanduser(name)), name)
    if provider.serves(name) and not name.startswith("local:"):
        return provider.load(name)
    raise UsageError(_unknown(name))


def known() -> list[Known]:
    """What `resolve` takes: the embedded models, then the providers that have an extra."""
    embedded = [_weights(one) for one in weights.installed()]
    return embedded + [_family(name, package) for name, package in provider.EXTRAS.items()]


def _weights(one: weights.Installed) -> Known:
    ready = one.state in ("verified", "unverified")
    return Known(one.weights.name, one.weights.title, ready, _note(one))


def _family(name: str, package: str) -> Known:
    ready = all(find_spec(needed) for needed in ("langchain", package))
    note = "installed" if ready else provider.remedy(name)
    return Known(f"{name}:MODEL", f"any chat model of {name}", ready, note)


def _note(one: weights.Installed) -> str:
    size = human(one.weights.bytes)
    match one.state:
        case "missing":
            return f"{size}, fetched at first use"
        case "partial":
            return f"{human(one.have)} of {size}; fetching goes on at first use"
        case "damaged":
            return f"damaged; `agentic pull {one.weights.name}` fetches it anew"
        case state:
            return f"{size}, {state}"


def _embedded(path: Path, name: str) -> "BaseChatModel":
    from agentic.models.llama import ChatLlama

    return ChatLlama(path=str(path), name=name, kept=str(settings().home / "prompts"))


def _is_path(name: str) -> bool:
    return (
        name.lower().endswith(".gguf")
        or name.startswith((".", "~", os.sep))
        or (bool(name) and os.path.exists(name))
    )


def _checked(path: str) -> Path:
    """The path, if a model file lies there as far as its first bytes tell."""
    shown = _short(path)
    if os.path.isdir(path):
        raise UsageError(f"{shown} is a folder; name a GGUF file in it.")
    if not os.path.isfile(path):
        raise UsageError(f"No model file at {shown}.")
    try:
        with open(path, "rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise ModelError(f"Can't read {shown}: {error.strerror}.") from error
    if magic != MAGIC:
        raise ModelError(
            f"{shown} is no GGUF file: it begins with {magic!r}, not {MAGIC!r}. "
            "Other formats must be converted to GGUF first."
        )
    return Path(path)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _unknown(name: str) -> str:
    names = ", ".join(weights.WEIGHTS)
    shown = _short(name)
    hint = did_you_mean(nearest(shown, weights.WEIGHTS))
    return (
        f"No model named {shown!r}; there are: {names}, a path to a GGUF file, "
        f"or provider:model such as openai:gpt-5.{hint}"
    )
