"""Ids as they are typed: in whole, or as much of the beginning as tells one from the others."""

import json
from typing import TYPE_CHECKING

from agentic.console.filters import typed
from agentic.console.text import cut, one_line
from agentic.errors import UsageError

if TYPE_CHECKING:
    from memory import Account, Memory, Record

__all__ = ["account_of", "record_of", "whole_id"]

SHORTEST = 4
"""Characters that an id may be abbreviated to: fewer fit many records by chance."""
FEW = 5
"""Candidates that are named."""
MARK = "[memory "


def record_of(memory: "Memory", text: str) -> "Record":
    """The record, held or past, whose id a text stands for.

    Raises:
        UsageError: there is none, or there are several.
    """
    record = memory.get(whole_id(memory, text))
    if record is None:
        raise _unknown(text)  # forgotten since
    return record


def account_of(memory: "Memory", text: str) -> "Account":
    """The account of the record whose id a text stands for.

    Raises:
        UsageError: there is none, or there are several.
    """
    account = memory.why(whole_id(memory, text))
    if account is None:
        raise _unknown(text)
    return account


def whole_id(memory: "Memory", text: str) -> str:
    """The id that a text stands for; `[memory 1f…]`, as answers cite it, does too.

    Raises:
        UsageError: if none begins so, or several do.
    """
    typed_id = typed(text).strip().removeprefix(MARK).rstrip("]… ")
    if not typed_id or memory.get(typed_id) is not None:
        found = {typed_id: ""} if typed_id else {}
    else:
        found = _beginning(memory, typed_id) if len(typed_id) >= SHORTEST else {}
    match list(found.items()):
        case [(id, _)]:
            return id
        case []:
            raise _unknown(text)
        case several:
            named = "; ".join(f"{id} ({said})" for id, said in several[:FEW])
            more = f"; and {len(several) - FEW} more" if len(several) > FEW else ""
            raise UsageError(
                f"{len(several)} memories begin with {typed_id}; give more of the id: {named}{more}"
            )


def _unknown(text: str) -> UsageError:
    return UsageError(
        f"No memory has the id {typed(text)!r}; `agentic recall QUERY` and `agentic memory list` "
        f"print ids. Of an id, the first {SHORTEST} characters or more will do."
    )


def _beginning(memory: "Memory", start: str) -> dict[str, str]:
    """Ids of what is held and what is past that begin so, each with a few words of it."""
    rows = [json.loads(line) for line in memory.export() if start in line]
    return {
        row["id"]: cut(one_line(row["text"]), 30)
        for row in rows
        if str(row.get("id", "")).startswith(start)
    }
