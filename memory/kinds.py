"""The kinds of memory that are known, and what each asks of a search and of time."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ITEM", "KINDS", "Policy", "as_lasting", "policy"]

ITEM = "item"
"""The kind of what a LangGraph store keeps."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How records of a kind are found and how they fade."""

    about: str
    half_life: float | None = None
    """Days in which an unused record loses half its strength; None if it does not fade."""
    recency: float = 0.0
    """Most that a record gains in a search by being new."""
    importance: float = 0.0
    """Most that a record gains in a search by being important."""
    diverse: bool = False
    """Whether one that says again what a hit before it said gives way."""
    apart: bool = False
    """Whether it is found only by who asks for its kind."""


KINDS: Mapping[str, Policy] = {
    "fact": Policy("something known", half_life=365, recency=0.02, importance=0.04),
    "episode": Policy(
        "what a run did and how it ended", half_life=30, recency=0.04, importance=0.02, diverse=True
    ),
    "lesson": Policy("how to do something", half_life=180, recency=0.02, importance=0.04),
    "passage": Policy("a part of a document", diverse=True),
    ITEM: Policy("what a program keeps by namespace and key: `Memory.as_store`", apart=True),
}
"""By name. Any other name may be used too: it is found by words and meaning alone."""
OTHER = Policy("of your own")


def policy(kind: str) -> Policy:
    """The policy of a kind."""
    return KINDS.get(kind, OTHER)


def as_lasting(kind: str) -> tuple[str, ...]:
    """The kinds that anybody finds and that last as long as this one, or longer."""
    mine = policy(kind).half_life or 0.0
    return tuple(
        name
        for name, how in KINDS.items()
        if not how.apart and (how.half_life is None or 0.0 < mine <= how.half_life)
    )
