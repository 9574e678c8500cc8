"""The value of a parsed expression, over numbers or over whatever else can be reckoned with."""

import ast
from decimal import Decimal
from fractions import Fraction
from typing import Any

from agentic.errors import ToolError
from agentic.tools.calculating.arithmetic import (
    BITS,
    CONSTANTS,
    FUNCTIONS,
    OPERATORS,
    bounded,
    too_large,
)

__all__ = ["Numbers", "evaluated"]


class Numbers:
    """What names, operators and functions mean where there are only numbers."""

    def named(self, name: str) -> Any:
        """The value of a name."""
        if name not in CONSTANTS:
            raise ToolError(f"{name!r} is a function; write {name}(…).")
        return CONSTANTS[name]

    def combined(self, kind: type[ast.operator], left: Any, right: Any) -> Any:
        """The outcome of an operator between two values."""
        if kind not in OPERATORS:
            raise SyntaxError
        return bounded(OPERATORS[kind](left, right))

    def called(self, name: str, arguments: list[Any]) -> Any:
        """The outcome of a function."""
        if name not in FUNCTIONS:
            raise ToolError(
                f"{name!r} is a number and can't be called; write * before the bracket."
            )
        function, least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            count = str(least) if least == most else f"{least} or more" if most > 2 else "1 or 2"
            raise ToolError(f"{name} takes {count} numbers, not {len(arguments)}.")
        return bounded(function(*arguments))


def evaluated(source: str, expression: str, algebra: Numbers) -> Any:
    """The value of an expression; nothing is ever evaluated as code.

    Args:
        source: The expression in Python's notation, with nothing in it but numbers, operators,
            parentheses and names that the algebra knows.
        expression: The same as it was given, for messages.
        algebra: What names, operators and functions mean.

    Raises:
        ToolError: if a part can't be read, or there is no such number, or it is too large.
    """
    quoted = f"{expression.strip()[:100]!r}"
    try:
        return _value(ast.parse(source, mode="eval").body, source, algebra)
    except SyntaxError as error:
        raise ToolError(
            f"{quoted} is not a whole expression; check its signs and "
            "parentheses, and write * between what is multiplied."
        ) from error
    except ZeroDivisionError as error:
        raise ToolError("Division by zero has no result.") from error
    except (RecursionError, MemoryError) as error:
        raise ToolError("The expression is nested too deeply; split it up.") from error
    except OverflowError as error:
        raise too_large() from error
    except ValueError as error:
        raise ToolError(f"There is no real number for {quoted}.") from error


def _value(node: ast.expr, source: str, algebra: Numbers) -> Any:
    match node:
        case ast.Constant():
            return _literal(source[node.col_offset : node.end_col_offset])
        case ast.Name():
            return algebra.named(node.id)
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, source, algebra)
        case ast.UnaryOp(op=ast.UAdd()):
            return _value(node.operand, source, algebra)
        case ast.BinOp():
            _check_percentage(node)
            left = _value(node.left, source, algebra)
            return algebra.combined(type(node.op), left, _value(node.right, source, algebra))
        case ast.Call(func=ast.Name(id=name), args=args):
            return algebra.called(name, [_value(each, source, algebra) for each in args])
        case _:
            raise SyntaxError


def _literal(text: str) -> Fraction:
    if not text[:1].isdigit() and text[:1] != ".":
        raise SyntaxError
    decimal = Decimal(text)
    if decimal and abs(decimal.adjusted()) > BITS // 4:
        raise too_large()
    return Fraction(decimal)


def _check_percentage(node: ast.BinOp) -> None:
    """Refuse "200 + 10%": some mean 220, some 200.1."""

    def is_percentage(side: ast.expr) -> bool:
        return isinstance(side, ast.Call) and getattr(side.func, "id", "") == "percent"

    additive = isinstance(node.op, ast.Add | ast.Sub)
    if additive and is_percentage(node.right) and not is_percentage(node.left):
        raise ToolError(
            "It is unclear what the percentage is of; write, for example, '200 * (1 + 10 / 100)'."
        )
