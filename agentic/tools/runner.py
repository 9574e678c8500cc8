"""Tool calls, made so that whatever a tool does comes back as an observation."""

import asyncio
import inspect
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from threading import Event
from typing import Any

from pydantic import BaseModel

from agentic.cleaning import clean
from agentic.errors import ToolError, UncertainToolError, may_pass
from agentic.naming import did_you_mean, matched, nearest
from agentic.safety.provenance import Within, runs_within
from agentic.safety.secrets import redact
from agentic.state import Observation, ToolCall, Touch
from agentic.tools.arguments.validation import shortened, storable, validated
from agentic.tools.base import Tool
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.kept import within
from agentic.tools.printing import printing_to_stderr
from agentic.tools.rendering import fit, render
from agentic.tools.threads import in_thread

__all__ = ["AT_ONCE", "marks_of", "run_call", "run_calls", "told"]

_log = logging.getLogger(__name__)

_DELAYS = (0.3, 1.0)
"""Seconds before the second and the third try, each times 0.5 to 1.5."""
_GRACE = 1.0
"""Seconds that a cancelled async tool has to clean up."""
_LONGEST_ERROR = 1000

AT_ONCE = 4
"""Calls that run side by side."""


Pause = Callable[[float], Awaitable[Any]]


async def run_call(
    tool: Tool | None,
    call: ToolCall,
    context: ToolContext,
    names: Sequence[str] = (),
    *,
    pause: Pause = asyncio.sleep,
) -> Observation:
    """Make a call and say what came of it; a failure is an observation that is not `ok`.

    Arguments are validated and coerced, time and result are limited, a passing fault of a
    repeatable tool is tried again twice. A sync function runs in a daemon thread: one that never
    returns is abandoned at its time limit and holds up neither the run nor the process's end.
    What a tool prints goes to stderr. Where the context has a folder for the run's files, a result
    over the limit is kept whole there.

    Args:
        tool: The tool, or None where there is none of the call's name.
        call: What the model wants.
        context: Handed to the tool where it asks for it.
        names: The names of the tools there are, for the message about an unknown one.
        pause: Waits for the seconds given, between tries.
    """
    began = time.monotonic()
    most = _LONGEST_ERROR if tool is None else tool.max_chars
    context = replace(context, cancelled=Event())
    args = storable(call.args)
    ok, in_doubt, kept, output = False, False, False, ToolOutput("")
    passing = Within(_marks(context))
    try:
        with runs_within(passing):
            output = await _perform(tool, call, context, names, pause)
        ok, (result, kept) = True, await _shown(output.text, most, call.id, context)
    except ToolError as error:
        in_doubt = isinstance(error, UncertainToolError) and tool is not None and not tool.retried
        _log.debug("call of %s failed", call.name, exc_info=error)
        result = fit(redact(str(error)), min(most, _LONGEST_ERROR))
    untrusted, private = marks_of(tool, output)  # of one that fails, the error's text is its own
    return Observation(
        id=call.id,
        step=call.step,
        name=call.name,
        args=args,
        ok=ok,
        result=result,
        seconds=time.monotonic() - began,
        in_doubt=in_doubt,
        kept=kept,
        size=len(output.text.encode("utf-8", "replace")),
        untrusted=untrusted or "untrusted" in passing.found,
        private=private or "private" in passing.found,
        sources=tuple(redact(clean(source)) for source in output.sources),
    )


def marks_of(tool: Tool | None, output: ToolOutput) -> tuple[bool, bool]:
    """Whether what a tool brought was written by others, and whether it may be private."""
    untrusted = output.untrusted
    if untrusted is None:
        untrusted = tool is not None and (tool.untrusted or tool.foreign)
    private = output.private
    return untrusted, (tool is not None and tool.private) if private is None else private


def _marks(context: ToolContext) -> frozenset[Touch]:
    marks: dict[Touch, bool] = {"untrusted": context.untrusted, "private": context.private}
    return frozenset(mark for mark, there in marks.items() if there)


async def _shown(text: str, most: int, call_id: str, context: ToolContext) -> tuple[str, bool]:
    """What the model reads of a result, and whether it was kept; a long one holds up nobody.

    Secrets are taken out of the whole of it: of one that is cut in two, no half is known.
    """

    def work() -> tuple[str, bool]:
        return within(redact(text), most, call_id, context.files)

    return work() if len(text) <= most else await in_thread(work)


async def run_calls(
    tools: Mapping[str, Tool],
    calls: Sequence[ToolCall],
    context: ToolContext,
    *,
    at_once: int = AT_ONCE,
) -> list[Observation]:
    """Make the independent calls of a turn side by side; what came of them, in their order.

    Args:
        tools: The tools there are, by name.
        calls: What the model wants.
        context: Handed to the tools that ask for it.
        at_once: Calls that run at the same time.
    """
    room = asyncio.Semaphore(at_once)

    async def make(call: ToolCall) -> Observation:
        async with room:
            tool = tools.get(matched(call.name, tools) or "")
            return await run_call(tool, call, context, tuple(tools))

    async with asyncio.TaskGroup() as group:
        made = [group.create_task(make(call)) for call in calls]
    return [task.result() for task in made]


async def _perform(
    tool: Tool | None, call: ToolCall, context: ToolContext, names: Sequence[str], pause: Pause
) -> ToolOutput:
    if tool is None:
        there = ", ".join(names) if names else "none at all"
        hint = did_you_mean(nearest(call.name, names))
        raise ToolError(f"No tool named {shortened(call.name)}; there are: {there}.{hint}")
    arguments = validated(tool, call.args)
    return await _within(tool, _tries(tool, arguments, context, pause), context.cancelled)


async def _within(
    tool: Tool, work: Coroutine[Any, Any, ToolOutput], cancelled: Event
) -> ToolOutput:
    """The work's outcome, if it comes within the tool's time limit; told before it is ended."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(lambda task: task.cancelled() or task.exception())
    try:
        done, _ = await asyncio.wait({task}, timeout=tool.timeout)
        if not done:
            cancelled.set()
            task.cancel()
            await asyncio.wait({task}, timeout=_GRACE)
            doubt = "" if tool.retried else " It may or may not have been done."
            raise UncertainToolError(
                f"{tool.name} did not finish within {tool.timeout:g} seconds.{doubt}"
            )
    finally:
        cancelled.set()
        task.cancel()
    if task.cancelled():
        raise ToolError(f"{tool.name} was cancelled from within.")
    return task.result()


async def _tries(
    tool: Tool, arguments: BaseModel, context: ToolContext, pause: Pause
) -> ToolOutput:
    """The output of the first try that succeeds; whatever the tool raises becomes a ToolError."""
    delays = list(_DELAYS) if tool.retried else []
    while True:
        try:
            return await _once(tool, arguments, context)
        except UncertainToolError:
            raise
        except Exception as error:
            passing = may_pass(error)
            if not (passing and delays):
                tried = f" (tried {len(_DELAYS) + 1} times)" if passing and tool.retried else ""
                raise ToolError(told(error) + tried) from error
        await pause(delays.pop(0) * random.uniform(0.5, 1.5))


async def _once(tool: Tool, arguments: BaseModel, context: ToolContext) -> ToolOutput:
    def work() -> Any:
        with printing_to_stderr():
            value = tool.invoke(arguments, context)
            return value if inspect.isawaitable(value) else render(value)

    try:
        if inspect.iscoroutinefunction(tool.function):
            value = work()
        else:
            value = await in_thread(work, context.run_id)
        if not inspect.isawaitable(value):
            assert isinstance(value, ToolOutput)
            return value
        with printing_to_stderr():
            return render(await value)
    except SystemExit as error:
        raise ToolError(f"{tool.name} tried to end the program (exit {error.code}).") from error


def told(error: Exception) -> str:
    """What a model is told of an error: a tool's own words, of any other its kind too."""
    try:
        text = str(error).strip()
    except Exception:  # an error that can't even be told; its kind has to do
        text = ""
    if isinstance(error, ToolError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
