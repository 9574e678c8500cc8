"""Agent: what a user defines and runs."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from agentic.events import Event, RunStarted
from agentic.portal import drained
from agentic.result import Result
from agentic.runs import Runs
from agentic.safety.budget import Limits
from agentic.safety.permissions import Permissions
from agentic.settings import settings, strict_checkpoints
from agentic.tasks import checked
from agentic.tools.base import Tool, toolbox
from agentic.tools.context import ToolContext

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.tools import BaseTool
    from langgraph.checkpoint.base import BaseCheckpointSaver

    from agentic.context import Context
    from agentic.state import ToolCall
    from memory import Memory

__all__ = ["Agent"]


@dataclass(frozen=True)
class Agent:
    """An agent: instructions, tools, a model, and the loop that plans, acts and reflects.

    An agent is immutable and may run many tasks, one after the other or at once.

    Args:
        name: A short name.
        instructions: Who the agent is and how it should work, for the system message.
        tools: Typed Python functions, `@tool` functions, LangChain tools, or dicts that describe
            functions in OpenAI's form. A dict has no body: a run pauses where it is called, until
            `resume` is given what came of the call.
        model: A model's name (see `agentic models`) or any LangChain chat model; the
            configured default when not given.
        memory: What runs recall from and remember into; None for an agent without memory.
        limits: The most that one run may use.
        workspace: The folder that file tools are confined to.
        permissions: What calls may do, what is asked about, and what is refused.
        checkpointer: Where LangGraph keeps the state of runs; an asynchronous one. By default a
            SQLite file in each run's folder.
    """

    name: str
    instructions: str = "You are a careful assistant."
    tools: Sequence["Tool | BaseTool | Callable[..., Any] | Mapping[str, Any]"] = ()
    model: "str | BaseChatModel | None" = None
    memory: "Memory | None" = None
    limits: Limits = field(default_factory=Limits)
    workspace: Path = field(default_factory=Path.cwd)
    permissions: Permissions = field(default_factory=Permissions)
    checkpointer: "BaseCheckpointSaver[Any] | None" = None

    def __post_init__(self) -> None:
        toolbox(self.tools)  # a faulty tool is told of where the agent is defined

    def with_(self, **changes: Any) -> "Agent":
        """The same agent with some of its arguments changed."""
        return replace(self, **changes)

    def run(self, task: str, *, history: Sequence["BaseMessage"] = ()) -> Result:
        """Do a task and return what came of it.

        Args:
            task: What is to be done, in any language.
            history: Earlier turns of the talk, which the task may refer to.

        Raises:
            UsageError: if the task is empty or too long.
            ModelError: if the model can't be loaded or fails.
        """
        return Result.of(self.stream(task, history=history))

    def resume(
        self,
        run_id: str,
        results: Mapping[str, Any] | None = None,
        *,
        answers: Mapping[str, Any] | None = None,
    ) -> Result:
        """Go on with a run that waits or was cut off, and return what came of the whole of it.

        Nothing that was done is done again. A call that was cut off is made again only if its tool
        says that this does no harm, or that it was not done; else the run waits for your word.

        Args:
            run_id: The run's id.
            results: By call id (`Result.pending`), for calls that are made elsewhere or are in
                doubt: what came of them, as a tool would return it, or an exception.
            answers: By call id: "yes" or "no" to an approval, or the arguments to make the call
                with; "repeat" or "skip" to a call in doubt. Those left out are waited for.

        Raises:
            UsageError: if there is no such run or call, it has ended, another process works on it,
                or it waits and nothing was answered.
            ModelError: if the model can't be loaded or fails.
            StorageError: if what it does can't be kept.
        """
        for _ in self.stream_on(run_id, results, answers=answers):
            pass
        return Result.of(self._runs.events(run_id))

    def stream_on(
        self,
        run_id: str,
        results: Mapping[str, Any] | None = None,
        *,
        answers: Mapping[str, Any] | None = None,
    ) -> Iterator[Event]:
        """`resume` that yields what happens from here on, as it happens."""
        return drained(lambda: self.aresume(run_id, results, answers=answers))

    def propose(self, task: str, *, history: Sequence["BaseMessage"] = ()) -> "list[ToolCall]":
        """The tool calls that the task asks for first, checked, none of them made.

        They are decided in one go, from the task alone: what can be called before any result is
        known.

        Args:
            task: What is to be done, in any language.
            history: Earlier turns of the talk, which the task may refer to.

        Returns:
            Calls with `name` and `args`; none where no tool fits.

        Raises:
            UsageError: if the task is empty or too long.
            ModelError: if the model can't be loaded or fails.
        """
        from anyio.from_thread import start_blocking_portal

        with start_blocking_portal() as portal:
            return portal.call(lambda: self.apropose(task, history=history))

    async def apropose(
        self, task: str, *, history: Sequence["BaseMessage"] = ()
    ) -> "list[ToolCall]":
        """`propose` for asyncio."""
        from agentic.proposing import propose
        from agentic.tools.threads import in_thread

        asked = checked(task)
        context, _ = await in_thread(self._bound)
        return await propose(asked, context, history)

    def stream(self, task: str, *, history: Sequence["BaseMessage"] = ()) -> Iterator[Event]:
        """Do a task and yield what happens as it happens. Closing the iterator stops the run."""
        return drained(lambda: self.astream(task, history=history))

    async def astream(
        self, task: str, *, history: Sequence["BaseMessage"] = ()
    ) -> AsyncIterator[Event]:
        """`stream` for asyncio: the one implementation that the others are doors to."""
        from agentic.running import begun
        from agentic.tasks import first_state
        from agentic.tools.threads import in_thread

        asked = checked(task)
        context, graph = await in_thread(self._admitted)
        start = first_state(uuid4().hex[:12], asked, history, context)
        begin = RunStarted(
            run_id=start["run_id"],
            agent=self.name,
            model=_model_name(self._model),
            task=asked,
            workspace=str(context.workspace),
            carried=start["carried"],
        )
        events = begun(graph, start, begin, context.runs, self.checkpointer)
        async with aclosing(events) as following:
            async for event in following:
                yield event

    async def aresume(
        self,
        run_id: str,
        results: Mapping[str, Any] | None = None,
        *,
        answers: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[Event]:
        """`resume` for asyncio: yields what happens from here on."""
        from agentic.running import resumed, to_answers
        from agentic.tools.threads import in_thread

        said = to_answers(results, answers)
        context, graph = await in_thread(self._admitted)
        events = resumed(graph, run_id, said, context.runs, context, self.checkpointer)
        async with aclosing(events) as following:
            async for event in following:
                yield event

    @property
    def graph(self) -> Any:
        """The compiled LangGraph graph, with the tools that are of use as things stand."""
        return self._bound()[1]

    def _admitted(self) -> "tuple[Context, Any]":
        """What a run brings to its nodes, once it is known that it may run."""
        from agentic.models.prices import ensure_priced
        from agentic.safety.depth import admitted

        admitted(self.name)
        ensure_priced(self.limits, self._model)
        return self._bound()

    def _bound(self) -> "tuple[Context, Any]":
        """What a run brings to its nodes, and the graph around it."""
        surroundings = ToolContext(self.workspace.resolve(), self.memory)
        offered = {
            name: tool
            for name, tool in self._toolbox.items()
            if tool.when is None or tool.when(surroundings)
        }
        names = tuple(offered)
        if names not in self._kept:
            self._kept[names] = self._bind(offered)
        return self._kept[names]

    def _bind(self, tools: Mapping[str, Tool]) -> "tuple[Context, Any]":
        strict_checkpoints()
        from agentic.context import Context
        from agentic.graph import build
        from agentic.safety.spending import Spending
        from agentic.tools.choice import MANY, ToolIndex
        from agentic.tools.kept import read_result

        cache = settings().home / "cache" / "tools"
        index = ToolIndex(tools, cache=cache) if len(tools) > MANY else None
        if tools:  # the run's own tool, unless the agent has one of that name
            tools = {read_result.name: read_result, **tools}
        context = Context(
            name=self.name,
            instructions=self.instructions,
            model=self._model,
            tools=tools,
            memory=self.memory,
            limits=self.limits,
            workspace=self.workspace.resolve(),
            runs=self._runs,
            permissions=self.permissions,
            index=index,
            spending=Spending(settings().home),
        )
        return context, build(context)

    @property
    def _runs(self) -> Runs:
        return Runs(settings().home / "runs")

    @cached_property
    def _toolbox(self) -> Mapping[str, Tool]:
        return toolbox(self.tools)

    @cached_property
    def _kept(self) -> "dict[tuple[str, ...], tuple[Context, Any]]":
        """By the tools that were offered."""
        return {}

    @cached_property
    def _model(self) -> "BaseChatModel":
        from agentic.models.catalog import resolve

        model = self.model if self.model is not None else settings().model
        return resolve(model) if isinstance(model, str) else model


def _model_name(model: "BaseChatModel") -> str:
    for key in ("name", "model_name", "model"):
        if value := getattr(model, key, None):
            return str(value)
    return type(model).__name__
