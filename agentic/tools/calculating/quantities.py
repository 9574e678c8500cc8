"""Arithmetic with units, worked out by `pint`.

It is handed numbers and names of units from our own table, never text that was given.
"""

import ast
from fractions import Fraction
from typing import Any

from agentic.errors import ToolError
from agentic.tools.calculating.arithmetic import Number, bounded
from agentic.tools.calculating.evaluation import Numbers, evaluated
from agentic.tools.calculating.unit_notation import Quantified, parted
from agentic.tools.calculating.units import registry

__all__ = ["measured"]

_HIGHEST_POWER = 9


def measured(text: str) -> tuple[Number, str]:
    """The value of a folded expression with units, and its unit, as it was written if it was.

    Raises:
        ToolError: if a part can't be read, or the units don't fit, or the number is too large.
    """
    from pint.errors import DimensionalityError, PintError

    value, target = parted(text)
    try:
        result = evaluated(value.source(), text, _Quantities(value.units))
        if target is not None:
            return _converted(result, target, text)
        return _as_written(result, value, text)
    except DimensionalityError as error:
        kinds = f"{error.units1} and {error.units2}".replace("dimensionless", "a plain number")
        raise ToolError(f"These don't fit together: {kinds}.") from error
    except PintError as error:
        raise ToolError(
            "Degrees can be converted, not reckoned with: write, for example, '20 °C in °F', "
            "or use kelvin."
        ) from error


class _Quantities(Numbers):
    """Numbers and quantities together; the magnitude of each quantity is an exact number."""

    def __init__(self, units: list[str]) -> None:
        self._units = units

    def named(self, name: str) -> Any:
        if name[1:].isdigit():
            return registry().Quantity(Fraction(1), self._units[int(name[1:])])
        return super().named(name)

    def combined(self, kind: type[ast.operator], left: Any, right: Any) -> Any:
        if not (_has_unit(left) or _has_unit(right)):
            return super().combined(kind, left, right)
        match kind():
            case ast.MatMult() if not _has_unit(left):
                return _quantity(left, right.units)
            case ast.Pow():
                return self._power(left, right)
            case ast.Add():
                result = _exact(left) + _exact(right)
            case ast.Sub():
                result = _exact(left) - _exact(right)
            case ast.Mult():
                result = _exact(left) * _exact(right)
            case ast.Div():
                result = _exact(left) / _exact(right)
            case _:
                raise SyntaxError
        return _quantity(result.magnitude, result.units)

    def called(self, name: str, arguments: list[Any]) -> Any:
        if any(map(_has_unit, arguments)):
            raise ToolError(f"{name} takes plain numbers; leave the unit out.")
        return super().called(name, arguments)

    def _power(self, base: Any, exponent: Any) -> Any:
        whole = not _has_unit(exponent) and abs(exponent) <= _HIGHEST_POWER
        if not whole or exponent != int(exponent):
            raise ToolError(f"A power of a unit is a whole number up to {_HIGHEST_POWER}.")
        magnitude = super().combined(ast.Pow, base.magnitude, Fraction(exponent))
        return _quantity(magnitude, base.units ** int(exponent))


def _has_unit(value: Any) -> bool:
    return hasattr(value, "units")


def _exact(value: Any) -> Any:
    return value if _has_unit(value) else Fraction(value)


def _quantity(magnitude: Any, units: Any) -> Any:
    return registry().Quantity(Fraction(bounded(magnitude)), units)


def _converted(result: Any, target: Quantified, text: str) -> tuple[Number, str]:
    ((run, written),) = target.written.items()
    if not _has_unit(result):
        raise ToolError(
            f"There is no unit before {written!r}; write, for example, '10 km in miles'."
        )
    wanted = evaluated(run, text, _Quantities(target.units)).units
    return bounded(result.to(wanted).magnitude), written


def _as_written(result: Any, value: Quantified, text: str) -> tuple[Number, str]:
    if not _has_unit(result):
        return bounded(result), ""
    for run, written in value.written.items():
        if evaluated(run, text, _Quantities(value.units)).units == result.units:
            return bounded(result.magnitude), written
    if result.dimensionless:
        return bounded(result.to("dimensionless").magnitude), ""
    kinds = [registry().Unit(name).dimensionality for name, _ in result.unit_items()]
    if any(kinds.count(kind) > 1 for kind in kinds):  # metres times centimetres
        result = result.to_base_units()
    return bounded(result.magnitude), _symbols(result)


def _symbols(quantity: Any) -> str:
    def power(name: str, exponent: Any) -> str:
        return str(registry().get_symbol(name)) + (f"^{exponent}" if exponent != 1 else "")

    above = [power(name, exponent) for name, exponent in quantity.unit_items() if exponent > 0]
    below = [power(name, -exponent) for name, exponent in quantity.unit_items() if exponent < 0]
    return "/".join(["*".join(above) or "1", *below])
