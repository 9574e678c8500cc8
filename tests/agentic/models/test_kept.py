"""Evaluated prompts on disk: kept, found again, pruned; never a fault in a run."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from agentic.models.kept import DAY, KEPT, Kept


def working(folder: Path) -> Kept:
    """With a slot that writes and reads."""

    def slot(action: str, name: str) -> bool:
        file = folder / name
        if action == "save":
            file.write_text("state")
        return file.read_text() == "state"

    return Kept(folder, slot)


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def aged(file: Path, seconds: float) -> Path:
    file.write_text("state")
    then = file.stat().st_mtime - seconds
    os.utime(file, (then, then))
    return file


def test_what_was_kept_is_there_again_and_only_for_its_owner(tmp_path: Path) -> None:
    kept = working(tmp_path)
    assert not kept.restore("a")
    kept.keep("a")
    assert names(tmp_path) == {"a"}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert kept.restore("a")


def test_what_cannot_be_read_is_removed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("altered")
    assert not working(tmp_path).restore("a")
    assert names(tmp_path) == set()


def test_the_longest_unused_are_pruned(tmp_path: Path) -> None:
    kept = working(tmp_path)
    for number in range(KEPT + 1):
        aged(tmp_path / f"old{number}", 1000 - number)
    assert kept.restore("old0"), "using it makes it the newest"
    kept.keep("new")
    assert names(tmp_path) == {"old0", "new", *(f"old{n}" for n in range(3, KEPT + 1))}


def test_what_another_process_writes_is_left_alone_for_a_day(tmp_path: Path) -> None:
    for number in range(KEPT):
        aged(tmp_path / f"finished{number}", 2 * DAY)
    aged(tmp_path / "busy.1", DAY / 2)
    aged(tmp_path / "killed.2", DAY + 60)
    working(tmp_path).keep("new")
    assert "busy.1" in names(tmp_path)
    assert "killed.2" not in names(tmp_path)
    assert len(names(tmp_path)) == KEPT + 1


def refused(action: str, name: str) -> bool:
    raise httpx.ReadTimeout("slow")


def vanished(folder: Path) -> Callable[[str, str], bool]:
    """A slot beside which another process removes what lies in the folder."""

    def slot(action: str, name: str) -> bool:
        for file in folder.iterdir():
            file.unlink()
        return True

    return slot


@pytest.mark.parametrize("case", ["refused", "vanished", "no folder"])
def test_nothing_that_goes_wrong_here_stops_a_run(tmp_path: Path, case: str) -> None:
    folder = tmp_path / "gone" if case == "no folder" else tmp_path
    kept = Kept(folder, vanished(folder) if case == "vanished" else refused)
    if case != "no folder":
        (folder / "a").write_text("state")
        assert kept.restore("a") is (case == "vanished")
        assert (folder / "a").exists() is (case == "refused")
    kept.keep("a")
