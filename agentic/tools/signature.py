"""A function's signature and Google-style docstring, read into a model of its arguments."""

import inspect
import re
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from agentic.errors import UsageError
from agentic.tools.context import ToolContext

__all__ = ["argument_remarks", "field_name", "read_signature", "summary"]

_ARGUMENT = re.compile(r"\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*[:：]\s*(.*)")
_STARRED = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def read_signature(
    function: Callable[..., Any], name: str
) -> tuple[type[BaseModel], tuple[str, ...]]:
    """The model of a function's arguments, and the names of its injected parameters.

    Raises:
        UsageError: if it is no function or method, or a parameter takes any number of arguments,
            or has no type hint, one that can't be resolved or one without a JSON form.
    """
    if not inspect.isroutine(function):
        raise UsageError(f"{function!r} can't be a tool; give a function or a method.")
    hints = _hints(function, name)
    remarks = argument_remarks(inspect.getdoc(function) or "")
    fields: dict[str, Any] = {}
    injected: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        hint = _hint(parameter, hints, name)
        if hint is ToolContext or ToolContext in get_args(hint):
            injected.append(parameter.name)
        else:
            info = _field(parameter, hint, remarks.get(parameter.name))
            fields[field_name(parameter.name)] = (info.annotation, info)
    try:
        model = create_model(f"{name} arguments", __config__=_CONFIG, **fields)
    except (PydanticUserError, TypeError) as error:
        raise UsageError(f"Tool {name!r} can't take these arguments: {error}") from error
    return model, tuple(injected)


_CONFIG = ConfigDict(extra="forbid", protected_namespaces=(), populate_by_name=False)


def summary(docstring: str) -> str:
    """The first paragraph of a docstring, on one line; a section such as `Args:` is none."""
    first = inspect.cleandoc(docstring).split("\n\n", maxsplit=1)[0]
    lines: list[str] = []
    for line in first.splitlines():
        if re.fullmatch(r"(Args|Arguments|Returns|Raises|Yields|Examples?|Notes?):", line):
            break
        lines.append(line.strip())
    return " ".join(lines).strip()


def argument_remarks(docstring: str) -> dict[str, str]:
    """What the `Args:` section of a cleaned Google-style docstring says of each argument."""
    remarks: dict[str, str] = {}
    inside, indent, current = False, 0, ""
    for line in docstring.splitlines():
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        if depth == 0:
            inside, indent, current = line.strip() in {"Args:", "Arguments:"}, 0, ""
        elif inside:
            indent = indent or depth
            found = _ARGUMENT.match(line.strip()) if depth <= indent else None
            if found:
                current = found[1]
                remarks[current] = found[2]
            elif current:
                remarks[current] = f"{remarks[current]} {line.strip()}".strip()
    return remarks


def _hints(function: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        raise UsageError(
            f"The type hints of tool {name!r} can't be resolved ({error}); "
            "use names that its module imports or defines at the top level."
        ) from error


def _hint(parameter: inspect.Parameter, hints: dict[str, Any], name: str) -> Any:
    if parameter.kind in _STARRED:
        raise UsageError(
            f"Tool {name!r} takes any number of arguments as {str(parameter).split(':')[0]!r}; "
            "a model needs each argument named and typed."
        )
    if parameter.name not in hints:
        raise UsageError(
            f"Parameter {parameter.name!r} of tool {name!r} has no type hint; "
            f"write, for example, '{parameter.name}: str'."
        )
    return hints[parameter.name]


def _field(parameter: inspect.Parameter, hint: Any, remark: str | None) -> FieldInfo:
    if parameter.default is inspect.Parameter.empty:
        info = FieldInfo.from_annotation(hint)
    else:
        info = FieldInfo.from_annotated_attribute(hint, parameter.default)
    texts = [extra for extra in info.metadata if isinstance(extra, str)]
    info.description = info.description or remark or next(iter(texts), None)
    shadows = field_name(parameter.name) != parameter.name
    alias = parameter.name if shadows else None
    info.alias = info.validation_alias = info.serialization_alias = alias
    return info


def field_name(parameter: str) -> str:
    """A name that shadows nothing of pydantic's: a tool may well take a `schema` or a `copy`."""
    fits = parameter.isidentifier() and not parameter.startswith("_")
    if fits and not hasattr(BaseModel, parameter):
        return parameter
    return "argument_" + re.sub(r"\W", "_", parameter)
