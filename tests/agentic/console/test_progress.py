"""What a user sees while weights are fetched."""

import re
from io import BytesIO, StringIO, TextIOWrapper

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console

from agentic.console.progress import pull_progress

TOTAL = 1_117_320_768


def terminal(file: StringIO | TextIOWrapper, width: int) -> Console:
    return Console(file=file, force_terminal=True, width=width, color_system=None, _environ={})


def shown(width: int, *reports: int, total: int = TOTAL) -> list[str]:
    """The lines that stand on a terminal of that width when the fetch is over."""
    file = StringIO()
    with pull_progress(terminal(file, width)) as progress:
        for done in reports:
            progress(done, total)
    screen = pyte.Screen(width, 10)
    pyte.Stream(screen).feed(file.getvalue().replace("\n", "\r\n"))
    return [line.rstrip() for line in screen.display if line.strip()]


@pytest.mark.parametrize("width", [20, 29, 30, 39, 40, 60, 80, 120])
def test_one_line_that_fits_at_every_width(width: int) -> None:
    lines = shown(width, 0, TOTAL // 2, TOTAL)
    assert len(lines) == 1
    assert cell_len(lines[0]) <= width
    assert "━" in lines[0]
    assert ("100%" if width < 30 else "1.1/1.1 GB") in lines[0]


@pytest.mark.parametrize(
    ("total", "size"), [(TOTAL, "1.1/1.1 GB"), (491_400_064, "491.4/491.4 MB")]
)
def test_bytes_rate_and_time_left_at_40_columns(total: int, size: str) -> None:
    (line,) = shown(40, 0, total // 2, total, total=total)
    assert re.fullmatch(rf"━+ {size} [0-9.]+ \wB/s 00:00", line)


@pytest.mark.parametrize("width", [30, 40, 80])
def test_megabytes_fit_as_well(width: int) -> None:
    (line,) = shown(width, 0, 245_700_032, total=491_400_064)
    assert "245.7/491.4 MB" in line


def test_an_interrupted_bar_stays_where_it_was() -> None:
    file = StringIO()

    def interrupted() -> None:
        with pull_progress(terminal(file, 80)) as progress:
            progress(TOTAL // 2, TOTAL)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "0.6/1.1 GB" in file.getvalue()
    assert file.getvalue().endswith(("\n", "\x1b[?25h"))


def test_nothing_is_drawn_without_a_report() -> None:
    assert shown(80) == []


def test_a_terminal_without_utf8_gets_ascii() -> None:
    raw = BytesIO()
    file = TextIOWrapper(raw, encoding="ascii")
    with pull_progress(terminal(file, 60)) as progress:
        progress(TOTAL // 2, TOTAL)
    file.flush()
    assert b"0.6/1.1 GB" in raw.getvalue()


def test_plain_lines_where_there_is_no_terminal() -> None:
    file = StringIO()
    with pull_progress(Console(file=file, width=40)) as progress:
        for percent in range(15, 101):
            progress(TOTAL * percent // 100 + (percent < 100), TOTAL)
    lines = file.getvalue().splitlines()
    assert lines[0] == "fetched 167.6 MB of 1.1 GB, 15 %"
    assert len(lines) == 10
    assert "/s, " in lines[1]
    assert lines[-1] == "fetched 1.1 GB of 1.1 GB, 100 %"
    assert "\x1b" not in file.getvalue()


def test_a_dumb_terminal_gets_lines() -> None:
    file = StringIO()
    dumb = Console(file=file, force_terminal=True, _environ={"TERM": "dumb"})
    with pull_progress(dumb) as progress:
        progress(TOTAL, TOTAL)
    assert file.getvalue() == "fetched 1.1 GB of 1.1 GB, 100 %\n"


def test_stdout_stays_empty(capsys: pytest.CaptureFixture[str]) -> None:
    with pull_progress() as progress:
        progress(TOTAL, TOTAL)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "fetched 1.1 GB of 1.1 GB, 100 %\n"


def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    file = StringIO()
    plain = Console(file=file, force_terminal=True, _environ={"NO_COLOR": "1", "TERM": "xterm"})
    with pull_progress(plain) as progress:
        progress(TOTAL // 2, TOTAL)
    assert "\x1b[3" not in file.getvalue()
