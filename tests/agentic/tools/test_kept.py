"""What is kept of a run's calls: long results, whole."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agentic.state import Observation, ToolCall
from agentic.tools import ToolContext, tool
from agentic.tools.kept import read_result
from agentic.tools.runner import run_call, run_calls

LONG = "\n".join(f"第{number}行 line {number}" for number in range(3000))


@tool(effects=["reads"])
def report() -> str:
    """A long report."""
    return LONG


def run(made: Any, files: Path | None, id: str = "c1", **args: Any) -> Observation:
    context = ToolContext(Path(), run_id="r1", files=files)
    return asyncio.run(run_call(made, ToolCall(name=made.name, args=args, id=id), context))


def test_a_result_over_the_limit_is_kept_whole_and_read_on_to_its_end(tmp_path: Path) -> None:
    files = tmp_path / "run"
    seen = run(report, files)
    assert seen.ok
    assert seen.kept
    assert len(seen.result) <= report.max_chars
    head, _, rest = seen.result.partition("\n… ")
    assert f"read_result(call='c1', start={len(head)}) reads on" in rest
    assert LONG.startswith(head)
    assert LONG.endswith(rest.partition("…\n")[2])

    start, parts = len(head), [head]
    while start < len(LONG):
        page = run(read_result, files, call="c1", start=start)
        text, _, footer = page.result.rpartition("\n(characters ")
        parts.append(text)
        start += len(text)
        assert footer.startswith(f"{start - len(text):,}-{start:,} of {len(LONG):,}")
    assert "".join(parts) == LONG
    assert (files / "results" / "c1.txt").stat().st_mode & 0o077 == 0


def test_a_result_that_fits_is_not_kept(tmp_path: Path) -> None:
    @tool(effects=[])
    def short() -> str:
        return "x"

    assert not run(short, tmp_path).kept
    assert not (tmp_path / "results").exists()


def test_without_a_folder_nothing_is_kept() -> None:
    seen = run(report, None)
    assert not seen.kept
    assert "characters left out …" in seen.result


def test_a_folder_that_can_not_be_made_ends_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    seen = run(report, tmp_path / "file")
    assert seen.ok
    assert not seen.kept


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"call": "c2"}, "No long result of call 'c2'; there are: c1."),
        ({"call": "../../etc/passwd"}, "there are: c1."),
        ({"call": "c1", "start": 10**9}, "start is past its end"),
    ],
)
def test_what_can_not_be_read_on_is_said(
    args: dict[str, Any], message: str, tmp_path: Path
) -> None:
    run(report, tmp_path)
    seen = run(read_result, tmp_path, **args)
    assert not seen.ok
    assert message in seen.result


def test_an_id_from_elsewhere_stays_in_the_folder(tmp_path: Path) -> None:
    files = tmp_path / "run"
    seen = run(report, files, id="../../out")
    assert seen.kept
    assert [place.name for place in (files / "results").iterdir()] == ["______out.txt"]
    assert [place.name for place in tmp_path.iterdir()] == ["run"]


def test_calls_of_a_turn_come_back_in_order_and_at_most_so_many_at_once(tmp_path: Path) -> None:
    running, most = [0], [0]

    @tool(effects=[])
    async def slow(turns: int) -> int:
        running[0] += 1
        most[0] = max(most[0], running[0])
        for _ in range(turns):
            await asyncio.sleep(0)
        running[0] -= 1
        return turns

    calls = [ToolCall(name="slow", args={"turns": 9 - n}, id=f"c{n}") for n in range(8)]
    calls.append(ToolCall(name="slwo", args={}, id="c8"))
    context = ToolContext(tmp_path, files=tmp_path)
    seen = asyncio.run(run_calls({"slow": slow}, calls, context, at_once=3))
    assert [each.id for each in seen] == [call.id for call in calls]
    assert [each.result for each in seen[:8]] == [str(9 - n) for n in range(8)]
    assert "Did you mean 'slow'?" in seen[8].result
    assert most == [3]
