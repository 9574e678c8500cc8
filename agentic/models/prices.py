"""What a model call costs, in US dollars: from `agentic.toml`, else from the list of a package.

The list comes with `genai-prices` and is as old as that; nothing is asked of the network. A price
that nobody knows is None, never nothing. The embedded model costs nothing.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.errors import UsageError
from agentic.safety.budget import Limits, Usage
from agentic.settings import settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agentic.sections import Price

__all__ = ["cost", "ensure_priced"]

_MILLION = 1_000_000
_LISTED = {"google_genai": "google", "google_vertexai": "google", "amazon_bedrock": "aws"}
"""The list's name of a provider where LangChain has another."""
_ADDRESSES = ("openai_api_base", "azure_endpoint", "anthropic_api_url", "base_url")


def cost(model: "BaseChatModel", usage: Usage) -> float | None:
    """What a call of a model cost.

    Args:
        model: Any LangChain chat model.
        usage: What that one call used; prices may have tiers by the size of a call.

    Returns:
        US dollars; None where the price is not known, or the provider told no tokens.
    """
    from agentic.models.llama import ChatLlama

    if isinstance(model, ChatLlama):
        return 0.0
    price = _set_price(model)
    if price is not None and not price.input and not price.output:
        return 0.0
    if not usage.prompt_tokens and not usage.completion_tokens:
        return None
    return _listed(model, usage) if price is None else _at(price, usage)


def ensure_priced(limits: Limits, model: "BaseChatModel") -> None:
    """Check that a limit of money which somebody set can be kept with a model.

    Raises:
        UsageError: if the model's price is not known, or `agentic.toml` has a fault.
    """
    once = Usage(model_calls=1, prompt_tokens=1, completion_tokens=1)
    if limits.counts_money and cost(model, once) is None:
        name = _names(model)[0]
        raise UsageError(
            f"What {name} costs is not known, so a limit of money can't be kept. Put its price "
            f"into agentic.toml, in dollars per million tokens: [prices.{json.dumps(name)}] "
            "input = ..., output = ...; or leave the limit away."
        )


def _at(price: "Price", usage: Usage) -> float:
    cached = price.cached if price.cached is not None else price.input
    dollars = (
        (usage.prompt_tokens - usage.cached_tokens) * price.input
        + usage.cached_tokens * cached
        + usage.completion_tokens * price.output
    )
    return dollars / _MILLION


def _set_price(model: "BaseChatModel") -> "Price | None":
    """The price that the user set, by any name of the model."""
    from agentic.configuration import NAME

    place = settings().home / NAME
    try:
        at = place.stat().st_mtime_ns
    except OSError:
        return None
    prices = _prices(place, at)
    return next((prices[name] for name in _names(model) if name in prices), None)


@lru_cache(maxsize=4)
def _prices(place: Path, at: int) -> Mapping[str, "Price"]:
    """The prices of the file as it was at that time."""
    from agentic.configuration import read_configuration

    return read_configuration(place).prices


def _names(model: "BaseChatModel") -> list[str]:
    """What a model is called: as its provider calls it, with the provider before it, its label."""
    given = (getattr(model, key, None) for key in ("model_name", "model", "name"))
    names = [str(name).removeprefix("models/") for name in given if name]
    provider = _provider(model)
    return [*names, *(f"{provider}:{name}" for name in names)] or [type(model).__name__]


def _provider(model: "BaseChatModel") -> str:
    told = str(model._get_ls_params().get("ls_provider", ""))  # as every model tells LangSmith
    return _LISTED.get(told, told)


def _listed(model: "BaseChatModel", usage: Usage) -> float | None:
    """The cost by the package's list; None where the model is not on it, or is had elsewhere."""
    import genai_prices

    tokens = genai_prices.Usage(
        input_tokens=usage.prompt_tokens,
        cache_read_tokens=usage.cached_tokens,
        output_tokens=usage.completion_tokens,
    )
    address = _address(model)
    where = {"provider_api_url": address} if address else {"provider_id": _provider(model)}
    try:
        found = genai_prices.calc_price(tokens, _names(model)[0], **where)  # type: ignore[call-overload]
    except (LookupError, ValueError):
        return None
    if found.model_price.input_mtok is None or found.model_price.output_mtok is None:
        return None
    return float(found.total_price)


def _address(model: "BaseChatModel") -> str:
    """Where a model is had, if it tells: another place may have other prices."""
    client: Any = getattr(model, "root_client", None)  # of OpenAI's, the environment may set it
    told = [getattr(model, key, None) for key in _ADDRESSES]
    return next((str(each) for each in [*told, getattr(client, "base_url", None)] if each), "")
