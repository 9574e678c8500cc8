"""The status line, on a terminal that is emulated."""

import io
import signal

import pyte
import pytest

from agentic.console.activity import Activity
from agentic.console.keyboard import on_interrupt
from agentic.console.marks import Marks
from agentic.console.page import Page
from agentic.console.phrases import doing
from agentic.console.render import Trace, traced
from agentic.console.terminal import stdout_console
from agentic.events import Event, TextDelta

from .happenings import CHINESE, ENGLISH, HOSTILE, happenings


def terminal(width: int = 80, **options: object) -> tuple[Page, io.StringIO]:
    file = io.StringIO()
    options = {"force_terminal": True, "width": width, "height": 20, "_environ": {}} | options
    return Page(stdout_console(file=file, **options)), file


def screen(text: str, width: int = 80) -> list[str]:
    """The rows that an emulated terminal shows."""
    emulated = pyte.Screen(width, 40)
    pyte.Stream(emulated).feed(text.replace("\n", "\r\n"))
    return [row.rstrip() for row in emulated.display]


def test_it_says_what_goes_on() -> None:
    said = [doing(event, Marks()) for event in happenings(ENGLISH)]
    assert said == [
        "recalling",
        "planning",
        None,
        "deciding step 1",
        'search_files(pattern="harbour")',
        "reflecting",
        "deciding step 2",
        'calculator(expression="291000 * x")',
        "reflecting",
        "deciding step 2",
        'calculator(expression="291000 * 2")',
        "reflecting",
        "answering",
        "answering",
        "remembering",
        None,
        None,
    ]


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["english", "chinese"])
@pytest.mark.parametrize("width", [40, 80])
def test_it_is_gone_when_the_run_ends(words: dict[str, str], width: int) -> None:
    page, file = terminal(width)
    list(traced(happenings(words), Trace(page.console, answer=True)))
    plain = io.StringIO()
    list(traced(happenings(words), Trace(stdout_console(file=plain, width=width), answer=True)))
    rows = [row.replace(" ", "") for row in screen(file.getvalue(), width)]
    expected = [row.replace(" ", "") for row in plain.getvalue().splitlines()]
    assert rows[: len(expected)] == expected
    assert not any(rows[len(expected) :])
    assert file.getvalue().count("\x1b[?25l") == file.getvalue().count("\x1b[?25h")


def test_the_cursor_is_back_after_an_interruption() -> None:
    page, file = terminal()

    def interrupted():  # type: ignore[no-untyped-def]
        yield from list(happenings(ENGLISH))[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(traced(interrupted(), Trace(page.console)))
    assert file.getvalue().rfind("\x1b[?25h") > file.getvalue().rfind("\x1b[?25l")
    assert screen(file.getvalue())[3] == ""


def test_an_interruption_is_told_before_it_is_heard() -> None:
    told = []
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), on_interrupt(lambda: told.append(True)):
        signal.raise_signal(signal.SIGINT)
    assert told == [True]
    assert signal.getsignal(signal.SIGINT) is before


def drawn(page: Page, events: list[Event], stream: bool) -> list[str]:
    activity = Activity(page, stream=stream)
    for event in events:
        activity.note(event)
    lines = page.console.render_lines(activity, pad=False)
    return ["".join(segment.text for segment in line) for line in lines]


def test_the_answer_grows_where_it_is_to_be_seen() -> None:
    page, _ = terminal(40)
    pieces: list[Event] = [TextDelta(text=f"第{number}行。\n") for number in range(30)]
    assert drawn(page, pieces, stream=False) == ["⠋ answering…  0 s"]
    rows = drawn(page, pieces, stream=True)
    assert rows[-1] == "⠋ answering…  0 s"
    assert rows[-3] == "第29行。"
    assert len(rows) == 18


def test_it_fits_a_narrow_terminal_and_shows_no_control_characters() -> None:
    page, _ = terminal(20)
    [row] = drawn(page, list(happenings(HOSTILE))[4:5], stream=True)
    assert len(row) <= 20
    assert "\x1b" not in row


def test_colour_can_be_switched_off() -> None:
    page, file = terminal(_environ={"NO_COLOR": "1"})
    list(traced(happenings(ENGLISH), Trace(page.console)))
    assert "\x1b[3" not in file.getvalue()
    assert "\x1b[2m" in file.getvalue()


def test_there_is_none_without_a_terminal_that_can_draw_it() -> None:
    page, file = terminal(_environ={"TERM": "dumb"})
    list(traced(happenings(ENGLISH), Trace(page.console)))
    assert "\x1b" not in file.getvalue()
