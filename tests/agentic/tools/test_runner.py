"""Whatever a tool does, the run goes on with an observation."""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError, TransientToolError
from agentic.state import Observation, ToolCall
from agentic.tools import BUILTIN, Tool, ToolContext, ToolOutput, as_tool, tool
from agentic.tools.runner import run_call


async def go(made: Tool | None, args: dict[str, Any] | None = None, **options: Any) -> Observation:
    call = ToolCall(name=made.name if made else "calulator", args=args or {}, id="c1", step=2)
    context = ToolContext(Path.cwd(), run_id="r1")
    return await run_call(made, call, context, **options)


def run(made: Tool | None, args: dict[str, Any] | None = None, **options: Any) -> Observation:
    return asyncio.run(go(made, args, **options))


LOCAL = [made for made in BUILTIN.values() if made.name not in {"web_search", "search_files"}]


class Pauses(list[float]):
    """Stands in for sleeping: notes how long it would have been."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_a_call_becomes_an_observation() -> None:
    seen = run(BUILTIN["calculator"], {"expression": "348 * 27 + 156"})
    assert seen.ok
    assert seen.result == "348 * 27 + 156 = 9552"
    assert (seen.id, seen.step, seen.name) == ("c1", 2, "calculator")
    assert seen.args == {"expression": "348 * 27 + 156"}
    assert seen.seconds >= 0


@tool(effects=[])
def measure(length: float, unit: Literal["km", "mi"] = "km", count: int = 1) -> str:
    """Measure."""
    return f"{length * count:g} {unit}"


def test_arguments_are_converted_where_the_meaning_is_certain() -> None:
    assert run(measure, {"length": "2.5", "count": "3"}).result == "7.5 km"
    assert run(measure, {"length": 2, "count": 3.0, "unit": "mi"}).result == "6 mi"
    assert run(measure, {"length": 2, "count": None}).result == "2 km"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, "'length' is missing"),
        ({"length": 1, "units": "km"}, "there is no argument 'units', perhaps 'unit'"),
        ({"length": 1, "unit": "m"}, "'unit': input should be 'km' or 'mi', not 'm'"),
        ({"length": "long"}, "'length': input should be a valid number"),
        ({"length": None}, "'length': input should be a valid number, not None"),
        ({"length": "x" * 10**6}, "…"),
        ({"length": {"a": [[[1]]]}}, "'length': input should be a valid number"),
        ({"length": "\ud800"}, "'length': input should be a valid number"),
        ({"length": 1, "\x00": 2}, "there is no argument"),
    ],
)
def test_wrong_arguments_come_back_with_what_would_be_right(
    args: dict[str, Any], message: str
) -> None:
    seen = run(measure, args)
    assert not seen.ok
    assert seen.result.startswith("Wrong arguments: ")
    assert message in seen.result
    assert 'measure(length: number, unit: "km"|"mi" = "km", count: integer = 1)' in seen.result
    assert len(seen.result) <= 1000


@tool
def keep(what: Any) -> str:
    """Keep it."""
    return str(what)


def test_arguments_nested_too_deeply() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    for made in (keep, measure):
        seen = run(made, {"what": deep, "length": deep})
        assert not seen.ok
        assert "nested too deeply" in seen.result
        Observation.model_validate_json(seen.model_dump_json())


def test_half_characters_in_arguments_are_replaced() -> None:
    seen = run(keep, {"what": ["塔\ud83d"]})
    assert seen.result == "['塔\ufffd']"
    assert seen.args == {"what": ["塔\ufffd"]}


NAMES = st.sampled_from(["what", "length", "expression", "path", "folder", "pattern", "text"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(NAMES | st.text(max_size=5), VALUES, max_size=3))
def test_any_arguments_give_an_observation_that_json_can_carry(args: dict[str, Any]) -> None:
    async def main() -> list[Observation]:
        return await asyncio.gather(*(go(made, args) for made in (keep, measure, *LOCAL)))

    for seen in asyncio.run(main()):
        Observation.model_validate_json(seen.model_dump_json())


def test_an_unknown_tool_is_named_with_those_there_are() -> None:
    seen = run(None, names=["calculator", "recall"])
    assert not seen.ok
    assert seen.result == (
        "No tool named 'calulator'; there are: calculator, recall. Did you mean 'calculator'?"
    )
    assert run(None).result == "No tool named 'calulator'; there are: none at all."


def raising(error: BaseException) -> Tool:
    @tool
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad [bold]value[/]"), "ValueError: bad [bold]value[/]"),
        (KeyError("k"), "KeyError: 'k'"),
        (RuntimeError(), "RuntimeError"),
        (ToolError("Give a year."), "Give a year."),
        (StopIteration("done"), "RuntimeError"),
        (SystemExit(3), "fail tried to end the program (exit 3)."),
        (asyncio.CancelledError(), "fail was cancelled from within."),
        (MemoryError(), "MemoryError"),
        (ConnectionError("reset"), "ConnectionError: reset"),
    ],
)
def test_what_a_tool_raises_is_told(error: BaseException, message: str) -> None:
    async def afail() -> None:
        raise error

    for made in (raising(error), tool(name="fail")(afail)):
        seen = run(made)
        assert not seen.ok
        assert seen.result.startswith(message)


class Untold(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def test_an_error_that_can_not_be_told() -> None:
    seen = run(raising(Untold()))
    assert (seen.ok, seen.result) == (False, "Untold")


def test_an_error_of_ten_megabytes_is_cut() -> None:
    seen = run(raising(ValueError("x" * 10**7)))
    assert len(seen.result) <= 1000
    assert "characters left out" in seen.result


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_interrupt_inside_a_tool_is_not_swallowed(asynchronous: bool) -> None:
    async def astop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tool(astop) if asynchronous else raising(KeyboardInterrupt()))


@tool(timeout=0.05)
def hang() -> None:
    """Never return of itself."""
    threading.Event().wait(20)


@tool(timeout=0.05)
async def ahang() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("made", [hang, ahang])
def test_a_tool_that_never_returns_ends_at_its_time_limit(made: Tool) -> None:
    seen = run(made)
    assert not seen.ok
    assert seen.in_doubt
    assert seen.result == (
        f"{made.name} did not finish within 0.05 seconds. It may or may not have been done."
    )


def test_a_tool_that_never_returns_does_not_hold_up_the_end_of_the_process() -> None:
    code = """
import asyncio, threading
from pathlib import Path
from agentic.state import ToolCall
from agentic.tools import ToolContext, tool
from agentic.tools.runner import run_call

@tool(timeout=0.05)
def hang() -> None:
    threading.Event().wait()

print(asyncio.run(run_call(hang, ToolCall(name="hang"), ToolContext(Path(".")))).ok)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")


def test_cancelling_the_run_cancels_the_call() -> None:
    cleaned = []

    async def wait(started: asyncio.Event) -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    async def main() -> None:
        started = asyncio.Event()

        @tool
        async def slow() -> None:
            await wait(started)

        task = asyncio.create_task(go(slow))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert cleaned == [True]


def test_cancelling_the_run_leaves_a_blocked_thread_behind() -> None:
    async def main() -> None:
        started, release = threading.Event(), threading.Event()

        @tool
        def slow() -> None:
            started.set()
            release.wait(20)

        task = asyncio.create_task(go(slow))
        await asyncio.to_thread(started.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()

    asyncio.run(main())


def test_calls_run_at_the_same_time() -> None:
    both = threading.Barrier(2)

    @tool
    def meet() -> int:
        return both.wait(10)

    async def main() -> list[Observation]:
        return await asyncio.gather(go(meet), go(meet))

    assert sorted(seen.result for seen in asyncio.run(main())) == ["0", "1"]


def failing(times: int, error: Exception, **options: Any) -> tuple[Tool, list[int]]:
    tries: list[int] = []

    def fetch() -> str:
        tries.append(len(tries))
        if len(tries) <= times:
            raise error
        return "here"

    return tool(**options)(fetch), tries


PASSING = [
    TransientToolError("busy"),
    ConnectionResetError("reset"),
    TimeoutError("slow"),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_a_passing_fault_of_a_repeatable_tool_is_tried_again(error: Exception) -> None:
    pauses = Pauses()
    made, tries = failing(2, error, effects=["reads"])
    seen = run(made, pause=pauses)
    assert (seen.ok, seen.result, len(tries)) == (True, "here", 3)
    assert 0.1 < pauses[0] < pauses[1] < 2

    made, tries = failing(9, error, effects=["reads"])
    seen = run(made, pause=pauses)
    assert (seen.ok, len(tries)) == (False, 3)
    assert str(error) in seen.result
    assert "(tried 3 times)" in seen.result


@pytest.mark.parametrize("options", [{}, {"effects": ["writes"]}, {"repeatable": False}])
def test_a_tool_that_is_not_repeatable_is_tried_once(options: dict[str, Any]) -> None:
    made, tries = failing(1, ConnectionError("reset"), **options)
    seen = run(made, pause=Pauses())
    assert (seen.ok, seen.result, len(tries)) == (False, "ConnectionError: reset", 1)


def test_a_lasting_fault_is_not_tried_again() -> None:
    made, tries = failing(1, ToolError("no such city"), effects=["reads"])
    assert run(made, pause=Pauses()).result == "no such city"
    assert len(tries) == 1


def test_retries_count_against_the_time_limit() -> None:
    made, _ = failing(1, ConnectionError("reset"), effects=["reads"], timeout=0.05)

    async def forever(seconds: float) -> None:
        await asyncio.Event().wait()

    assert "did not finish" in run(made, pause=forever).result


def returning(value: Any, **options: Any) -> Tool:
    def give() -> Any:
        return value

    return tool(**options)(give)


def test_a_result_of_ten_megabytes_is_cut() -> None:
    seen = run(returning("x" * 10_000_000, max_chars=500))
    assert seen.ok
    assert len(seen.result) <= 500
    assert "characters left out …" in seen.result


def endless() -> Iterator[int]:
    yield from itertools.count()


async def aendless() -> Any:
    while True:
        yield 1


@pytest.mark.parametrize("function", [endless, aendless])
def test_an_endless_generator_is_an_error(function: Callable[..., Any]) -> None:
    seen = run(as_tool(function))
    assert not seen.ok
    assert "generator" in seen.result


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(no result)"),
        (b"\0" * 12_345, "(12,345 bytes of binary data)"),
        ({"塔": [330]}, '{"塔":[330]}'),
        ("a\x1b[2Jb\x00\ud800", "ab\ufffd"),
        (ToolOutput("found", ("a.md", "b\x00\ud800")), "found"),
    ],
)
def test_results_of_other_kinds(value: Any, text: str) -> None:
    seen = run(returning(value))
    assert (seen.ok, seen.result) == (True, text)
    if isinstance(value, ToolOutput):
        assert seen.sources == ("a.md", "b\ufffd")
    Observation.model_validate_json(seen.model_dump_json())


def test_a_function_that_returns_a_coroutine_is_awaited() -> None:
    async def answer() -> str:
        return "42"

    @tool
    def lazy() -> Any:
        return answer()

    assert run(lazy).result == "42"


def test_what_a_tool_prints_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    @tool
    def chatty() -> str:
        print("from a thread")
        return "ok"

    @tool
    async def achatty() -> str:
        print("from a task")
        await asyncio.sleep(0)
        print("again", flush=True)
        return "ok"

    async def main() -> None:
        before = sys.stdout
        calls = asyncio.gather(go(chatty), go(achatty))
        await asyncio.sleep(0)
        print("from the program")
        await calls
        assert sys.stdout is before

    asyncio.run(main())
    out, err = capsys.readouterr()
    assert out == "from the program\n"
    assert sorted(err.splitlines()) == ["again", "from a task", "from a thread"]


def test_what_an_abandoned_tool_prints_later_goes_to_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    release, ended = threading.Event(), threading.Event()

    @tool(timeout=0.05)
    def late() -> None:
        release.wait(20)
        with contextlib.ExitStack() as stack:
            stack.callback(ended.set)
            print("late")

    run(late)
    print("answer")
    release.set()
    assert ended.wait(20)
    out, err = capsys.readouterr()
    assert (out, err) == ("answer\n", "late\n")


def test_the_context_and_context_variables_reach_the_thread() -> None:
    from contextvars import ContextVar

    thread: ContextVar[str] = ContextVar("thread", default="none")

    @tool
    def where(context: ToolContext) -> str:
        return f"{context.run_id} {thread.get()} {os.fspath(context.workspace) != ''}"

    async def main() -> Observation:
        thread.set("t1")
        return await go(where)

    assert asyncio.run(main()).result == "r1 t1 True"


def test_work_that_nobody_waits_for_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentic.tools.threads.GRACE", 0.01)
    seen: list[threading.Thread] = []
    told: list[bool] = []

    @tool(timeout=0.05)
    def spin(context: ToolContext) -> None:
        seen.append(threading.current_thread())
        try:
            while True:
                pass
        finally:
            told.append(context.cancelled.is_set())

    assert run(spin).in_doubt
    seen[0].join(30)
    assert not seen[0].is_alive()
    assert told == [True]
