"""The account of the days: shared by processes, kept through kills, counted once."""

import os
import signal
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from agentic.errors import StorageError
from agentic.safety.budget import Usage
from agentic.safety.spending import NAME, Spending

TODAY = date(2026, 5, 1)


def used(calls: int, cost: float | None = 0.0) -> Usage:
    return Usage(model_calls=calls, prompt_tokens=10 * calls, cost=cost)


def at(home: Path, day: date = TODAY) -> Spending:
    return Spending(home, lambda: day)


def test_a_note_tells_what_the_others_used(tmp_path: Path) -> None:
    spending = at(tmp_path)
    assert spending.note("a", used(3, 0.5)) == Usage()
    elsewhere = spending.note("b", used(1, 0.25))
    assert (elsewhere.model_calls, elsewhere.prompt_tokens, elsewhere.cost) == (3, 30, 0.5)
    assert spending.note("a", used(4, 0.75)).model_calls == 1


def test_a_note_made_again_counts_once(tmp_path: Path) -> None:
    spending = at(tmp_path)
    for calls in (1, 2, 2, 2, 1, 2):
        spending.note("a", used(calls))
    assert at(tmp_path).note("b", Usage()).model_calls == 2


def test_another_day_begins_with_nothing_and_a_run_brings_only_what_is_new(tmp_path: Path) -> None:
    at(tmp_path).note("a", used(5, 1.0))
    tomorrow = at(tmp_path, TODAY + timedelta(days=1))
    assert tomorrow.note("b", used(0)).model_calls == 0
    whole = used(7, 1.5)
    assert (tomorrow.note("a", whole) + whole).model_calls == 2
    assert tomorrow.note("b", used(0)).cost == pytest.approx(0.5)
    assert at(tmp_path, TODAY + timedelta(days=2)).note("c", used(0)).model_calls == 0


def test_a_run_whose_cost_is_unknown_costs_nothing_and_counts_all_else(tmp_path: Path) -> None:
    spending = at(tmp_path)
    spending.note("a", used(2, None))
    elsewhere = spending.note("b", used(0))
    assert (elsewhere.model_calls, elsewhere.cost) == (2, 0.0)


def test_days_go_after_forty(tmp_path: Path) -> None:
    at(tmp_path).note("a", used(5))
    whole, later = used(5), TODAY + timedelta(days=40)
    assert (at(tmp_path, later).note("a", whole) + whole).model_calls == 0
    much_later = later + timedelta(days=41)
    assert (at(tmp_path, much_later).note("a", whole) + whole).model_calls == 5


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    spending = at(tmp_path / "new" / "home")
    spending.note("a", used(1))
    modes = {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "new" / "home").iterdir()}
    assert modes == {0o600}
    spending.close()
    assert spending.note("b", used(0)).model_calls == 1


def test_a_damaged_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"no database at all " * 100)
    with pytest.raises(StorageError, match=rf"{NAME}.*delete the file"):
        at(tmp_path).note("a", used(1))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_that_was_forked_has_a_connection_of_its_own(tmp_path: Path) -> None:
    spending = at(tmp_path)
    spending.note("parent", used(1))
    parents = spending._connection
    child = os.fork()
    if child == 0:
        told = spending.note("child", used(2)).model_calls
        os._exit(0 if told == 1 and spending._connection is not parents else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert spending.note("parent", used(1)).model_calls == 2


NOTING = """
import sys
from datetime import date
from pathlib import Path
from agentic.safety.budget import Usage
from agentic.safety.spending import Spending

home, run, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
spending = Spending(home, lambda: date(2026, 5, 1))
for calls in range(1, most + 1):
    spending.note(run, Usage(model_calls=calls, cost=calls / 4))
    print(calls, flush=True)
"""


def noting(home: Path, run: str, most: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", NOTING, str(home), run, str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_share_it_and_a_kill_counts_nothing_twice(tmp_path: Path) -> None:
    alive = [noting(tmp_path, f"run{number}", 50) for number in range(3)]
    killed = noting(tmp_path, "killed", 100_000)
    assert killed.stdout is not None
    for line in killed.stdout:
        if int(line) == 40:
            break
    killed.send_signal(signal.SIGKILL)
    rest = killed.communicate()[0].split()
    noted = int(rest[-1]) if rest else 40
    for process in alive:
        process.communicate()
        assert process.returncode == 0

    told = at(tmp_path).note("last", Usage())
    assert told.model_calls - 150 in (noted, noted + 1)  # it was killed before it could say so
    assert told.cost == pytest.approx(told.model_calls / 4)
    again = at(tmp_path)
    again.note(
        "killed", Usage(model_calls=noted, cost=noted / 4)
    )  # gone on with, from where it was
    assert again.note("last", Usage()).model_calls == 150 + noted
