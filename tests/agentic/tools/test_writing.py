"""Write, edit and move real files: nothing outside changes, and nothing is lost."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic.errors import ToolError
from agentic.state import Observation, ToolCall
from agentic.tools import Tool, ToolContext, toolbox
from agentic.tools.changing.anchored import open_folder
from agentic.tools.changing.diffs import difference
from agentic.tools.changing.editing import replaced
from agentic.tools.probing import DONE, probed
from agentic.tools.runner import run_call
from agentic.tools.writing import edit_file, move_file, write_file
from tests.agentic.tools.test_workspace import paths

TOOLS = toolbox([write_file, edit_file, move_file])
POEM = "床前明月光，\r\n疑是地上霜。\r\n舉頭望明月，\n低頭思故鄉。"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    (work / "docs").mkdir(parents=True)
    (work / "a.md").write_text("one\ntwo\nthree\n")
    (work / "詩.txt").write_bytes(POEM.encode("big5"))
    (work / "logo").write_bytes(b"\x89PNG\0\0")
    (work / ".git").mkdir()
    (work / ".git" / "config").write_text("x")
    (tmp_path / "secret.txt").write_text("secret")
    (work / "out.txt").symlink_to(tmp_path / "secret.txt")
    (work / "out").symlink_to(tmp_path)
    (work / "dangling").symlink_to(tmp_path / "made")
    (work / "inner").symlink_to(work / "docs")
    os.mkfifo(work / "pipe")
    return work


def call(work: Path, name: str, **args: Any) -> Observation:
    return asyncio.run(run_call(TOOLS[name], ToolCall(name=name, args=args), ToolContext(work)))


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Names, modes, times and contents of all that lies in a folder, links not followed."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            place = Path(root, name)
            seen = place.lstat()
            data = place.read_bytes() if stat.S_ISREG(seen.st_mode) else b""
            found[str(place)] = (seen.st_mode, seen.st_mtime_ns, data)
    return found


W = {"text": "x"}
E = {"old": "one", "new": "1"}


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("write_file", {"path": "../a", **W}, "lies outside the workspace"),
        ("write_file", {"path": "/etc/new", **W}, "lies outside the workspace"),
        ("write_file", {"path": "~/new", **W}, "lies outside the workspace"),
        ("write_file", {"path": "out.txt", **W}, "lies outside the workspace"),
        ("write_file", {"path": "out/new", **W}, "lies outside the workspace"),
        ("write_file", {"path": "dangling", **W}, "lies outside the workspace"),
        ("write_file", {"path": "", **W}, "That is the workspace itself"),
        ("write_file", {"path": "docs", **W}, "'docs' is a folder; give the name of a file."),
        ("write_file", {"path": "new/", **W}, "names a folder"),
        ("write_file", {"path": "a.md/b", **W}, "a part of the path is no folder"),
        ("write_file", {"path": "pipe", **W}, "no regular file"),
        ("write_file", {"path": "logo", **W}, "'logo' is not text that can be changed"),
        ("write_file", {"path": "new.pdf", **W}, "A .pdf file can't be written as text"),
        ("write_file", {"path": ".git/hooks/x", **W}, "Nothing may be written in '.git'"),
        ("write_file", {"path": "docs/.GIT/x", **W}, "Nothing may be written in '.GIT'"),
        ("write_file", {"path": ".git./x", **W}, "Nothing may be written in '.git.'"),
        ("write_file", {"path": "CON.txt", **W}, "Windows keeps it for a device"),
        ("write_file", {"path": "new./a", **W}, "ends in a dot"),
        ("write_file", {"path": "a:b", **W}, "it has ':'"),
        ("write_file", {"path": "a\u202etxt.md", **W}, "a character that is not seen"),
        ("write_file", {"path": "docs/" + "塔" * 86, **W}, "too long; it may have 255 letters"),
        ("write_file", {"path": "a\0b", **W}, "can't be a path here"),
        ("write_file", {"path": "n", "text": "a\nb\0"}, "Line 2 of the text has a control"),
        ("write_file", {"path": "n", "text": "x" * 1_000_001}, "The text is too long"),
        ("write_file", {"path": "n", "text": "塔" * 400_000}, "would have 1.2 MB; at most 1 MB"),
        ("write_file", {"path": "詩.txt", "text": "🗼"}, "is in Big5, which has no '🗼'"),
        ("edit_file", {"path": "out.txt", **E}, "lies outside the workspace"),
        ("edit_file", {"path": "ａ.md", **E}, "Did you mean 'a.md'?"),
        ("edit_file", {"path": "docs", **E}, "'docs' is a folder"),
        ("edit_file", {"path": ".git/config", **E}, "Nothing may be written in '.git'"),
        ("edit_file", {"path": "a.md", "old": "", "new": "x"}, "'old' is empty"),
        ("edit_file", {"path": "a.md", "old": "x", "new": "x"}, "are the same"),
        ("edit_file", {"path": "a.md", "old": "e", "new": "x"}, "3 times (lines 1, 3, 3)"),
        ("edit_file", {"path": "詩.txt", "old": "霜", "new": "🗼"}, "which has no '🗼'"),
        ("move_file", {"path": "a.md", "to": "../a.md"}, "lies outside the workspace"),
        ("move_file", {"path": "a.md", "to": "out/"}, "lies outside the workspace"),
        ("move_file", {"path": "a.md", "to": "詩.txt"}, "There is a '詩.txt' already"),
        ("move_file", {"path": "a.md", "to": "a.md"}, "There is a 'a.md' already"),
        ("move_file", {"path": "a.md", "to": "."}, "There is a 'a.md' already"),
        ("move_file", {"path": "a.md", "to": ".git/a"}, "Nothing may be written in '.git'"),
        ("move_file", {"path": "a.md", "to": "a.md/."}, "can't be a name"),
        ("move_file", {"path": "a.md", "to": "x" * 300}, "is too long"),
        ("move_file", {"path": "docs", "to": "docs/deep/er"}, "can't be moved into itself"),
        ("move_file", {"path": ".", "to": "docs"}, "That is the workspace itself"),
        ("move_file", {"path": "inner", "to": "x"}, "is a link; name what it leads to: 'docs'"),
        ("move_file", {"path": "pipe", "to": "x"}, "neither a file nor a folder"),
    ],
)
def test_errors_say_what_to_do_and_change_nothing(
    work: Path, name: str, args: dict[str, Any], message: str
) -> None:
    before = snapshot(work.parent)
    seen = call(work, name, **args)
    assert not seen.ok
    assert message in seen.result
    assert snapshot(work.parent) == before


def test_a_new_file_in_new_folders(work: Path) -> None:
    seen = call(work, "write_file", path="筆記\\五月/計畫.md", text="一\n二\n")
    assert seen.result == (
        "Made '筆記/五月/計畫.md' (+2 -0 lines).\n"
        "--- 筆記/五月/計畫.md\n+++ 筆記/五月/計畫.md\n@@ -0,0 +1,2 @@\n+一\n+二"
    )
    assert seen.sources == ("筆記/五月/計畫.md",)
    place = work / "筆記" / "五月" / "計畫.md"
    assert place.read_bytes() == "一\n二\n".encode()
    umask = os.umask(0o022)
    os.umask(umask)
    assert stat.S_IMODE(place.stat().st_mode) == 0o644 & ~umask
    assert os.listdir(place.parent) == ["計畫.md"]


def test_a_file_is_replaced_and_keeps_its_form_and_rights(work: Path) -> None:
    (work / "a.md").chmod(0o640)
    os.link(work / "a.md", work.parent / "other-name")
    seen = call(work, "write_file", path="a.md", text="one\n2\nthree\n")
    assert "(+1 -1 lines)" in seen.result
    assert "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three" in seen.result
    assert stat.S_IMODE((work / "a.md").stat().st_mode) == 0o640
    assert (work.parent / "other-name").read_text() == "one\ntwo\nthree\n"
    again = call(work, "write_file", path="a.md", text="one\n2\nthree\n")
    assert again.result == "'a.md' reads so already; nothing was changed."
    (work / "dos.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    call(work, "write_file", path="dos.txt", text="c\nd\n")
    assert (work / "dos.txt").read_bytes() == b"\xef\xbb\xbfc\r\nd\r\n"
    call(work, "write_file", path="inner/new.md", text="x")
    assert (work / "docs" / "new.md").read_text() == "x"


def test_a_write_protected_file_is_left_alone(work: Path) -> None:
    (work / "a.md").chmod(0o444)
    assert "'a.md' is write-protected" in call(work, "write_file", path="a.md", text="x").result


def test_an_edit_changes_the_words_and_nothing_else(work: Path) -> None:
    seen = call(work, "edit_file", path="詩.txt", old="霜。\n舉頭", new="雪。\n抬頭")
    assert "-疑是地上霜。" in seen.result
    assert "+疑是地上雪。" in seen.result
    expected = POEM.replace("霜。\r\n舉頭", "雪。\r\n抬頭")
    assert (work / "詩.txt").read_bytes() == expected.encode("big5")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "big5", "gb18030"])
def test_an_encoding_is_kept(work: Path, encoding: str) -> None:
    text = "巴黎的塔高三百三十公尺，是一座有名的塔。"
    (work / "t.txt").write_bytes(text.encode(encoding))
    assert call(work, "edit_file", path="t.txt", old="一座", new="那座").ok
    assert (work / "t.txt").read_bytes() == text.replace("一座", "那座").encode(encoding)


def test_an_edit_in_every_place(work: Path) -> None:
    assert call(work, "edit_file", path="a.md", old="e", new="E", everywhere=True).ok
    assert (work / "a.md").read_text() == "onE\ntwo\nthrEE\n"


@pytest.mark.parametrize(
    ("text", "old", "help"),
    [
        (
            "a\n  b = 1\n",
            "b=1",
            "Only white space and line breaks differ; it has, in line 2:\nb = 1",
        ),
        (
            "高，低\n",
            "高,低",
            "Only punctuation or full-width signs differ; it has, in line 1:\n高，低",
        ),
        ("共１２元", "共12元", "it has, in line 1:\n共１２元"),
        ("say “hi”", 'say "hi"', "it has, in line 1:\nsay “hi”"),
        ("Total Sum", "total sum", "Only upper and lower case differ"),
        ("end", "end\n", "Only white space and line breaks differ"),
        ("甲：　Ａ\n", "甲: a", "Only white space, punctuation, width or case differ"),
        ("x\nthe new words\n", "the old words", "It has those in 'new' already."),
        ("first\nheight = 330\n", "hight = 330", "The nearest lines are:\n2: height = 330"),
        ("abc", "完全不同", "Read the file, and copy the words"),
    ],
)
def test_words_that_are_not_there_get_help(text: str, old: str, help: str) -> None:
    with pytest.raises(ToolError) as caught:
        replaced(text, old, "the new words", everywhere=False, file="f")
    assert help in str(caught.value)


pieces = st.text(alphabet="ab\r\n，。塔", max_size=6)


@given(pieces, pieces, pieces, pieces)
def test_an_edit_is_a_replacement(a: str, b: str, c: str, d: str) -> None:
    text = a + b + c
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    wanted = b.replace("\r\n", "\n").replace("\r", "\n")
    count = sum(plain.startswith(wanted, at) for at in range(len(plain))) if wanted else 0
    try:
        found = replaced(text, b, d, everywhere=False, file="f")
    except ToolError:
        assert count != 1
        return
    assert count == 1
    if "\r" not in text + d:
        assert found == a + d + c
    assert (
        found.replace("\r\n", "\n").replace("\r", "\n")
        == plain.replace(wanted, d.replace("\r\n", "\n").replace("\r", "\n"))
        or "\r" in text + d
    )  # two halves of a line end may meet


def test_move_and_rename(work: Path) -> None:
    seen = call(work, "move_file", path="a.md", to="docs")
    assert (seen.result, seen.sources) == ("Moved 'a.md' to 'docs/a.md'.", ("docs/a.md",))
    assert call(work, "move_file", path="docs/a.md", to="docs/A.md").ok
    assert call(work, "move_file", path="docs", to="新/資料").ok
    assert (work / "新" / "資料" / "A.md").read_text() == "one\ntwo\nthree\n"
    assert call(work, "move_file", path="新/資料/A.md", to="./").ok
    assert (work / "A.md").stat().st_nlink == 1


def test_two_names_of_one_file_stay_two(work: Path) -> None:
    os.link(work / "a.md", work / "A.md")
    assert "There is a 'A.md' already" in call(work, "move_file", path="a.md", to="A.md").result


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("top")
    (top / "secret.txt").write_text("outside")
    (top / "work-too").mkdir()
    (top / "work" / "docs").mkdir(parents=True)
    work = top / "work"
    (work / "out").symlink_to(top)
    (work / "out.txt").symlink_to(top / "secret.txt")
    (work / "dangling").symlink_to(top / "made")
    (work / "docs" / "up").symlink_to("../..")
    return work


@settings(max_examples=150, deadline=None)
@given(paths, paths, st.sampled_from(["write", "edit", "from", "to"]))
def test_hostile_paths_change_nothing_outside(room: Path, path: str, to: str, how: str) -> None:
    path, to = (
        each.replace("TOP", str(room.parent)).replace("WORK", str(room)) for each in (path, to)
    )
    context = ToolContext(room)
    calls = {
        "write": lambda: write_file(context, path, "outside"),
        "edit": lambda: edit_file(context, path, "outside", "changed"),
        "from": lambda: move_file(context, path, to),
        "to": lambda: move_file(context, "docs", to),
    }
    before = outside(room)
    with suppress(ToolError):
        calls[how]()
    (room / "docs").mkdir(exist_ok=True)
    assert outside(room) == before


def outside(room: Path) -> dict[str, tuple[int, int, bytes]]:
    inside = f"{room}{os.sep}"
    top = snapshot(room.parent)
    return {k: v for k, v in top.items() if not k.startswith(inside) and k != str(room)}


def test_a_link_put_in_the_way_is_not_followed(work: Path) -> None:
    for parts in (["out"], ["inner"], ["docs", "..", "out"]):
        with pytest.raises(OSError), open_folder(work, parts):  # noqa: PT011
            raise AssertionError("reached")
    with open_folder(work, ["docs"]) as folder:
        (work / "docs").rename(work / "moved")
        (work / "docs").symlink_to(work.parent)
        folder.replace("x", b"x", None)
        with pytest.raises(FileNotFoundError):
            folder.read("secret.txt")
    assert (work / "moved" / "x").read_bytes() == b"x"
    assert not (work.parent / "x").exists()


def test_a_change_by_another_is_not_written_over(work: Path) -> None:
    with open_folder(work, []) as folder:
        seen = folder.look("a.md")
        (work / "a.md").write_text("theirs")
        with pytest.raises(ToolError, match="changed by another meanwhile"):
            folder.replace("a.md", b"ours", seen)
    assert (work / "a.md").read_text() == "theirs"
    assert not list(work.glob(".*.tmp"))


SCRIPT = """
import os, resource, signal, sys
from pathlib import Path
from agentic.tools.context import ToolContext
from agentic.tools.writing import write_file
how, work = sys.argv[1:]
if how == "killed":
    os.replace = lambda *args, **more: os.kill(os.getpid(), signal.SIGKILL)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_file(ToolContext(Path(work)), "a.md", "new\\n" * 1000)
except Exception as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["killed", "full"])
def test_a_write_that_is_cut_off_leaves_the_file_as_it_was(work: Path, how: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, how, str(work)], capture_output=True, text=True, check=False
    )
    assert (work / "a.md").read_text() == "one\ntwo\nthree\n"
    if how == "killed":
        assert ran.returncode == -signal.SIGKILL
    else:
        assert "'a.md' can't be written: " in ran.stdout
        assert "Nothing was changed." in ran.stdout
        assert not list(work.glob(".*.tmp"))


def test_long_diffs_are_shortened_and_counted() -> None:
    old = "".join(f"{n}\n" for n in range(10_000))
    diff = difference(old, old.replace("9", "x"), "f")
    assert len(diff.lines) < 50
    assert diff.added == diff.removed == sum("9" in str(n) for n in range(10_000))
    diff = difference("", "x" * 500 + "\n" + "line\n" * 99, "f")
    assert diff.counts == "+100 -0"
    assert diff.lines[-1] == "… 61 more lines of the diff"
    assert max(map(len, diff.lines)) < 200


def test_a_missing_line_break_at_the_end_is_shown() -> None:
    assert difference("a\n", "a", "f").lines[2:] == (
        "@@ -1 +1 @@",
        "-a",
        "+a",
        "\\ No newline at end of file",
    )


texts = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)


@given(texts, texts)
def test_a_diff_made_backwards_is_the_old_text(old: str, new: str) -> None:
    diff = difference(old, new, "f")
    rest, made, at = old.split("\n")[:-1], list[str](), 0
    if len(diff.lines) > 40:
        return
    for line in diff.lines[2:]:
        if line.startswith("@@"):
            span = line.split()[1][1:].split(",")
            start = int(span[0]) - (span[1:] != ["0"])
            made += rest[at:start]
            at = start
        elif line.startswith("+"):
            made.append(line[1:])
        else:
            made += [line[1:]] if line.startswith(" ") else []
            assert rest[at] == line[1:]
            at += 1
    assert "".join(f"{line}\n" for line in [*made, *rest[at:]]) == new


def test_the_tools_say_truthfully_what_they_do() -> None:
    assert all(tool.effects == {"writes"} for tool in TOOLS.values())
    assert [tool.repeatable for tool in TOOLS.values()] == [True, False, False]


def test_the_files_tell_whether_an_edit_or_a_move_was_done(tmp_path: Path) -> None:
    context = ToolContext(tmp_path)
    (tmp_path / "a.txt").write_text("塔高 330 公尺\n", "utf-8")
    edit = ToolCall(name="edit_file", args={"path": "a.txt", "old": "330", "new": "331"})
    move = ToolCall(name="move_file", args={"path": "a.txt", "to": "old/"})

    def found(made: Tool, call: ToolCall) -> object:
        return asyncio.run(probed(made, call, context))

    assert found(edit_file, edit) is False
    assert asyncio.run(run_call(edit_file, edit, context)).ok
    assert found(edit_file, edit) is DONE
    assert found(edit_file, edit.model_copy(update={"args": {**edit.args, "old": "塔"}})) is None
    assert found(move_file, move) is False
    assert asyncio.run(run_call(move_file, move, context)).ok
    assert found(move_file, move) is DONE
    assert found(edit_file, edit) is None, "the file is elsewhere by now"
    (tmp_path / "old" / "a.txt").unlink()
    assert found(move_file, move) is None
