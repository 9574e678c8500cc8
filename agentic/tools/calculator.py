"""Exact arithmetic on a parsed expression, with units where there are any."""

import math
from decimal import Context, Decimal
from fractions import Fraction

from agentic.errors import ToolError
from agentic.tools.base import tool
from agentic.tools.calculating.arithmetic import NAMES, Number
from agentic.tools.calculating.evaluation import Numbers, evaluated
from agentic.tools.calculating.notation import folded, plain_notation

__all__ = ["calculate", "calculator", "shown"]

_LONGEST = 1000
_DIGITS = 10


@tool(effects=[])
def calculator(expression: str) -> str:
    """Work out an arithmetic expression, or convert units; use it for every calculation.

    Args:
        expression: Numbers, signs and units, such as "348 * 27 + 156", "15% of 80" or
            "3 km + 500 m in miles".
    """
    # The names of all units are a large pattern: it is made when something is first worked out.
    from agentic.tools.calculating.quantities import measured
    from agentic.tools.calculating.unit_notation import has_units

    text = folded(expression[: _LONGEST + 1])
    if len(text) <= _LONGEST and has_units(text):
        number, unit = measured(text)
        return f"{text} = {shown(number)} {unit}".rstrip()
    return f"{text} = {shown(calculate(text))}"


def calculate(expression: str) -> Number:
    """The value of an expression without units, exact where it can be.

    There are + - * / // % ** with Python's precedence, percentages, constants pi and e, and
    functions, those of angles in radians; `round` rounds halves away from zero.

    Raises:
        ToolError: if a part can't be read, or there is no such number, or it is too large.
    """
    if len(expression) > _LONGEST:
        raise ToolError(f"The expression is longer than {_LONGEST:,} characters; split it up.")
    source = plain_notation(folded(expression), NAMES)
    number: Number = evaluated(source, expression, Numbers())
    return number


def shown(number: Number) -> str:
    """A number as people write it: whole ones in full, others to 10 significant digits."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return str(number.numerator)
    exact = Fraction(number)
    whole_digits = len(str(abs(math.trunc(exact)))) if abs(exact) >= 1 else 0
    context = Context(prec=max(_DIGITS, min(whole_digits + 2, 15)), Emin=-999999, Emax=999999)
    decimal = context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    plain = -7 <= decimal.adjusted() < 15
    text = format(decimal.normalize(context), "f" if plain else "e")
    return text.replace("e+", "e") if decimal else "0"
