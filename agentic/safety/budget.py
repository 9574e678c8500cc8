"""Hard stops: what a run may use, what it has used."""

from typing import Self

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt

__all__ = ["Limits", "Usage"]


class Limits(BaseModel):
    """The most that one run may use; it stops honestly at the first limit it reaches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_calls: NonNegativeInt = 40
    tool_calls: NonNegativeInt = 25
    tokens: NonNegativeInt = 100_000
    """Prompt tokens that were not cached, and completion tokens."""
    seconds: NonNegativeFloat = 600

    def reached(self, usage: "Usage") -> tuple[str, float] | None:
        """The first limit that the usage has reached, with its amount; None while there is room."""
        used: dict[str, float] = {
            "model_calls": usage.model_calls,
            "tool_calls": usage.tool_calls,
            "tokens": usage.fresh_tokens,
            "seconds": usage.seconds,
        }
        for name, amount in used.items():
            most = getattr(self, name)
            if amount >= most:
                return name.replace("_", " "), most
        return None


class Usage(BaseModel):
    """What a run, or a part of one, has used. Parts add up."""

    model_config = ConfigDict(frozen=True)

    model_calls: int = 0
    tool_calls: int = 0
    prompt_tokens: int = 0
    """All prompt tokens, the cached ones included."""
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    @property
    def fresh_tokens(self) -> int:
        """Tokens the model had to evaluate."""
        return self.prompt_tokens - self.cached_tokens + self.completion_tokens

    @property
    def cached_share(self) -> float:
        """Share of prompt tokens that came from the cache, 0 to 1."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    def __add__(self, other: Self) -> Self:
        mine, theirs = self.model_dump(), other.model_dump()
        return type(self)(**{name: mine[name] + theirs[name] for name in mine})
