"""What a user sees while documents are read and vectors made."""

import signal
from io import StringIO
from threading import Event, main_thread

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console

from agentic.console.stages import Stages, Stopped, stages, watched


def terminal(file: StringIO, width: int) -> Console:
    return Console(file=file, force_terminal=True, width=width, color_system=None, _environ={})


def shown(width: int, *reports: tuple[str, int, int]) -> list[str]:
    """The lines that stand on a terminal of that width at the end."""
    file = StringIO()
    with stages(terminal(file, width)) as bars:
        for report in reports:
            bars(*report)
    screen = pyte.Screen(width, 10)
    pyte.Stream(screen).feed(file.getvalue().replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display if line.strip()]


@pytest.mark.parametrize("width", [30, 39, 40, 60, 100])
def test_a_line_for_each_stage_that_fits_at_every_width(width: int) -> None:
    lines = shown(width, ("reading", 1, 12), ("reading", 12, 12), ("vectors", 340, 1200))
    files, vectors = lines
    assert max(map(cell_len, lines)) <= width
    assert files.startswith("files    ━")
    assert "12/12" in files
    assert vectors.startswith("vectors  ━")
    assert "340/1200" in vectors
    assert (":" in vectors) == (width >= 40)


def test_nothing_is_drawn_where_nothing_is_done() -> None:
    assert shown(60) == []


def test_what_is_stopped_says_so_and_knows_how_far_it_is() -> None:
    file = StringIO()
    with stages(terminal(file, 60)) as bars:
        bars("vectors", 3, 9)
        bars.stop()
        with pytest.raises(Stopped):
            bars("vectors", 4, 9)
    assert "stopping" in file.getvalue()
    assert bars.done == {"vectors": (4, 9)}


def test_what_was_expected_and_did_not_come_is_not_left_behind() -> None:
    file = StringIO()
    with stages(terminal(file, 60)) as bars:
        bars("reading", 1, 1)
        bars.expect("vectors")
    screen = pyte.Screen(60, 10)
    pyte.Stream(screen).feed(file.getvalue().replace("\n", "\r\n"))
    assert [line[:5] for line in screen.display if line.strip()] == ["files"]


def test_ctrl_c_is_heard_while_a_step_lasts_and_the_step_is_done() -> None:
    heard, steps = Event(), list[int]()

    class Heard(Stages):
        def stop(self) -> None:
            super().stop()
            heard.set()

        def _draw(self, name: str, done: int, total: int) -> None:
            steps.append(done)

    bars = Heard()

    def work() -> None:
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
        assert heard.wait(60)
        bars("reading", 1, 2)
        bars("reading", 2, 2)

    with pytest.raises(KeyboardInterrupt):
        watched(work, bars)
    assert steps == [1]


def test_what_goes_wrong_in_the_background_is_told() -> None:
    def work() -> None:
        raise OSError("no disk")

    with stages(Console(file=StringIO())) as bars, pytest.raises(OSError, match="no disk"):
        watched(work, bars)


def test_lines_for_a_log_are_few() -> None:
    file = StringIO()
    with stages(Console(file=file, width=60)) as bars:
        for done in range(1, 1001):
            bars("reading", done, 1000)
        bars("vectors", 0, 0)
    lines = file.getvalue().splitlines()
    assert len(lines) == 12
    assert lines[0] == "files: 1 of 1,000"
    assert lines[-2:] == ["files: 1,000 of 1,000", "vectors: 0 of 0"]
