"""Operators as functions."""

from typing import Any


def itemgetter(*items: Any) -> Any:
    if len(items) == 1:
        return lambda thing: thing[items[0]]
    return lambda thing: tuple([thing[item] for item in items])


def attrgetter(*names: str) -> Any:
    if len(names) == 1:
        return lambda thing: _attribute(thing, names[0])
    return lambda thing: tuple([_attribute(thing, name) for name in names])


def _attribute(thing: Any, name: str) -> Any:
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def add(a: Any, b: Any) -> Any:
    return a + b


def sub(a: Any, b: Any) -> Any:
    return a - b


def mul(a: Any, b: Any) -> Any:
    return a * b


def truediv(a: Any, b: Any) -> Any:
    return a / b


def floordiv(a: Any, b: Any) -> Any:
    return a // b


def mod(a: Any, b: Any) -> Any:
    return a % b


def pow(a: Any, b: Any) -> Any:
    return a**b


def neg(a: Any) -> Any:
    return -a


def eq(a: Any, b: Any) -> Any:
    return a == b


def ne(a: Any, b: Any) -> Any:
    return a != b


def lt(a: Any, b: Any) -> Any:
    return a < b


def le(a: Any, b: Any) -> Any:
    return a <= b


def gt(a: Any, b: Any) -> Any:
    return a > b


def ge(a: Any, b: Any) -> Any:
    return a >= b


def and_(a: Any, b: Any) -> Any:
    return a & b


def or_(a: Any, b: Any) -> Any:
    return a | b


def xor(a: Any, b: Any) -> Any:
    return a ^ b


def not_(a: Any) -> bool:
    return not a


def contains(a: Any, b: Any) -> bool:
    return b in a


def getitem(a: Any, b: Any) -> Any:
    return a[b]


def concat(a: Any, b: Any) -> Any:
    return a + b
