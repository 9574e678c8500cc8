"""Which records a search or a listing is about, as a condition of SQL."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from memory.errors import FilterError
from memory.records import whole

__all__ = ["Condition", "Filter", "Where", "comparable"]

Where = Mapping[str, Any]
"""Names of metadata with what they must be: a value, or a mapping of operators to values."""
Condition = tuple[str, list[Any]]
"""An expression over the table `records`, and its parameters."""

OPERATORS: Mapping[str, str] = {
    "$eq": "value = ?",
    "$gt": "value > ?",
    "$gte": "value >= ?",
    "$lt": "value < ?",
    "$lte": "value <= ?",
    "$prefix": "value >= ? AND value < ?",
    "$in": "value IN (SELECT value FROM json_each(?))",
}
NEGATIVE = {"$ne": "$eq", "$nin": "$in"}
ORDERED = ("$gt", "$gte", "$lt", "$lte")
_PATTERN = re.compile(r"[*?]")
Scalar = str | int | float
LARGEST = 2**63 - 1
"""Largest whole number of SQLite."""


@dataclass(frozen=True, slots=True)
class Filter:
    """All of its conditions must hold; None and empty ones are no condition."""

    kinds: tuple[str, ...] | None = None
    source: str | None = None
    """As it was given, or a pattern with `*` and `?`, such as `docs/*`."""
    since: datetime | None = None
    until: datetime | None = None
    """Created at or after, and before; without a time zone, UTC."""
    where: Where = field(default_factory=dict, hash=False)

    @staticmethod
    def of(
        kinds: str | Iterable[str] | None = None,
        *,
        source: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Where | None = None,
    ) -> "Filter":
        """A filter from what a caller gives; one kind may stand for a list of one.

        Raises:
            FilterError: an operator is not known, a value is none of text, number, truth, or a time
                is none.
        """
        several = (kinds,) if isinstance(kinds, str) else kinds
        if where is not None and not isinstance(where, Mapping):
            raise FilterError(
                f"The filter on metadata must be a mapping such as {{'lang': 'en'}}, not {where!r}."
            )
        found = Filter(
            kinds=None if several is None else tuple(dict.fromkeys(map(whole, several))),
            source=None if source is None else whole(source),
            since=since,
            until=until,
            where=dict(where) if where is not None else {},
        )
        found.condition()
        return found

    @property
    def narrow(self) -> bool:
        """Whether it asks for more than kinds, which the index is divided by."""
        times = (self.since, self.until)
        return bool(self.where) or self.source is not None or times != (None, None)

    def bounds(self) -> Iterator[Condition]:
        """Queries that are quick to begin, each of which gives all that passes, and maybe more."""
        if self.source is not None:
            condition, given = _from(self.source, each=False)
            yield f"SELECT 1 FROM records WHERE {condition}", given
        if self.since is not None:
            yield "SELECT 1 FROM records WHERE created >= ?", [_moment(self.since)]
        if self.until is not None:
            yield "SELECT 1 FROM records WHERE created < ?", [_moment(self.until)]
        for key, wanted in self.where.items():
            for operator, value in _tests(wanted).items():
                if operator in OPERATORS:
                    condition, given = _tag(key, operator, value)
                    yield f"SELECT 1 FROM tags WHERE {condition}", given

    def condition(self, *, each: bool = False) -> Condition:
        """The condition as SQL; `1` where there is none.

        Args:
            each: For a few records to be looked at one by one, rather than for finding all.
        """
        parts: list[Condition] = []
        if self.kinds is not None:
            parts.append(
                ("kind IN (SELECT value FROM json_each(?))", [json.dumps(list(self.kinds))])
            )
        if self.source is not None:
            parts.append(_from(self.source, each))
        if self.since is not None:
            parts.append(("created >= ?", [_moment(self.since)]))
        if self.until is not None:
            parts.append(("created < ?", [_moment(self.until)]))
        parts += [part for key, wanted in self.where.items() for part in _where(key, wanted, each)]
        sql = " AND ".join(f"({sql})" for sql, _ in parts) or "1"
        return sql, [value for _, values in parts for value in values]


def comparable(value: str | int | float) -> Scalar:
    """A value of metadata as it is compared: broken Unicode replaced, a huge number as a float."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value


def _from(source: str, each: bool) -> Condition:
    test = "="
    if _PATTERN.search(source):
        test, source = "GLOB", source.replace("[", "[[]")  # a bracket is a bracket: `[1].txt`
    more = _seqs("sources", f"source {test} ?", each)
    return (f"records.source {test} ? OR {more}", [source, source])


def _seqs(table: str, condition: str, each: bool) -> str:
    """That a record is in a table with a condition: looked up for it, or found with all others."""
    if each:
        return f"EXISTS (SELECT 1 FROM {table} WHERE {table}.seq = records.seq AND {condition})"
    return f"records.seq IN (SELECT seq FROM {table} WHERE {condition})"


def _moment(time: datetime) -> str:
    try:
        aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat()
    except (AttributeError, OverflowError) as error:
        raise FilterError(
            f"{time!r} is no time to compare with; give a datetime, such as datetime(2026, 1, 31)."
        ) from error


def _where(key: str, wanted: Any, each: bool) -> list[Condition]:
    return [_test(key, operator, value, each) for operator, value in _tests(wanted).items()]


def _tests(wanted: Any) -> Mapping[str, Any]:
    return wanted if isinstance(wanted, Mapping) else {"$eq": wanted}


def _test(key: str, operator: str, value: Any, each: bool) -> Condition:
    if operator not in OPERATORS and operator not in NEGATIVE:
        raise FilterError(
            f"The filter on {key!r} has {operator!r}, which is no operator; there are: "
            f"{', '.join([*OPERATORS, *NEGATIVE])}."
        )
    condition, given = _tag(key, NEGATIVE.get(operator, operator), value)
    negation = "NOT " if operator in NEGATIVE else ""
    return f"{negation}({_seqs('tags', condition, each)})", given


def _tag(key: str, operator: str, value: Any) -> Condition:
    """The condition on a row of the table `tags`."""
    values = _values(key, operator, value)
    condition = f"key = ? AND {OPERATORS[operator]}"
    if operator in ORDERED:  # for SQLite every text is greater than every number
        condition += f" AND typeof(value) {'=' if isinstance(value, str) else '<>'} 'text'"
    return condition, [whole(str(key)), *values]


def _values(key: str, operator: str, value: Any) -> Sequence[Scalar]:
    if operator == "$in":
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise FilterError(f"The filter on {key!r} needs a list of values, not {value!r}.")
        return [json.dumps([_scalar(key, each) for each in value])]
    if operator == "$prefix":
        if not isinstance(value, str):
            raise FilterError(f"The filter on {key!r} needs a text as prefix, not {value!r}.")
        return [whole(value), whole(value) + "\U0010ffff"]
    return [_scalar(key, value)]


def _scalar(key: str, value: Any) -> Scalar:
    if isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return comparable(value)
    raise FilterError(
        f"The filter on {key!r} compares with {value!r}; texts, finite numbers, True and False are "
        "what metadata can be filtered by."
    )
