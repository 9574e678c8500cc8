"""Statistics of numbers: sums are exact until the last step, as in the standard library."""

import math
from collections import Counter
from decimal import Decimal
from typing import Any

StatisticsError = ValueError  # the sandbox has no classes of exceptions of one's own


def mean(data: Any) -> Any:
    return _mean(_numbers(data, 1, "mean"))


def fmean(data: Any, weights: Any = None) -> float:
    values = _floats(data, 1, "fmean")
    if weights is None:
        return math.fsum(values) / len(values)
    shares = _floats(weights, 1, "fmean")
    if len(shares) != len(values):
        raise ValueError("fmean needs as many weights as data points")
    total = math.fsum(shares)
    if total == 0:
        raise ValueError("the weights of fmean must not add up to zero")
    return _dot(values, shares) / total


def geometric_mean(data: Any) -> float:
    values = _floats(data, 1, "geometric_mean")
    if min(values) <= 0:
        raise ValueError("geometric_mean needs positive numbers")
    return math.exp(math.fsum([math.log(value) for value in values]) / len(values))


def harmonic_mean(data: Any, weights: Any = None) -> float:
    values = _floats(data, 1, "harmonic_mean")
    shares = [1.0] * len(values) if weights is None else _floats(weights, 1, "harmonic_mean")
    if len(shares) != len(values):
        raise ValueError("harmonic_mean needs as many weights as data points")
    if min(values) < 0:
        raise ValueError("harmonic_mean does not support negative values")
    if min(values) == 0:
        return 0.0
    numbers, bits = _scaled(values)
    parts, _ = _scaled(shares)
    common = math.lcm(*numbers)
    over = sum([part * (common // numbers[at]) for at, part in enumerate(parts)])
    return float(sum(parts) * common / (over << bits))


def median(data: Any) -> Any:
    values = sorted(_some(data, 1, "median"))
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def median_low(data: Any) -> Any:
    values = sorted(_some(data, 1, "median_low"))
    return values[(len(values) - 1) // 2]


def median_high(data: Any) -> Any:
    values = sorted(_some(data, 1, "median_high"))
    return values[len(values) // 2]


def mode(data: Any) -> Any:
    return multimode(_some(data, 1, "mode"))[0]


def multimode(data: Any) -> list[Any]:
    counts = Counter(list(data))
    most = max(counts.values()) if counts else 0
    return [value for value in counts if counts[value] == most]


def pvariance(data: Any, mu: Any = None) -> Any:
    values = _numbers(data, 1, "pvariance")
    return _spread(values, len(values), mu)


def variance(data: Any, xbar: Any = None) -> Any:
    values = _numbers(data, 2, "variance")
    return _spread(values, len(values) - 1, xbar)


def pstdev(data: Any, mu: Any = None) -> Any:
    return _root(pvariance(_some(data, 1, "pstdev"), mu))


def stdev(data: Any, xbar: Any = None) -> Any:
    return _root(variance(_some(data, 2, "stdev"), xbar))


def quantiles(data: Any, *, n: int = 4, method: str = "exclusive") -> list[Any]:
    if n < 1:
        raise ValueError("n must be at least 1")
    values = sorted(_some(data, 2, "quantiles"))
    if method not in ("exclusive", "inclusive"):
        raise ValueError("the method of quantiles is 'exclusive' or 'inclusive'")
    ends = 1 if method == "exclusive" else -1
    return [_cut(values, part, n, ends) for part in range(1, n)]


def covariance(x: Any, y: Any, /) -> float:
    dx, dy = _deviations(x, y, "covariance")
    return _dot(dx, dy) / (len(dx) - 1)


def correlation(x: Any, y: Any, /, *, method: str = "linear") -> float:
    if method not in ("linear", "ranked"):
        raise ValueError("the method of correlation is 'linear' or 'ranked'")
    if method == "ranked":
        x, y = _ranks(list(x)), _ranks(list(y))
    dx, dy = _deviations(x, y, "correlation")
    scale = _dot(dx, dx) * _dot(dy, dy)
    if scale == 0:
        raise ValueError("at least one of the inputs is constant")
    return _dot(dx, dy) / math.sqrt(scale)


def linear_regression(x: Any, y: Any, /, *, proportional: bool = False) -> Any:
    dx, dy = _deviations(x, y, "linear_regression")
    middle_x, middle_y = fmean(x), fmean(y)
    if proportional:
        dx, dy, middle_x, middle_y = _floats(x, 2, ""), _floats(y, 2, ""), 0.0, 0.0
    width = _dot(dx, dx)
    if width == 0:
        raise ValueError("x is constant")
    slope = _dot(dx, dy) / width
    return LinearRegression(slope, 0.0 if proportional else middle_y - slope * middle_x)


class LinearRegression:
    def __init__(self, slope: float, intercept: float) -> None:
        self.slope = slope
        self.intercept = intercept

    def __repr__(self) -> str:
        return f"LinearRegression(slope={self.slope!r}, intercept={self.intercept!r})"

    def __iter__(self) -> Any:
        return iter((self.slope, self.intercept))

    def __getitem__(self, place: int) -> float:
        return (self.slope, self.intercept)[place]


def _some(data: Any, least: int, name: str) -> list[Any]:
    values = list(data)
    if len(values) < least:
        raise ValueError(f"{name} needs at least {least} data point{'s' if least > 1 else ''}")
    return values


def _numbers(data: Any, least: int, name: str) -> list[Any]:
    values = _some(data, least, name)
    for value in values:
        if not isinstance(value, (int, float, Decimal)):
            raise TypeError(f"{name} needs numbers, not {type(value).__name__} {value!r}")
    return values


def _floats(data: Any, least: int, name: str) -> list[float]:
    return [float(value) for value in _numbers(data, least, name)]


def _plain(values: list[Any]) -> bool:
    """Whether exact sums don't apply: decimals keep to their own, and there is no ratio of inf."""
    for value in values:
        if isinstance(value, Decimal) or (isinstance(value, float) and not math.isfinite(value)):
            return True
    return False


def _scaled(values: list[Any]) -> Any:
    """The numbers as integers over one power of two: the integers and the exponent."""
    parts = [_parts(value) for value in values]
    lowest = min([exponent for _, exponent in parts])
    return [number << (exponent - lowest) for number, exponent in parts], -lowest


def _parts(value: Any) -> Any:
    if isinstance(value, int):
        return int(value), 0
    mantissa, exponent = math.frexp(value)
    number, exponent = int(mantissa * 2**53), exponent - 53  # a float has 53 bits
    return (number << exponent, 0) if exponent > 0 else (number, exponent)


def _mean(values: list[Any]) -> Any:
    if _plain(values):
        return sum(values) / len(values)
    numbers, bits = _scaled(values)
    return _ratio(sum(numbers), len(numbers) << bits, values)


def _spread(values: list[Any], over: int, centre: Any) -> Any:
    """The squares of the distances from the centre, added up and shared out."""
    if _plain(values) or centre is not None:
        middle = _mean(values) if centre is None else centre
        return sum([(value - middle) ** 2 for value in values]) / over
    numbers, bits = _scaled(values)
    count, total = len(numbers), sum(numbers)
    squares = sum([number * number for number in numbers])
    return _ratio(count * squares - total * total, (count * over) << (2 * bits), values)


def _ratio(number: int, over: int, values: list[Any]) -> Any:
    whole = all([isinstance(value, int) for value in values])
    return number // over if whole and number % over == 0 else number / over


def _root(value: Any) -> Any:
    return value.sqrt() if isinstance(value, Decimal) else math.sqrt(value)


def _cut(values: list[Any], part: int, n: int, ends: int) -> Any:
    """The value below which `part` of `n` lie; `ends` says how far the sample is from its ends."""
    place = part * (len(values) + ends)
    below = place // n if ends > 0 else place // n + 1
    below = min(max(below, 1), len(values) - 1)
    over = place - below * n if ends > 0 else place - (below - 1) * n
    return (values[below - 1] * (n - over) + values[below] * over) / n


def _dot(left: list[float], right: list[float]) -> float:
    return math.fsum([left[place] * right[place] for place in range(len(left))])


def _deviations(x: Any, y: Any, name: str) -> Any:
    left, right = _floats(x, 2, name), _floats(y, 2, name)
    if len(left) != len(right):
        raise ValueError(f"{name} needs inputs of the same length")
    middle_x, middle_y = fmean(left), fmean(right)
    return [value - middle_x for value in left], [value - middle_y for value in right]


def _ranks(values: list[Any]) -> list[float]:
    """Places in order from 1; equal values share the mean of theirs."""
    order = sorted(values)
    first, last = {}, {}
    for place, value in enumerate(order, 1):
        last[value] = place
        if value not in first:
            first[value] = place
    return [(first[value] + last[value]) / 2 for value in values]
