"""What to do instead, where the sandboxed Python lacks something."""

import builtins
import re

from agentic.safety.sandboxes import Failure

__all__ = ["full_remedy", "remedy"]

_CONFINED = "This Python only computes: no files, network, environment or other programs."
_NO_NUMPY = "Use lists, math and the functions of statistics, such as statistics.mean(values)."
_THERE_ARE = (
    "There are: math, statistics, datetime, time, calendar, re, json, csv, random, itertools, "
    "collections, functools, operator, heapq, bisect, decimal, string, dataclasses, hashlib."
)
_STATISTICS = (
    "There are: mean, fmean, geometric_mean, harmonic_mean, median, mode, multimode, stdev, "
    "pstdev, variance, pvariance, quantiles, covariance, correlation, linear_regression."
)

_MODULES = {
    **dict.fromkeys(("numpy", "pandas", "scipy", "sympy", "matplotlib"), _NO_NUMPY),
    **dict.fromkeys(("requests", "httpx", "urllib", "http", "socket", "ssl"), _CONFINED),
    **dict.fromkeys(("subprocess", "shutil", "multiprocessing", "threading"), _CONFINED),
    **dict.fromkeys(("ctypes", "signal", "io", "glob", "tempfile", "sqlite3"), _CONFINED),
    **dict.fromkeys(("uuid", "secrets"), "Use random."),
    "fractions": "Use decimal.Decimal, or whole numbers with math.gcd.",
    "zoneinfo": "Use datetime.timezone(timedelta(hours=8)) and the like.",
}
_LANGUAGE = {
    "yield": "Collect the values in a list and return the list.",
    "class inheritance": "Use one class without a base, or functions and dicts.",
    "method decorators": "Write a plain method or a function.",
    "'del' statement": "Use pop() to take something out of a list or dict.",
}
_RAISED = {
    r"PermissionError|RuntimeError: 'os\.|AttributeError: module 'os'": _CONFINED,
    r"NameError: name '(__import__|compile|breakpoint|globals)'": _CONFINED,
    r"NameError: name 'input'": "Nobody can answer; write the values into the code.",
    r"NameError: name '(exit|quit)'|.*'sys' has no attribute 'exit'": "Leave it out; the code "
    "ends by itself.",
    r"NotImplementedError: Wildcard imports": "Import the names one by one.",
    r"(AttributeError|ImportError): .*'statistics'": _STATISTICS,
    r"RecursionError": "Use a loop, or end the recursion earlier.",
    r"TypeError: callable replacement": "Go through re.finditer and join the pieces.",
    r"AttributeError: .* 'isocalendar'": "Use d.strftime('%G-W%V').",
    r"AttributeError: .* '(to|from)ordinal'": "Use (a - b).days and d + timedelta(days=n).",
    r"AttributeError: .* 'fromtimestamp'": "Use datetime(1970, 1, 1) + timedelta(seconds=t).",
    r"AttributeError: .* 'timetuple'": "Use .year, .month and .day, or strftime('%j').",
    r"AttributeError: .* 'is_integer'": "Use x == int(x).",
    r"AttributeError: .* 'maketrans'": "Use replace().",
    r"ImportError: .* 'OrderedDict'": "Use dict; it keeps its order.",
    r"ImportError: .* 'cmp_to_key'": "Give sorted() a key.",
    r"ImportError: .* 'NamedTuple'": "Use collections.namedtuple.",
}


def remedy(failure: Failure, line: str = "") -> str:
    """What the code may do instead, one sentence or two; "" where only its author can tell.

    Args:
        failure: Why the code failed.
        line: The line that it failed at.
    """
    message = failure.message
    if failure.kind == "syntax" and message.startswith("unexpected EOF"):
        return "A bracket or a quote is not closed, or a block has no lines."
    if failure.kind == "unsupported":
        return next((text for sign, text in _LANGUAGE.items() if sign in message), "")
    if failure.kind != "raised":
        return ""
    if module := re.match(r"ModuleNotFoundError: No module named '(\w+)", message):
        return _MODULES.get(module[1], _THERE_ARE)
    if (passed_on := _uncalled(message, line)) is not None:
        return f"Call it in a function: lambda x: {passed_on}."
    return next((text for sign, text in _RAISED.items() if re.match(sign, message)), "")


_FULLY_RAISED = {
    r"PermissionError|FileNotFoundError|RuntimeError: can't start new thread|gaierror": _CONFINED,
    r"EOFError": "Nobody can answer; write the values into the code.",
    r"RecursionError": "Use a loop, or end the recursion earlier.",
}


def full_remedy(failure: Failure, line: str = "") -> str:
    """What the code may do instead where it runs in full Python.

    Args:
        failure: Why the code failed.
        line: The line that it failed at.
    """
    from agentic.safety.sandboxes.interpreter import interpreter

    if failure.kind != "raised":
        return ""
    if failure.message.startswith("ModuleNotFoundError"):
        return f"There is {', '.join(['the standard library', *interpreter().offered])}."
    found = (text for sign, text in _FULLY_RAISED.items() if re.match(sign, failure.message))
    return next(found, "")


def _uncalled(message: str, line: str) -> str | None:
    """The call to write where a method of Python's own stands without one, as in `key=d.get`."""
    found = re.match(
        r"AttributeError: (type object )?'(\w+)'(?: object)? has no attribute '(\w+)'", message
    )
    if found is None or not hasattr(getattr(builtins, found[2], None), found[3]):
        return None
    place = re.search(rf"([\w.]+)\.{found[3]}\b(?!\s*\()", line)
    if place is None:
        return None
    return f"x.{found[3]}()" if found[1] else f"{place[1]}.{found[3]}(x)"
