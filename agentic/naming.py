"""Names that were nearly right."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "nearest"]


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that a mistyped word most likely means, if one is near; case does not count."""
    by_folded = {name.casefold(): name for name in names}
    near = get_close_matches(word[:200].casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def did_you_mean(name: str | None) -> str:
    """The question to add to an error, led by a space; nothing where there is no name."""
    return "" if name is None else f" Did you mean {name!r}?"
