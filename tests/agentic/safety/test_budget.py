"""Limits and usage: what is reached, what adds up, and what nobody knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agentic.safety.budget import DayLimits, Limits, Reached, Usage

usages = st.builds(
    Usage,
    model_calls=st.integers(0, 99),
    prompt_tokens=st.integers(0, 9999),
    result_bytes=st.integers(0, 9999),
    cost=st.one_of(st.none(), st.integers(0, 99).map(float)),
)


@given(usages, usages, usages)
def test_parts_add_up_in_any_order_and_an_unknown_cost_stays_unknown(
    a: Usage, b: Usage, c: Usage
) -> None:
    assert (a + b) + c == a + (b + c) == (c + a) + b
    assert ((a + b).cost is None) == (None in (a.cost, b.cost))
    assert a + Usage() == a


def test_what_model_calls_cost_is_unknown_where_nobody_told() -> None:
    assert Usage(model_calls=1).cost is None
    assert Usage(tool_calls=1).cost == 0.0
    old = '{"model_calls": 2, "tool_calls": 1, "prompt_tokens": 5, "seconds": 0.5}'
    assert Usage.model_validate_json(old) == Usage(
        model_calls=2, tool_calls=1, prompt_tokens=5, seconds=0.5, cost=None
    )
    known = Usage(model_calls=2, cost=0.0)
    assert Usage.model_validate_json(known.model_dump_json()) == known


@pytest.mark.parametrize(
    ("usage", "name"),
    [
        (Usage(model_calls=40, cost=0.0), "model calls"),
        (Usage(tool_calls=25), "tool calls"),
        (Usage(prompt_tokens=90_000, completion_tokens=10_000), "tokens"),
        (Usage(seconds=600.0), "seconds"),
        (Usage(cost=1.0), "money"),
        (Usage(result_bytes=50_000_000), "result bytes"),
    ],
)
def test_every_limit_is_on_and_can_be_taken_away(usage: Usage, name: str) -> None:
    reached = Limits().reached(usage)
    assert reached is not None
    assert (reached.name, reached.span) == (name, "run")
    assert Limits(**{name.replace(" ", "_"): None}).reached(usage) is None


def test_a_limit_of_money_that_somebody_set_takes_a_known_cost() -> None:
    unknown = Usage(model_calls=1)
    assert Limits().reached(unknown) is None
    assert Limits(money=None).reached(unknown) is None
    assert Limits(money=2).reached(unknown) == Reached("unknown cost", 2)
    by_day = Limits(per_day=DayLimits(money=3))
    assert by_day.reached(unknown) == Reached("unknown cost", 1.0)


@pytest.mark.parametrize("name", ["model_calls", "tool_calls", "money"])
def test_the_day_is_full_with_what_others_used_and_what_this_one_used(name: str) -> None:
    field = "cost" if name == "money" else name
    limits = Limits(money=None, per_day=DayLimits(**{name: 5}))
    mine = Usage(**{"cost": 0.0, field: 2})
    assert limits.reached(mine, Usage(**{"cost": 0.0, field: 2})) is None
    full = limits.reached(mine, Usage(**{"cost": 0.0, field: 3}))
    assert full == Reached(name.replace("_", " "), 5, "day")


def test_a_run_whose_cost_is_unknown_is_held_to_the_days_other_limits() -> None:
    limits = Limits(per_day=DayLimits(model_calls=3))
    mine = Usage(model_calls=1)
    assert limits.reached(mine, Usage(model_calls=1, cost=19.9)) is None
    assert limits.reached(mine, Usage(cost=20.0)) == Reached("money", 20.0, "day")
    assert limits.reached(mine, Usage(model_calls=2, cost=0.0)) == Reached("model calls", 3, "day")


def test_what_is_set_beats_what_is_set_by_default_field_by_field() -> None:
    mine = Limits(tokens=5, per_day=DayLimits(tokens=7))
    file = Limits(tokens=1, seconds=2, per_day=DayLimits(tokens=1, money=4))
    merged = mine.over(file)
    assert (merged.tokens, merged.seconds, merged.money) == (5, 2, 1.0)
    assert (merged.per_day.tokens, merged.per_day.money) == (7, 4)
    assert merged.counts_money
    assert Limits().over(Limits()) == Limits()
    assert not Limits().over(Limits()).counts_money
    assert Limits(money=None).over(Limits(money=3)).money is None


def test_no_limit_is_less_than_nothing() -> None:
    with pytest.raises(ValidationError):
        Limits(money=-1)
    with pytest.raises(ValidationError):
        DayLimits(seconds=1)  # type: ignore[call-arg]
