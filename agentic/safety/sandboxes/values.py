"""What of a run is worth showing: the name that was assigned last, and a value as bounded text."""

import ast
import warnings
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["last_assigned", "shown"]

_DEEPEST = 30
_MOST_DIGITS = 4000
"""Python refuses to write longer whole numbers in decimal, because it takes long."""


def shown(value: Any, most: int) -> str:
    """A value on its own: text, dates and decimals as `str` has them, the rest as `repr` has it.

    The text is built piece by piece and stops at its limit: a small value that holds itself, or
    one list a thousand times a thousand times over, would be endless.

    Args:
        value: Plain data out of a sandbox.
        most: Characters at most.
    """
    if isinstance(value, str) and value.strip():
        return _cut(value, most)
    if isinstance(value, date | time | timedelta | Decimal):
        return _cut(str(value), most)
    written: list[str] = []
    length = 0
    for piece in _pieces(value, 0):
        written.append(piece)
        length += len(piece)
        if length > most:
            break
    return _cut("".join(written), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _pieces(value: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield "…"
        return
    fields = getattr(value, "attributes", None)  # an instance of a class made in the sandbox
    match value:
        case _ if isinstance(fields, dict):
            yield from _record(value.name, fields, depth)
        case dict():
            yield from _dictionary(value, depth)
        case _ if isinstance(value, tuple) and hasattr(value, "_asdict"):
            yield from _record(type(value).__name__, value._asdict(), depth)
        case list() | tuple() | set() | frozenset() if value:
            opening, closing = _BRACKETS.get(type(value), ("[", "]"))
            yield opening
            yield from _parts(value, depth)
            yield ",)" if isinstance(value, tuple) and len(value) == 1 else closing
        case _ if type(value).__repr__ is object.__repr__ and hasattr(value, "__dict__"):
            yield from _record(type(value).__name__, vars(value), depth)
        case _ if getattr(value, "shape", None) == () and hasattr(value, "item"):
            yield repr(value.item())  # a number of numpy's, which names its type
        case int() if value.bit_length() > _MOST_DIGITS * 3:
            yield f"(a whole number of about {int(value.bit_length() * 0.30103):,} digits)"
        case _:
            yield repr(value)


_BRACKETS = {tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset({", "})")}


def _parts(values: Any, depth: int) -> Iterator[str]:
    for place, value in enumerate(values):
        if place:
            yield ", "
        yield from _pieces(value, depth + 1)


def _dictionary(value: dict[Any, Any], depth: int) -> Iterator[str]:
    yield "{"
    for place, (key, item) in enumerate(value.items()):
        if place:
            yield ", "
        yield from _pieces(key, depth + 1)
        yield ": "
        yield from _pieces(item, depth + 1)
    yield "}"


def _record(name: str, fields: dict[str, Any], depth: int) -> Iterator[str]:
    yield f"{name}("
    for place, (field, item) in enumerate(fields.items()):
        yield f"{', ' if place else ''}{field}="
        yield from _pieces(item, depth + 1)
    yield ")"


def last_assigned(code: str) -> str:
    """The names that the last statement assigns, such as "x" or "a, b"; "" where there are none.

    Of a loop or another block, those of the last assignment in it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape is the code's business
            body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    found = [names for node in _assignments(body[-1:]) if (names := _names(node))]
    return found[-1] if found else ""


def _assignments(body: list[Any]) -> Iterator[Any]:
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for block in ("body", "handlers", "orelse", "finalbody", "cases"):
                inner = getattr(node, block, [])
                yield from _assignments(inner if isinstance(inner, list) else [])


def _names(node: Any) -> str:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = targets[0].elts if isinstance(targets[0], ast.Tuple | ast.List) else targets[:1]
    names = []
    for part in parts:
        while isinstance(part, ast.Starred | ast.Subscript | ast.Attribute):
            part = part.value
        if isinstance(part, ast.Name) and part.id not in names:
            names.append(part.id)
    return ", ".join(names)
