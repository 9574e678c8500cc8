"""The file tools under attack: nothing outside the workspace is read, changed or made.

Seen from outside: what lies beside the workspace is as it was, and no result tells of it.
"""

import asyncio
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agentic.state import Observation, ToolCall
from agentic.tools import Tool, ToolContext
from agentic.tools.database import query_database
from agentic.tools.files import list_files, read_file, search_files
from agentic.tools.runner import run_call
from agentic.tools.writing import edit_file, move_file, write_file

SECRET = "the canary sings"
SWAPPER = Path(__file__).with_name("swapping.py")
TRIES = 1000
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and handles of POSIX")


async def no_pause(seconds: float) -> None:
    """The tests wait for nothing."""


class Room:
    """A workspace, and what lies beside it."""

    def __init__(self, top: Path) -> None:
        self.work, self.outside = top / "work", top / "outside"
        for folder in (self.work, self.outside):
            (folder / "sub").mkdir(parents=True)
        _fill(self.outside, SECRET)
        _fill(self.outside / "sub", SECRET)
        _fill(self.work, "inside")
        _fill(self.work / "sub", "inside")
        self.before = self.beside()

    def beside(self) -> dict[str, tuple[Any, ...]]:
        """All that lies outside: names, kinds, rights, and what files hold."""
        found = {}
        for place in sorted(self.outside.rglob("*")):
            seen = place.lstat()
            data = place.read_bytes() if place.is_file() and not place.is_symlink() else b""
            found[str(place)] = (seen.st_mode, seen.st_nlink, seen.st_uid, data)
        return found

    def use(self, tool: Tool, **args: Any) -> Observation:
        call = ToolCall(name=tool.name, args=args)
        return asyncio.run(run_call(tool, call, ToolContext(self.work), pause=no_pause))

    def check(self, *seen: Observation) -> None:
        for each in seen:
            assert SECRET not in each.result, each.result
        assert self.beside() == self.before


def _fill(folder: Path, text: str) -> None:
    (folder / "a.txt").write_text(f"{text}\n")
    (folder / "data.csv").write_text(f"word\n{text}\n")
    with sqlite3.connect(folder / "data.db") as connection:
        connection.execute("CREATE TABLE words (word)")
        connection.execute("INSERT INTO words VALUES (?)", [text])
    connection.close()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


OUTWARD: dict[str, str] = {
    "up": "../outside/a.txt",
    "up and up": "../../../../../../../../../../../../TOP/outside/a.txt",
    "down and up": "sub/../../outside/a.txt",
    "through what is not there": "none/../../outside/a.txt",
    "through a file": "a.txt/../../outside/a.txt",
    "absolute": "TOP/outside/a.txt",
    "absolute, two slashes": "/TOP/outside/a.txt",
    "absolute, through the workspace": "TOP/work/../outside/a.txt",
    "absolute, of a like name": "TOP/workshop/../outside/a.txt",
    "backslashes": "..\\outside\\a.txt",
    "mixed slashes": "sub\\../..\\outside/a.txt",
    "a blank in front": " ../outside/a.txt",
    "a dot more": "./.././outside/a.txt",
    "slashes more": "..//outside///a.txt",
    "a link to a file": "to-file",
    "a link to a folder": "to-folder/a.txt",
    "a link to a link": "to-link",
    "a chain of links": "chain-9",
    "a relative link": "sub/relative/outside/a.txt",
    "a link to the root": "to-root/TOP/outside/a.txt",
    "a link to the folder above": "to-above/outside/a.txt",
    "a link up and down again": "to-folder/../outside/a.txt",
    "the root of the process": "/proc/self/root/TOP/outside/a.txt",
    "the folder of the process": "/proc/self/cwd/../outside/a.txt",
    "a link to the root of the process": "to-process/TOP/outside/a.txt",
    "an open file": "/dev/fd/3",
    "standard input": "/dev/stdin",
    "a link to open files": "to-descriptors/0",
    "memory of the process": "/proc/self/environ",
    "home": "~/a.txt",
    "home of root": "~root/a.txt",
    "a variable": "$HOME/a.txt",
    "a URL": "file://TOP/outside/a.txt",
    "percent-encoded": "%2e%2e/outside/a.txt",
    "percent-encoded twice": "%252e%252e/outside/a.txt",
    "full-width dots": "．．/outside/a.txt",
    "a two-dot sign": "‥/outside/a.txt",
    "full-width slashes": "..／outside／a.txt",
    "fraction slash": "..⁄outside⁄a.txt",
    "overlong UTF-8": "..\udcc0\udcafoutside",
    "an unseen character": ".\u200b./outside/a.txt",
    "a NUL": "a.txt\0/../../outside/a.txt",
    "a NUL at the end": "../outside/a.txt\0.txt",
    "a line break": "../outside/a.txt\n",
    "three dots": ".../outside/a.txt",
    "dots and a blank": ".. /outside/a.txt",
    "a drive": "C:\\outside\\a.txt",
    "a drive, relative": "C:..\\outside\\a.txt",
    "a share": "\\\\host\\share\\a.txt",
    "a device path": "\\\\?\\TOP\\outside\\a.txt",
    "very long": "../" * 1000 + "TOP/outside/a.txt",
    "a very long name": "x" * 5000,
    "a name like an option": "--target-directory=../outside",
    "a dangling link": "dangling",
    "a link to itself": "loop",
    "links in a circle": "circle-1",
}
"""Ways out: none of them is a file of the workspace."""


def _links(room: Room) -> None:
    work, outside = room.work, room.outside
    (work / "to-file").symlink_to(outside / "a.txt")
    (work / "to-folder").symlink_to(outside)
    (work / "to-link").symlink_to("to-file")
    for number in range(10):
        target = outside / "a.txt" if number == 0 else f"chain-{number - 1}"
        (work / f"chain-{number}").symlink_to(target)
    (work / "sub" / "relative").symlink_to("../..")
    (work / "to-root").symlink_to("/")
    (work / "to-above").symlink_to("..")
    (work / "to-process").symlink_to("/proc/self/root")
    (work / "to-descriptors").symlink_to("/proc/self/fd")
    (work / "dangling").symlink_to(outside / "made.txt")
    (work / "loop").symlink_to("loop")
    (work / "circle-1").symlink_to("circle-2")
    (work / "circle-2").symlink_to("circle-1")


@pytest.mark.parametrize("path", OUTWARD.values(), ids=OUTWARD)
def test_no_path_leads_out(room: Room, path: str) -> None:
    _links(room)
    path = path.replace("TOP", str(room.outside.parent)).replace("//tmp", "/tmp")
    folder = path.removesuffix("/a.txt")
    database = path.replace("a.txt", "data.db")
    read = [
        room.use(read_file, path=path),
        room.use(list_files, folder=folder),
        room.use(query_database, database=database, sql="SELECT * FROM words"),
        room.use(query_database, database=path.replace("a.txt", "data.csv"), sql="FROM data"),
        room.use(edit_file, path=path, old=SECRET, new="gone"),
        room.use(move_file, path=path, to="taken.txt"),
    ]
    assert not any(seen.ok for seen in read), [seen.result for seen in read]
    written = [
        room.use(search_files, text="canary", pattern=path),
        room.use(write_file, path=path, text="gone"),
        room.use(move_file, path="a.txt", to=path),
    ]
    room.check(*read, *written)


def test_a_search_of_everything_finds_nothing_outside(room: Room) -> None:
    _links(room)
    seen = [room.use(search_files, text="canary"), room.use(list_files, pattern="**/*")]
    assert seen[0].result.startswith("'canary' is in none of")
    assert "made.txt" not in seen[1].result
    room.check(*seen)


@pytest.mark.parametrize("folder", ["*", "?ub", "[s]ub", "**", "{sub,to-folder}"])
def test_a_folder_named_as_a_pattern_stands_for_itself(room: Room, folder: str) -> None:
    """DuckDB takes `*/data.csv` for all folders, the one behind a link out of it too."""
    (room.work / "tub").symlink_to(room.outside)
    (room.work / folder).mkdir()
    _fill(room.work / folder, "inside")
    (room.work / folder / "[d]ata.csv").write_text("word\nliteral\n")
    seen = [
        room.use(query_database, database=f"{folder}/{name}.csv", sql='SELECT word FROM "data"')
        for name in ("data", "[d]ata", "d*")
    ]
    assert seen[0].ok, seen[0].result
    assert "(1 row)" in seen[0].result
    room.check(*seen)


def test_a_second_name_of_a_file_outside_is_never_written_through(room: Room) -> None:
    os.link(room.outside / "a.txt", room.work / "hard.txt")
    room.before = room.beside()
    assert room.use(write_file, path="hard.txt", text="gone").ok
    assert (room.outside / "a.txt").read_text() == f"{SECRET}\n"
    os.link(room.outside / "a.txt", room.work / "hard-2.txt")
    assert room.use(edit_file, path="hard-2.txt", old=SECRET, new="gone").ok
    assert (room.outside / "a.txt").read_text() == f"{SECRET}\n"
    assert (room.work / "hard-2.txt").read_text() == "gone\n"


@pytest.fixture(params=["pipe", "socket", "device", "link to a device", "link to a pipe"])
def odd(
    request: pytest.FixtureRequest, room: Room, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """What is no file: to open it would wait for ever, or read without end."""
    place = room.work / "odd.txt"
    match request.param:
        case "pipe":
            os.mkfifo(place)
        case "socket":
            monkeypatch.chdir(room.work)  # a socket's path must be short
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(place.name)
                yield place.name
            return
        case "device":
            if os.geteuid() != 0:
                pytest.skip("only root makes devices")
            os.mknod(place, 0o666 | 0o020000, os.makedev(1, 5))
        case "link to a device":
            place.symlink_to("/dev/zero")
        case "link to a pipe":
            os.mkfifo(room.work / "real.txt")
            place.symlink_to("real.txt")
    yield place.name


def test_what_is_no_file_is_neither_waited_for_nor_read(odd: str, room: Room) -> None:
    seen = [
        room.use(read_file, path=odd),
        room.use(query_database, database=odd),
        room.use(write_file, path=odd, text="x"),
        room.use(edit_file, path=odd, old="a", new="b"),
        room.use(move_file, path=odd, to="moved.txt"),
    ]
    assert not any(each.ok for each in seen), [each.result for each in seen]
    seen = [room.use(search_files, text="inside"), room.use(list_files)]
    assert all(each.ok for each in seen)
    room.check(*seen)


KEPT = {
    "git": ".git/hooks/pre-commit",
    "git, capitals": ".GIT/hooks/pre-commit",
    "git, trailing dot": ".git./config",
    "git, trailing blank": ".git /config",
    "git, unseen character": ".g\u200cit/config",
    "git, full width": "．ｇｉｔ/config",
    "git, below": "sub/.git/config",
    "environment": ".venv/bin/python",
    "a device of Windows": "NUL",
    "a device of Windows, ending": "con.txt",
    "a device of Windows, superscript": "COM¹.txt",
    "a stream of Windows": "a.txt:hidden",
    "a trailing dot": "new.txt.",
    "a trailing blank within": "new /a.txt",
    "a direction turned": "exe\u202etxt.md",
    "a line break": "new\nname.txt",
    "the workspace": ".",
    "a program": "run.exe",
}
"""Places in the workspace that are not written to."""


@pytest.mark.parametrize("path", KEPT.values(), ids=KEPT)
def test_names_that_nothing_is_written_under(room: Room, path: str) -> None:
    before = sorted(map(str, room.work.rglob("*")))
    assert not room.use(write_file, path=path, text="x").ok
    assert sorted(map(str, room.work.rglob("*"))) == before


@pytest.mark.parametrize("name", ["-rf", "--help", "~", "~root", "$HOME", "*", "%2e%2e", "C"])
def test_names_that_mean_something_to_shells_are_names(room: Room, name: str) -> None:
    (room.work / name).write_text("its own text")
    assert "its own text" in room.use(read_file, path=name).result
    room.check(room.use(move_file, path=name, to="renamed.txt"))
    assert (room.work / "renamed.txt").read_text() == "its own text"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_both_ways_to_write_an_accent_stay_inside(room: Room, form: Any) -> None:
    _links(room)
    link, other = (unicodedata.normalize(each, "é") for each in ("NFC", "NFD"))
    (room.work / link).symlink_to(room.outside)
    path = f"{unicodedata.normalize(form, 'é')}/a.txt"
    seen = [room.use(read_file, path=path), room.use(write_file, path=path, text="x")]
    assert not seen[0].ok
    assert link != other
    room.check(*seen)


def test_a_workspace_that_is_a_link_itself(room: Room, tmp_path: Path) -> None:
    real = room.work
    room.work = tmp_path / "link"
    room.work.symlink_to(real)
    assert room.use(read_file, path="a.txt").ok
    assert room.use(write_file, path="new/b.txt", text="x").ok
    assert (real / "new" / "b.txt").read_text() == "x"
    seen = room.use(read_file, path="../outside/a.txt")
    assert not seen.ok
    room.check(seen)


def test_a_workspace_that_is_deleted_meanwhile(room: Room) -> None:
    shutil.rmtree(room.work)
    seen = [
        room.use(read_file, path="a.txt"),
        room.use(list_files),
        room.use(search_files, text="inside"),
        room.use(write_file, path="a.txt", text="x"),
        room.use(edit_file, path="a.txt", old="a", new="b"),
        room.use(move_file, path="a.txt", to="b.txt"),
        room.use(query_database, database="data.db"),
    ]
    assert not any(each.ok for each in seen if each.name != "search_files")
    assert not room.work.exists()
    room.check(*seen)


@contextmanager
def swapped(folder: Path, one: str, other: str) -> Iterator[None]:
    """Two names of a folder are swapped by another process while the block runs."""
    command = [sys.executable, "-I", "-S", str(SWAPPER), str(folder), one, other]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


def test_a_folder_that_becomes_a_link_while_it_is_used(room: Room) -> None:
    """`sub` is by turns a folder of the workspace and a link out of it."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    (room.work / "other").symlink_to(room.outside / "sub")
    uses: list[tuple[Tool, dict[str, Any]]] = [
        (read_file, {"path": "sub/a.txt"}),
        (write_file, {"path": "sub/a.txt", "text": "gone"}),
        (write_file, {"path": "sub/new/deep.txt", "text": "gone"}),
        (edit_file, {"path": "sub/a.txt", "old": "the", "new": "gone"}),
        (move_file, {"path": "a.txt", "to": "sub/moved.txt"}),
        (move_file, {"path": "sub/data.csv", "to": "taken.csv"}),
        (search_files, {"text": "canary", "pattern": "sub/*.txt"}),
        (list_files, {"folder": "sub"}),
    ]
    outcomes = set()
    with swapped(room.work, "sub", "other"):
        for _ in range(TRIES):
            tool, args = rng.choice(uses)
            seen = room.use(tool, **args)
            outcomes.add(seen.ok)
            assert SECRET not in seen.result
    room.check()
    assert outcomes == {True, False}  # both were met, so there was something to escape by


@pytest.mark.parametrize("name", ["data.db", "data.csv"])
def test_a_database_whose_folder_becomes_a_link_while_it_is_opened(room: Room, name: str) -> None:
    (room.work / "other").symlink_to(room.outside / "sub")
    with swapped(room.work, "sub", "other"):
        for _ in range(15):
            sql = "SELECT * FROM words" if name == "data.db" else "SELECT * FROM data"
            seen = room.use(query_database, database=f"sub/{name}", sql=sql)
            assert SECRET not in seen.result
    room.check()


def test_a_file_that_becomes_a_link_while_it_is_used(room: Room) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    (room.work / "b.txt").symlink_to(room.outside / "a.txt")
    uses: list[tuple[Tool, dict[str, Any]]] = [
        (read_file, {"path": "a.txt"}),
        (write_file, {"path": "a.txt", "text": "gone"}),
        (edit_file, {"path": "a.txt", "old": "the", "new": "gone"}),
        (search_files, {"text": "canary", "pattern": "*.txt"}),
    ]
    with swapped(room.work, "a.txt", "b.txt"):
        for _ in range(TRIES // 2):
            tool, args = rng.choice(uses)
            assert SECRET not in room.use(tool, **args).result
    room.check()
