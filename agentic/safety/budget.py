"""Hard stops: what a run may use, what it has used."""

from typing import Any, Literal, NamedTuple, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    model_validator,
)

__all__ = ["DayLimits", "Limits", "Reached", "Usage"]


class Reached(NamedTuple):
    """A limit that was reached."""

    name: str
    """What there is no more of: "model calls". "unknown cost": what there is can't be told."""
    most: float
    span: Literal["run", "day"] = "run"


class DayLimits(BaseModel):
    """The most that all runs together may use from midnight to midnight; None is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_calls: NonNegativeInt | None = 10_000
    tool_calls: NonNegativeInt | None = 10_000
    tokens: NonNegativeInt | None = 20_000_000
    """Prompt tokens that were not cached, and completion tokens."""
    money: NonNegativeFloat | None = 20.0
    """US dollars. Runs whose cost is not known don't count."""


class Limits(BaseModel):
    """The most that one run may use; it stops honestly at the first limit it reaches.

    None is no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_calls: NonNegativeInt | None = 40
    tool_calls: NonNegativeInt | None = 25
    tokens: NonNegativeInt | None = 100_000
    """Prompt tokens that were not cached, and completion tokens."""
    seconds: NonNegativeFloat | None = 600
    """Of work: the time that a run waits for somebody does not count."""
    money: NonNegativeFloat | None = 1.0
    """US dollars. One that is set takes a model whose price is known; the default one lets a run
    go on whose cost is not."""
    result_bytes: NonNegativeInt | None = 50_000_000
    """Bytes of all tool results as they came, before they were cut for the model."""
    depth: NonNegativeInt | None = 3
    """Agents that run inside one another: 0 lets no tool of the agent run one."""
    per_day: DayLimits = Field(default_factory=DayLimits)

    @property
    def counts_money(self) -> bool:
        """Whether somebody set a limit of money, so that a cost has to be known."""
        return any(
            each.money is not None and "money" in each.model_fields_set
            for each in (self, self.per_day)
        )

    def over(self, defaults: "Limits") -> "Limits":
        """These limits, with those set in `defaults` wherever nothing was set here."""
        said = _said(defaults) | _said(self)
        if "per_day" in said:
            said["per_day"] = DayLimits(**(_said(defaults.per_day) | _said(self.per_day)))
        return Limits(**said)

    def reached(self, usage: "Usage", elsewhere: "Usage | None" = None) -> Reached | None:
        """The first limit that is reached; None while there is room.

        Args:
            usage: What the run has used.
            elsewhere: What makes it, added to that, all that runs have used today.
        """
        if usage.cost is None and self.counts_money:
            return Reached("unknown cost", self.money or 0)
        used = _amounts(usage) | {"seconds": usage.seconds, "result_bytes": usage.result_bytes}
        of_run = _first(self, used)
        if of_run is not None or elsewhere is None:
            return None if of_run is None else Reached(*of_run)
        known = usage if usage.cost is not None else usage.model_copy(update={"cost": 0.0})
        of_day = _first(self.per_day, _amounts(elsewhere + known))
        return None if of_day is None else Reached(*of_day, "day")


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
    cost: float | None = 0.0
    """US dollars; None where that is not known, as of model calls of which it was not told."""
    result_bytes: int = 0
    """Bytes of the tool results as they came."""

    @model_validator(mode="before")
    @classmethod
    def _untold(cls, given: Any) -> Any:
        """What model calls cost is unknown, not nothing, where it was left out."""
        if isinstance(given, dict) and given.get("model_calls") and "cost" not in given:
            return {**given, "cost": None}
        return given

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
        known = None not in (self.cost, other.cost)
        summed = {name: mine[name] + theirs[name] for name in mine if known or name != "cost"}
        return type(self)(**({"cost": None} | summed))


def _amounts(usage: Usage) -> dict[str, float | None]:
    """What a run and a day have limits for, by the limits' names."""
    return {
        "model_calls": usage.model_calls,
        "tool_calls": usage.tool_calls,
        "tokens": usage.fresh_tokens,
        "money": usage.cost,
    }


def _first(limits: BaseModel, used: dict[str, float | None]) -> tuple[str, float] | None:
    for name, amount in used.items():
        most = getattr(limits, name)
        if amount is not None and most is not None and amount >= most:
            return name.replace("_", " "), most
    return None


def _said(limits: BaseModel) -> dict[str, Any]:
    """The limits that somebody set."""
    return {name: getattr(limits, name) for name in limits.model_fields_set}
