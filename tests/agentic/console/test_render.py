"""The trace, line by line."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from agentic.console.render import Trace, traced
from agentic.console.terminal import stdout_console
from agentic.events import (
    Event,
    Paused,
    Planned,
    Recalled,
    Reflected,
    RunEnded,
    ToolEnded,
    ToolStarted,
)
from agentic.state import Question, Recollection, Step

from .happenings import CHINESE, ENGLISH, HOSTILE, USAGE, happenings


def console(width: int = 80, encoding: str = "utf-8", **options: object) -> Console:
    file = io.TextIOWrapper(io.BytesIO(), encoding, errors="backslashreplace", newline="")
    return stdout_console(file=file, width=width, **options)


def written(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.TextIOWrapper)
    file.flush()
    buffer = file.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode(file.encoding)


def shown(*events: Event, width: int = 80, verbose: bool = False, answer: bool = False) -> str:
    page = console(width)
    assert list(traced(events, Trace(page, verbose=verbose, answer=answer))) == list(events)
    return written(page)


def test_a_run_in_english() -> None:
    assert (
        shown(*happenings(ENGLISH))
        == """\
assistant · local
recalled 1 memory
  · Last year's note says that the harbour city is Bergen.
plan
  ○ 1 search_files · the harbour city and its population
  ○ 2 calculator · the population, doubled
✓ c1 search_files(pattern="harbour") → notes/harbour.md:3: Bergen has 291…  0.0s
  ✓ 1 Bergen has 291,000 people. [c1]
✗ c2 calculator(expression="291000 * x") → No name 'x'.  0.0s
↻ another try
✓ c3 calculator(expression="291000 * 2") → 291000 * 2 = 582000  0.0s
  ✓ 2 Doubled, it is 582,000. [c3]
✓ every step has its evidence: c1, c3
[1] notes/harbour.md:3
memory was full, and the weakest went: Last year's note says that the harbour
city is Bergen.
done in 9.8 s · 6 model calls · 1,934 tokens in, 91 % cached · 180 out
"""
    )


def test_a_run_in_chinese_on_a_narrow_terminal() -> None:
    assert (
        shown(*happenings(CHINESE), width=40, answer=True)
        == """\
assistant · local
recalled 1 memory
  · 去年的筆記說，港口城市是卑爾根。
plan
  ○ 1 search_files · 港口城市的名稱和人
      口，寫在筆記裡的第三段
  ○ 2 calculator · 人口的兩倍
✓ c1 search_files(pattern="港口")  0.0s
  → 筆記/港口.md:3: 卑爾根，人口二十九…
  ✓ 1 卑爾根有291,000人。 [c1]
✗ c2 calculator(expression="2910…)  0.0s
  → No name 'x'.
↻ another try
✓ c3 calculator(expression="2910…)  0.0s
  → 291000 * 2 = 582000
  ✓ 2 兩倍是582,000。 [c3]
✓ every step has its evidence: c1, c3

港口城市是卑爾根，人口的兩倍是582,000人
[1]。
[1] 筆記/港口.md:3

memory was full, and the weakest went:
去年的筆記說，港口城市是卑爾根。
done in 9.8 s · 6 model calls · 1,934
tokens in, 91 % cached · 180 out
"""
    )


@pytest.mark.parametrize("width", [12, 20, 40, 80, 200])
@pytest.mark.parametrize("words", [ENGLISH, CHINESE, HOSTILE], ids=["english", "chinese", "evil"])
@pytest.mark.parametrize("verbose", [True, False])
def test_no_line_is_wider_than_the_terminal(
    width: int, words: dict[str, str], verbose: bool
) -> None:
    lines = shown(*happenings(words), width=width, verbose=verbose, answer=True).split("\n")
    wide = [line for line in lines if cell_len(line) > max(width, 40)]
    assert wide == []
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("verbose", [True, False])
def test_hostile_text_is_neither_markup_nor_control(verbose: bool) -> None:
    text = shown(*happenings(HOSTILE), verbose=verbose, answer=True)
    assert "[red]x[/red]" in text
    assert not set(text) & {*map(chr, range(10)), *map(chr, range(11, 32)), "\x9b", "\u202e"}


def test_an_encoding_without_the_signs_gets_plain_ones() -> None:
    page = console(encoding="ascii")
    list(traced(happenings(CHINESE), Trace(page)))
    lines = written(page).splitlines()
    assert lines[4].startswith("  o 1 search_files - \\u6e2f")
    assert lines[-1] == "done in 9.8 s - 6 model calls - 1,934 tokens in, 91 % cached - 180 out"


def test_verbose_shows_what_was_said_and_done_whole() -> None:
    result = "\n".join(f"line {number} of a long result" for number in range(30))
    text = shown(
        *happenings(ENGLISH),
        ToolStarted(id="d", step=3, name="read_file", args={"path": "a" * 100, "lines": [1, 2]}),
        ToolEnded(
            id="d",
            step=3,
            name="read_file",
            ok=True,
            result=result,
            seconds=1.26,
            sources=("n.md",),
        ),
        verbose=True,
    )
    assert "run r1  It is Bergen" in text
    assert "model plan  9.8 s · 1,934 tokens in, 91 % cached · 180 out\n    the harbour" in text
    assert "✓ c4 read_file  1.3s\n    path = " + "a" * 69 + "\n" in text
    assert "    lines = [1, 2]\n  → line 0 of" in text
    assert "    line 29 of a long result\n    from n.md\n" in text


def test_many_memories_are_counted_only() -> None:
    hits = [Recollection(id=str(number), text="text") for number in range(4)]
    assert shown(Recalled(hits=hits)) == "recalled 4 memories\n"
    assert shown(Recalled(hits=[])) == ""


def test_a_task_without_tools() -> None:
    assert shown(Planned(steps=[], revision=1)) == "plan\n  no tool needed\n"


def test_a_plan_made_again_shows_what_is_done_and_leaves_out_what_was_replaced() -> None:
    steps = [
        Step(id=1, serves="a", tool="t", yields="a", status="done", evidence="x", learned="A."),
        Step(id=2, serves="b", tool="t", yields="b", status="replaced"),
        Step(id=3, serves="c", tool="t", yields="c"),
    ]
    assert shown(Planned(steps=steps, revision=2)) == "plan 2\n  ✓ 1 t · a [x]\n  ○ 3 t · c\n"


def test_why_a_run_is_not_done_is_said_once() -> None:
    failed = Step(id=1, serves="a", tool="t", yields="the weather", status="failed")
    reason = "t: no such place"
    text = shown(
        Reflected(verdict="stuck", reason=reason, steps=[failed]),
        RunEnded(run_id="r", status="incomplete", reason=reason, usage=USAGE),
    )
    assert text.splitlines()[:2] == ["  ✗ 1 the weather", "✗ stuck: t: no such place"]
    assert text.count(reason) == 1
    assert "incomplete in 9.8 s" in text


def test_a_limit_is_named_where_a_run_ends_by_it() -> None:
    ended = RunEnded(run_id="r", status="incomplete", reason="the limit was reached", usage=USAGE)
    assert shown(ended).startswith("✗ the limit was reached\nincomplete in 9.8 s")


def test_a_repeated_call_and_an_empty_result_say_so() -> None:
    began = ToolStarted(id="a", step=1, name="t", args={})
    ended = ToolEnded(id="a", step=1, name="t", ok=True, result="\n", seconds=0, repeated=True)
    assert shown(began, ended) == "↻ c1 t() → (empty)  same call\n"


def test_a_call_that_was_under_way_is_shown_when_the_run_is_broken_off() -> None:
    page, closed = console(), []

    def broken():  # type: ignore[no-untyped-def]
        try:
            yield ToolStarted(id="a", step=1, name="wait", args={"for": "ever"})
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        list(traced(broken(), Trace(page)))
    assert written(page) == '○ c1 wait(for="ever")\n'
    assert closed == [True]


def test_who_stops_listening_stops_the_run() -> None:
    closed = []

    def endless():  # type: ignore[no-untyped-def]
        try:
            while True:
                yield Recalled(hits=[])
        finally:
            closed.append(True)

    listening = traced(endless(), Trace(console()))
    next(listening)
    listening.close()
    assert closed == [True]


def test_calls_that_a_paused_run_waits_for_are_shown_with_their_ids() -> None:
    args = {"city": "臺北[bold]"}
    reason = "waits for the results of get_weather"
    drawn = shown(
        ToolStarted(id="c12ab", step=1, name="get_weather", args=args),
        Paused(calls=[Question(id="c12ab", step=1, name="get_weather", args=args)]),
        RunEnded(run_id="r1", status="paused", reason=reason, usage=USAGE),
    )
    call, why, end = drawn.splitlines()[:3]
    assert call == '○ c1 c12ab get_weather(city="臺北[bold]")'
    assert why == f"○ {reason}"
    assert end.startswith("paused in ")
