"""Numbers that stay exact as long as they can, and the operations on them."""

import ast
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from agentic.errors import ToolError

__all__ = ["BITS", "CONSTANTS", "FUNCTIONS", "NAMES", "OPERATORS", "Number", "bounded", "too_large"]

Number = Fraction | float
"""Exact as long as only + - * / // % and whole powers are used; then a float."""

BITS = 10_000
"""Size that exact numbers may grow to: about 3,000 digits."""


def bounded(number: Any) -> Number:
    """The number, exact where it was and not grown too long; then a float.

    Raises:
        ToolError: if it is too large.
        ValueError: if it is not real.
    """
    if isinstance(number, complex) or number != number:
        raise ValueError("not a real number")
    if isinstance(number, float):
        if math.isinf(number):
            raise too_large()
        return number
    exact = Fraction(number)
    if exact.numerator.bit_length() > BITS:
        raise too_large()
    return exact if exact.denominator.bit_length() <= BITS else float(exact)


def too_large() -> ToolError:
    """The error for a number out of bounds."""
    return ToolError("The number is too large or too small to work out.")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        bits = max(abs(base.numerator), base.denominator).bit_length() - 1
        if bits * abs(exponent) <= BITS:
            return base**exponent.numerator
        if base.denominator == 1:
            raise too_large()
    return _real(float(base) ** float(exponent))


def _real(number: Any) -> float:
    if isinstance(number, complex):
        raise ValueError("not a real number")
    return float(number)


def _root(number: Number) -> Number:
    if isinstance(number, Fraction) and number >= 0:
        above, below = math.isqrt(number.numerator), math.isqrt(number.denominator)
        if above * above == number.numerator and below * below == number.denominator:
            return Fraction(above, below)
    return math.sqrt(number)


def _log(number: Number, base: Number = math.e) -> Number:
    value: float = math.log(number) / math.log(base) if base != math.e else math.log(number)
    nearest = Fraction(round(value))
    exact = isinstance(base, Fraction) and _power(base, nearest) == number
    return nearest if exact else value


def _round(number: Number, places: Number = Fraction(0)) -> Number:
    whole = Fraction(places)
    if whole.denominator != 1 or abs(whole) > 300:
        raise ToolError("round takes a whole number of decimal places.")
    scale = Fraction(10) ** whole.numerator
    # A float is taken as it is shown: 2.675 is meant, not the nearest binary fraction.
    exact = number if isinstance(number, Fraction) else Fraction(repr(number))
    rounded = math.floor(abs(exact) * scale + Fraction(1, 2)) / scale
    return rounded if exact >= 0 else -rounded


def _angle(function: Callable[[float], float], number: Number) -> float:
    return round(function(float(number)), 15)  # so that sin(pi) is 0


def _percent(number: Number) -> Number:
    return number / 100


def _percent_off(number: Number) -> Number:
    return 1 - number / 100


OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "percent": (_percent, 1, 1),
    "percent_off": (_percent_off, 1, 1),
    "sqrt": (_root, 1, 1),
    "abs": (abs, 1, 1),
    "round": (_round, 1, 2),
    "min": (min, 2, 100),
    "max": (max, 2, 100),
    "floor": (math.floor, 1, 1),
    "ceil": (math.ceil, 1, 1),
    "log": (_log, 1, 2),
    "ln": (math.log, 1, 1),
    "log2": (partial(_log, base=Fraction(2)), 1, 1),
    "log10": (partial(_log, base=Fraction(10)), 1, 1),
    "exp": (math.exp, 1, 1),
    "sin": (partial(_angle, math.sin), 1, 1),
    "cos": (partial(_angle, math.cos), 1, 1),
    "tan": (partial(_angle, math.tan), 1, 1),
}
"""Functions by name, with the least and the most numbers that they take."""
NAMES = frozenset(FUNCTIONS) | frozenset(CONSTANTS)
"""What may be called or named in an expression."""
