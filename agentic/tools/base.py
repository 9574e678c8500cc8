"""A tool: a typed function that a model may call, with what calling it may bring about."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args, overload

from pydantic import BaseModel
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from agentic.effects import CAREFUL, Effect
from agentic.errors import UsageError
from agentic.tools.context import ToolContext
from agentic.tools.described import described, read_class
from agentic.tools.schema import schema_of, signature_line
from agentic.tools.signature import read_signature, summary

__all__ = ["Effect", "Tool", "as_tool", "tool", "toolbox"]

_SMALLEST_RESULT = 100


@dataclass(frozen=True, eq=False)
class Tool:
    """A tool. Calling it calls the function, unchecked; `runner.run_call` checks and guards."""

    function: Callable[..., Any] | None
    """None where the tool has no body: its calls are handed to whoever runs the agent."""
    name: str
    description: str
    """What it does and when to use it: the docstring's first paragraph, on one line."""
    arguments: type[BaseModel]
    schema: dict[str, Any]
    """JSON schema of the arguments, without references and titles, in the signature's order."""
    effects: frozenset[Effect] | None = None
    """What a call may do; None when nobody said."""
    repeatable: bool = False
    """The same call may be made again without harm."""
    idempotent: bool = False
    """The tool itself sees to it that a call made again with the same `ToolContext.key` has its
    effect once."""
    probe: Callable[..., Any] | None = None
    """Tells of a call that was cut off whether it was done; takes the tool's own arguments."""
    timeout: float = 30.0
    """Seconds that a call may take, retries included."""
    max_chars: int = 4000
    """Characters of a result that the model gets to read."""
    cached: bool = True
    """Within a run, the same call again gets the earlier result."""
    injected: tuple[str, ...] = ()
    """Parameters that the runner fills in with the `ToolContext`."""
    when: Callable[[ToolContext], bool] | None = None
    """Whether a run is offered the tool in its surroundings; None for always."""
    foreign: bool = False
    """It belongs to somebody else, such as an MCP server."""
    untrusted: bool = False
    """What it brings was written by others, who may want to lead the model astray."""
    private: bool = False
    """What it brings may be the user's alone."""
    confined: bool = False
    """What it writes stays in the workspace, or in the agent's own memory."""
    narrowed: Callable[[Mapping[str, Any]], frozenset[Effect]] | None = None
    """What a call with these arguments may do, where that is less than what some call may."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]{1,64}", self.name):
            raise UsageError(
                f"{self.name!r} can't be a tool's name; use up to 64 letters, digits and '_', "
                "for example @tool(name='add')."
            )
        if not self.timeout > 0:
            raise UsageError(f"The time limit of tool {self.name!r} must be over 0 seconds.")
        if self.max_chars < _SMALLEST_RESULT:
            raise UsageError(
                f"The result limit of tool {self.name!r} must be {_SMALLEST_RESULT} or more."
            )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._body(*args, **kwargs)

    @property
    def may_write(self) -> bool:
        """Whether a call may change something; so it is where the effects are unknown."""
        return self.effects is None or not self.effects.isdisjoint(CAREFUL)

    def effects_of(self, args: Mapping[str, Any]) -> frozenset[Effect] | None:
        """What a call with these arguments may do; None when nobody said."""
        return self.effects if self.narrowed is None else self.narrowed(args)

    @property
    def retried(self) -> bool:
        """Whether a call whose end is not known may be made again by code."""
        return self.repeatable or self.idempotent

    @property
    def signature_line(self) -> str:
        """The tool on one line, for a prompt."""
        return signature_line(self.name, self.description, self.schema)

    @property
    def as_function(self) -> dict[str, Any]:
        """The tool as models are told of functions: name, description, parameters."""
        return {"name": self.name, "description": self.description, "parameters": self.schema}

    @property
    def short_line(self) -> str:
        """The tool on one line without its arguments' types, for a prompt that names many."""
        names = ", ".join(self.schema.get("properties", {}))
        return f"{self.name}({names}) - {self.description}"

    def values(self, arguments: BaseModel) -> dict[str, Any]:
        """Validated arguments by the names of the function's parameters.

        What was not given is left to the function's own default, where it has a plain one.
        """
        parameters = inspect.signature(self._body).parameters
        names = {field: info.alias or field for field, info in type(arguments).model_fields.items()}
        return {
            name: getattr(arguments, field)
            for field, name in names.items()
            if field in arguments.model_fields_set or _default_is_ours(parameters.get(name))
        }

    def invoke(self, arguments: BaseModel, context: ToolContext) -> Any:
        """Call the function with validated arguments; of an async function, a coroutine."""
        parameters = inspect.signature(self._body).parameters
        values: dict[str, Any] = {
            **dict.fromkeys(self.injected, context),
            **self.values(arguments),
        }
        positional = [
            values.pop(parameter.name)
            for parameter in parameters.values()
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY and parameter.name in values
        ]
        return self._body(*positional, **values)

    @property
    def _body(self) -> Callable[..., Any]:
        if self.function is None:
            raise UsageError(
                f"Tool {self.name!r} has no body; its calls are answered by "
                "agent.resume(run_id, results={call_id: …})."
            )
        return self.function


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...


@overload
def tool(
    *,
    name: str | None = None,
    effects: Iterable[Effect] | None = None,
    repeatable: bool | None = None,
    timeout: float = 30.0,
    max_chars: int = 4000,
    cached: bool = True,
    when: Callable[[ToolContext], bool] | None = None,
    idempotent: bool = False,
    probe: Callable[..., Any] | None = None,
    untrusted: bool | None = None,
    private: bool | None = None,
    confined: bool = False,
) -> Callable[[Callable[..., Any]], Tool]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    effects: Iterable[Effect] | None = None,
    repeatable: bool | None = None,
    timeout: float = 30.0,
    max_chars: int = 4000,
    cached: bool = True,
    when: Callable[[ToolContext], bool] | None = None,
    idempotent: bool = False,
    probe: Callable[..., Any] | None = None,
    untrusted: bool | None = None,
    private: bool | None = None,
    confined: bool = False,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a tool of a typed function, sync or async. Use bare or with keywords.

    Args:
        function: The function; its docstring tells the model when to use it. Or a pydantic class:
            its fields are the arguments, and its `__call__` the body.
        name: The tool's name; that of the function or class by default.
        effects: What a call may do: "reads", "writes", "network", "executes"; an empty list says
            that it only computes. Left out, it is unknown, and treated as if it may write.
        repeatable: Whether the same call may be made again without harm. By default so where the
            effects are known and neither write nor execute.
        timeout: Seconds that a call may take.
        max_chars: Characters of a result that the model gets to read.
        cached: Whether the same call again within a run gets the earlier result; not so for a
            tool whose answer changes, such as one that throws dice.
        when: Whether a run is offered the tool, by its surroundings: a tool that can do nothing
            there only leads a model astray.
        idempotent: Whether a call made again with the same `ToolContext.key` has its effect once:
            the tool hands the key on, or keeps it. Such a call may be made again after a kill.
        probe: Tells of a call that was cut off by a kill or a time limit whether it was done. Takes
            the tool's arguments, sync or async; gives True, or the call's result, if it was, False
            if it was not, None if that can't be told.
        untrusted: Whether what it brings was written by others, who may want to lead the model
            astray. By default so where it reaches out over the network.
        private: Whether what it brings may be the user's alone. By default so where it reads, but
            not over the network.
        confined: Whether what it writes stays in the workspace or in the agent's memory, so that it
            brings nothing to others.

    Raises:
        UsageError: if the function can't be a tool, or an option has no such value.
    """

    def make(function: Callable[..., Any]) -> Tool:
        known = _effects(effects)
        safe = known is not None and known.isdisjoint(CAREFUL)
        return Tool(
            **_read(function, name),
            effects=known,
            repeatable=safe if repeatable is None else repeatable,
            timeout=timeout,
            max_chars=max_chars,
            cached=cached,
            when=when,
            idempotent=idempotent,
            probe=probe,
            untrusted=_from_network(known) if untrusted is None else untrusted,
            private=_reads_here(known) if private is None else private,
            confined=confined,
        )

    return make if function is None else make(function)


def as_tool(source: Any) -> Tool:
    """A tool from what may be one.

    Args:
        source: A `Tool`, a typed function or method, a pydantic class, a LangChain `BaseTool`, or
            a dict that describes a function in OpenAI's form; the last has no body, and so has a
            pydantic class without `__call__`.

    Raises:
        UsageError: if it is none of these, or can't be a tool.
    """
    if isinstance(source, Tool):
        return source
    if inspect.isroutine(source) or _is_model(source):
        return tool(source)
    if isinstance(source, Mapping):
        return Tool(**described(source))
    from agentic.tools.langchain import from_langchain

    return from_langchain(source)


def toolbox(tools: Iterable[Any]) -> dict[str, Tool]:
    """Tools by name, in the order given.

    Raises:
        UsageError: if two have one name, or one can't be a tool.
    """
    box: dict[str, Tool] = {}
    for each in map(as_tool, tools):
        if box.get(each.name, each) is not each:
            raise UsageError(
                f"Two tools are named {each.name!r}; name one of them otherwise with "
                f"@tool(name='{each.name}_2')."
            )
        box[each.name] = each
    return box


def _default_is_ours(parameter: inspect.Parameter | None) -> bool:
    """Whether the default stands in the hint or in pydantic's `Field(…)`, not in the function."""
    if parameter is None:
        return False
    return parameter.default is parameter.empty or isinstance(parameter.default, FieldInfo)


def _read(function: Callable[..., Any], name: str | None) -> dict[str, Any]:
    """What the function or class itself says of the tool."""
    if _is_model(function):
        return read_class(cast("type[BaseModel]", function), name)
    title = name if name is not None else getattr(function, "__name__", str(function))
    arguments, injected = read_signature(function, title)
    return {
        "function": function,
        "name": title,
        "description": summary(function.__doc__ or ""),
        "arguments": arguments,
        "schema": _schema(arguments, title),
        "injected": injected,
    }


def _from_network(effects: frozenset[Effect] | None) -> bool:
    return effects is not None and "network" in effects


def _reads_here(effects: frozenset[Effect] | None) -> bool:
    return effects is not None and "reads" in effects and "network" not in effects


def _is_model(source: Any) -> bool:
    return isinstance(source, type) and issubclass(source, BaseModel)


def _effects(effects: Iterable[Effect] | None) -> frozenset[Effect] | None:
    if effects is None:
        return None
    given = {effects} if isinstance(effects, str) else set(effects)
    unknown = given.difference(get_args(Effect))
    if unknown:
        there = ", ".join(get_args(Effect))
        raise UsageError(f"No effect named {sorted(map(str, unknown))[0]!r}; there are: {there}.")
    return cast("frozenset[Effect]", frozenset(given))


def _schema(arguments: type[BaseModel], name: str) -> dict[str, Any]:
    try:
        return schema_of(arguments)
    except PydanticUserError as error:
        raise UsageError(f"Tool {name!r} can't take these arguments: {error}") from error
