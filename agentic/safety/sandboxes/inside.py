"""What runs inside a sandbox of full Python: it gives up what it can, then runs the code.

It is started as text, `python -c`, and imports nothing of ours. The request comes on its standard
input as JSON. What the code prints goes to its standard output, and how the code ended, as JSON, to
its standard error; the code can write there too, and gains nothing by it.
"""

import ast
import base64
import ctypes
import json
import os
import resource
import signal
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import Any

_CODE = "<code>"
_MOST_MESSAGE = 2000
_MOST_NAME = 200
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
"""From `linux/prctl.h`."""


class _Packages(MetaPathFinder):
    """Finds the few packages that are offered, without the folder where all others lie."""

    def __init__(self, places: dict[str, str]) -> None:
        self._places = places

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        place = self._places.get(name)
        if place is None:
            return None
        if place.endswith(".py"):
            return spec_from_file_location(name, place)
        return spec_from_file_location(
            name, f"{place}/__init__.py", submodule_search_locations=[place]
        )


class _Filter(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def _confine(request: dict[str, Any]) -> None:
    """Take on the limits and the filter, for good; an error here ends the process."""
    for name, most in request["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))
    signal.setitimer(signal.ITIMER_REAL, request["seconds"])  # holds if our parent is killed
    program = base64.b64decode(request["filter"])
    given = _Filter(len(program) // 8, program)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    nothing = ctypes.c_ulong(0)
    if (
        prctl(_SET_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), nothing, nothing, nothing) != 0
        or prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), ctypes.byref(given)) != 0
    ):
        raise OSError(ctypes.get_errno(), "the filter of system calls can't be put on")


def _ran(code: str, most: int, values: dict[str, Any]) -> dict[str, Any]:
    """The value that the code ends with, as text, and its name; or why it failed."""
    main = sys.modules["__main__"] = ModuleType("__main__")
    try:
        value, name = _value(code, main.__dict__), ""
        if value is None:
            value, name = _assigned(values["last_assigned"](code), main.__dict__)
        text = None if value is None else values["shown"](value, most)
    except SystemExit as error:
        if error.code in (None, 0):
            return {}
        return _failure(error)
    except BaseException as error:  # whatever the code raises is what it came to
        return _failure(error)
    return {"value": text, "name": name[:_MOST_NAME]}


def _value(code: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(code, _CODE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, _CODE, "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), _CODE, "eval"), names)


def _assigned(name: str, names: dict[str, Any]) -> tuple[Any, str]:
    try:
        return (eval(name, names), name) if name else (None, "")
    except NameError:  # the assignment stands in a branch that was not taken
        return None, ""


def _failure(error: BaseException) -> dict[str, Any]:
    if isinstance(error, SyntaxError) and error.filename == _CODE:
        return _failed("syntax", error.msg, error.lineno or 0)
    line, frame = 0, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == _CODE:
            line = frame.tb_lineno
        frame = frame.tb_next
    error.__traceback__ = None  # with it goes what the code held
    if isinstance(error, MemoryError):
        return _failed("memory", "", line)
    try:
        text = str(error)
    except BaseException:  # the code's own text of its error may fail as well
        text = ""
    kind = type(error).__name__
    return _failed("raised", f"{kind}: {text}" if text else kind, line)


def _failed(kind: str, message: str, line: int) -> dict[str, Any]:
    return {"failure": {"kind": kind, "message": message[:_MOST_MESSAGE], "line": line}}


def _main() -> None:
    request = json.load(sys.stdin.buffer)
    os.closerange(3, 1 << 16)
    telling = os.dup(2)
    os.dup2(1, 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    sys.meta_path.append(_Packages(request["packages"]))
    sys.argv = [""]
    values: dict[str, Any] = {}
    exec(compile(request["values"], "<values>", "exec"), values)
    _confine(request)
    os.write(telling, b"\0")
    told = _ran(request["code"], request["most"], values)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # the code has closed or replaced it
            continue
    text = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    while text:
        text = text[os.write(telling, text) :]
    os._exit(0)  # nothing of the code's own runs on, such as what it left to atexit


if __name__ == "__main__":
    _main()
