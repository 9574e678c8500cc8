"""Which items and namespaces an operation is about, as LangGraph's own stores decide."""

import math
from collections.abc import Mapping
from typing import Any

from langgraph.store.base import MatchCondition

from memory.ecosystem.items import FIELD
from memory.ecosystem.shelf import LONGEST_TAG
from memory.errors import FilterError

__all__ = ["check", "lookup", "matches", "passes"]

ORDERED = ("$gt", "$gte", "$lt", "$lte")
OPERATORS = ("$eq", "$ne", *ORDERED)


def check(wanted: Any, at: str = "The filter") -> None:
    """Make sure that every operator of a filter is one, and has something to compare with.

    Raises:
        FilterError: it is not so.
    """
    if not isinstance(wanted, Mapping):
        raise FilterError(f"{at} must be a mapping such as {{'color': 'red'}}, not {wanted!r}.")
    for name, value in wanted.items():
        if isinstance(name, str) and name.startswith("$"):
            raise FilterError(f"{at} has {name!r} where the name of a field should be.")
        if not isinstance(value, Mapping):
            continue
        within = f"{at} on {name!r}" if at == "The filter" else f"{at}[{name!r}]"
        if not _operating(value):
            check(value, within)
        for operator, operand in value.items() if _operating(value) else ():
            if operator not in OPERATORS:
                known = ", ".join(OPERATORS)
                raise FilterError(
                    f"{within} has {operator!r}, which is no operator; there are: {known}."
                )
            if operator in ORDERED and not isinstance(operand, str | int | float):
                raise FilterError(
                    f"{within} orders by {operand!r}; texts and numbers have an order."
                )


def passes(value: Any, wanted: Any) -> bool:
    """Whether a value is as wanted: nested mappings in part, lists as a whole, item by item."""
    if isinstance(wanted, Mapping):
        if _operating(wanted):
            return all(_compare(value, each, operand) for each, operand in wanted.items())
        return isinstance(value, Mapping) and all(
            passes(value.get(name), each) for name, each in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(value, list)
            and len(value) == len(wanted)
            and all(passes(*pair) for pair in zip(value, wanted, strict=True))
        )
    return bool(value == wanted)


def lookup(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What of a filter the ledger can look up: lets all through that pass, and some that do not."""
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        plain = value["$eq"] if isinstance(value, Mapping) and "$eq" in value else value
        match plain:
            case str() if len(plain) <= LONGEST_TAG:
                found[f"{FIELD}{name}"] = plain
            case int():
                found[f"{FIELD}{name}"] = plain
            case float() if math.isfinite(plain):
                found[f"{FIELD}{name}"] = plain
    return found


def matches(condition: MatchCondition, namespace: tuple[str, ...]) -> bool:
    """Whether a namespace begins, or ends, as a pattern does; `*` stands for any one label."""
    path = condition.path
    if len(path) > len(namespace):
        return False
    match condition.match_type:
        case "prefix":
            labels = namespace[: len(path)]
        case "suffix":
            labels = namespace[len(namespace) - len(path) :]
        case other:
            raise FilterError(f"Namespaces match by prefix or suffix, not by {other!r}.")
    return all(want in ("*", label) for label, want in zip(labels, path, strict=True))


def _operating(wanted: Mapping[Any, Any]) -> bool:
    return any(isinstance(name, str) and name.startswith("$") for name in wanted)


def _compare(value: Any, operator: str, operand: Any) -> bool:
    match operator:
        case "$eq":
            return bool(value == operand)
        case "$ne":
            return bool(value != operand)
    pair = _numbers(value, operand)
    if pair is None:
        if not (isinstance(value, str) and isinstance(operand, str)):
            return False
        pair = (value > operand) - (value < operand), 0
    left, right = pair
    match operator:
        case "$gt":
            return left > right
        case "$gte":
            return left >= right
        case "$lt":
            return left < right
    return left <= right


def _numbers(*values: Any) -> tuple[float, float] | None:
    """Both as numbers, texts such as `4.5` too; None if one is none."""
    try:
        left, right = map(float, values)
    except (TypeError, ValueError, OverflowError):
        return None
    return left, right
