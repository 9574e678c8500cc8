"""Exact arithmetic on a parsed expression; nothing is ever evaluated as code."""

import ast
import math
from decimal import Context, Decimal
from fractions import Fraction

from agentic.errors import ToolError
from agentic.tools.arithmetic import (
    BITS,
    CONSTANTS,
    FUNCTIONS,
    NAMES,
    OPERATORS,
    Number,
    bounded,
    too_large,
)
from agentic.tools.base import tool
from agentic.tools.notation import folded, plain_notation

__all__ = ["calculate", "calculator"]

_LONGEST = 1000
_DIGITS = 10


@tool(effects=[])
def calculator(expression: str) -> str:
    """Work out an arithmetic expression; use it for every calculation.

    Args:
        expression: Numbers and signs only, such as "348 * 27 + 156", "15% of 80" or "sqrt(2) / 3".
    """
    text = folded(expression[: _LONGEST + 1])
    return f"{text} = {shown(calculate(text))}"


def calculate(expression: str) -> Number:
    """The value of an expression, exact where it can be.

    There are + - * / // % ** with Python's precedence, percentages, constants pi and e, and
    functions, those of angles in radians; `round` rounds halves away from zero.

    Raises:
        ToolError: if a part can't be read, or there is no such number, or it is too large.
    """
    if len(expression) > _LONGEST:
        raise ToolError(f"The expression is longer than {_LONGEST:,} characters; split it up.")
    source = plain_notation(folded(expression), NAMES)
    try:
        tree = ast.parse(source, mode="eval")
        return _value(tree.body, source)
    except SyntaxError as error:
        raise ToolError(
            f"{expression.strip()[:100]!r} is not a whole expression; check its signs and "
            "parentheses, and write * between what is multiplied."
        ) from error
    except ZeroDivisionError as error:
        raise ToolError("Division by zero has no result.") from error
    except (RecursionError, MemoryError) as error:
        raise ToolError("The expression is nested too deeply; split it up.") from error
    except OverflowError as error:
        raise too_large() from error
    except ValueError as error:
        raise ToolError(f"There is no real number for {expression.strip()[:100]!r}.") from error


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


def _value(node: ast.expr, source: str) -> Number:
    match node:
        case ast.Constant():
            return _literal(source[node.col_offset : node.end_col_offset])
        case ast.Name():
            return _constant(node.id)
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, source)
        case ast.UnaryOp(op=ast.UAdd()):
            return _value(node.operand, source)
        case ast.BinOp():
            _check_percentage(node)
            left, right = _value(node.left, source), _value(node.right, source)
            return bounded(OPERATORS[type(node.op)](left, right))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, [_value(argument, source) for argument in args])
        case _:
            raise SyntaxError


def _literal(text: str) -> Fraction:
    if not text[:1].isdigit() and text[:1] != ".":
        raise SyntaxError
    decimal = Decimal(text)
    if decimal and abs(decimal.adjusted()) > BITS // 4:
        raise too_large()
    return Fraction(decimal)


def _constant(name: str) -> float:
    if name not in CONSTANTS:
        raise ToolError(f"{name!r} is a function; write {name}(…).")
    return CONSTANTS[name]


def _call(name: str, arguments: list[Number]) -> Number:
    if name not in FUNCTIONS:
        raise ToolError(f"{name!r} is a number and can't be called; write * before the bracket.")
    function, least, most = FUNCTIONS[name]
    if not least <= len(arguments) <= most:
        count = str(least) if least == most else f"{least} or more" if most > 2 else "1 or 2"
        raise ToolError(f"{name} takes {count} numbers, not {len(arguments)}.")
    return bounded(function(*arguments))


def _check_percentage(node: ast.BinOp) -> None:
    """Refuse "200 + 10%": some mean 220, some 200.1."""

    def is_percentage(side: ast.expr) -> bool:
        return isinstance(side, ast.Call) and getattr(side.func, "id", "") == "percent"

    additive = isinstance(node.op, ast.Add | ast.Sub)
    if additive and is_percentage(node.right) and not is_percentage(node.left):
        raise ToolError(
            "It is unclear what the percentage is of; write, for example, '200 * (1 + 10 / 100)'."
        )
