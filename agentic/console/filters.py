"""What narrows a search or a listing down, from what is typed to what the memory takes."""

import json
import math
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict

from agentic.console.moments import moment
from agentic.errors import UsageError

__all__ = ["Filters", "filters", "home", "source_of", "typed", "where_of"]

Scalar = str | int | float
PATH_LIKE = ("/", "./", "../", "~")


class Filters(TypedDict):
    """Arguments of `Memory.search` and `Memory.list`."""

    kinds: Sequence[str] | None
    source: str | None
    since: datetime | None
    until: datetime | None
    where: dict[str, Any] | None


def filters(
    kind: Sequence[str] | None,
    source: str | None,
    since: str | None,
    until: str | None,
    where: Sequence[str] | None,
) -> Filters:
    """What was typed, in terms of the memory.

    Raises:
        UsageError: if a date or a condition is none.
    """
    return Filters(
        kinds=[typed(each) for each in kind] if kind else None,
        source=source_of(source) if source is not None else None,
        since=moment(since, "--since") if since is not None else None,
        until=moment(until, "--until") if until is not None else None,
        where=where_of(where) if where else None,
    )


def typed(text: str) -> str:
    """An argument of the command line; what the locale could not decode is put right."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def source_of(text: str) -> str:
    """A source, or a pattern for several; a path is made what ingestion calls it.

    A file stands for its passages, a folder for those of all files in it.
    """
    text = typed(text)
    path = home(text)
    if not (text.startswith(PATH_LIKE) or _exists(path)) or any(sign in text for sign in "*?"):
        return text
    absolute = os.path.abspath(path)  # links on the way as they are, as ingestion has it
    return f"{absolute.rstrip('/')}/*" if path.is_dir() else absolute


def home(text: str) -> Path:
    """The path, `~` the user's folder; as it is where there is no such user."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def where_of(pairs: Iterable[str]) -> dict[str, Any]:
    """Conditions on metadata, from KEY=VALUE each, or from JSON as `Memory.search` takes it.

    A key with several values has any of them.

    Raises:
        UsageError: if one has no key, or no equals sign, or is no JSON object.
    """
    found: dict[str, list[Scalar]] = {}
    spelt: dict[str, Any] = {}
    for pair in map(typed, pairs):
        if pair.lstrip().startswith("{"):
            spelt |= _conditions(pair)
            continue
        key, sign, value = pair.partition("=")
        if not key.strip() or not sign:
            raise _no_condition(pair)
        found.setdefault(key.strip(), []).extend(_readings(value.strip()))
    if twice := [key for key in found if key in spelt]:
        raise UsageError(f"--where: {twice[0]!r} has two conditions; put them into one JSON.")
    return {key: {"$in": values} for key, values in found.items()} | spelt


def _conditions(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_condition(text) from error
    return dict(found)  # what begins with a brace is an object


def _no_condition(text: str) -> UsageError:
    return UsageError(
        f'--where: {text!r} is no condition; agent=assistant and {{"year": {{"$gte": 2024}}}} are.'
    )


def _readings(value: str) -> list[Scalar]:
    """What a value may mean: the text, and the number or truth that it spells."""
    try:
        spelt = json.loads(value)
    except ValueError:
        return [value]
    if isinstance(spelt, bool | int) or (isinstance(spelt, float) and math.isfinite(spelt)):
        return [value, spelt]
    return [value]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # longer than a name may be
        return False
