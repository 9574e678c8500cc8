"""No path leads out of the workspace, whatever it is made of."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError
from agentic.tools.workspace import Workspace, displayed

SECRET = "the secret outside"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with links that lead out of it, and a secret beside it."""
    top = tmp_path_factory.mktemp("top")
    (top / "secret.txt").write_text(SECRET)
    (top / "work-too").mkdir()
    (top / "work-too" / "secret.txt").write_text(SECRET)
    work = top / "work"
    (work / "docs" / "deep").mkdir(parents=True)
    (work / "README.md").write_text("read me")
    (work / "docs" / "筆記.md").write_text("筆記")
    (work / "docs" / "deep" / "a.py").write_text("a = 1")
    (work / ".git").mkdir()
    (work / ".git" / "config").write_text("x")
    (work / "out").symlink_to(top)
    (work / "out.txt").symlink_to(top / "secret.txt")
    (work / "inner").symlink_to(work / "docs")
    (work / "loop").symlink_to(work / "loop")
    (work / "docs" / "up").symlink_to("../..")
    (work / "broken").symlink_to(work / "gone")
    return work


pieces = st.one_of(
    st.sampled_from(["..", "..\\..", ".", "", "~", "\0", "\\", "C:", "%2e%2e", "．．", "etc"]),
    st.sampled_from(["out", "out.txt", "secret.txt", "inner", "up", "loop", "work", "work-too"]),
    st.sampled_from(["docs", "deep", "README.md"]),
    st.text(max_size=8),
)
paths = st.builds(
    lambda start, parts, sign: start + sign.join(parts),
    st.sampled_from(
        ["", "/", "//", "~", "~root/", "./", "\\", "\\\\host\\", "file://", "TOP/", "WORK/"]
    ),
    st.lists(pieces, max_size=8),
    st.sampled_from(["/", "\\", "//", "/./"]),
)


@given(paths)
def test_a_path_is_inside_or_refused(room: Path, path: str) -> None:
    path = path.replace("TOP", str(room.parent)).replace("WORK", str(room))
    try:
        place = Workspace(room).find(path)
    except ToolError:
        return
    assert place == place.resolve()
    assert place.is_relative_to(room)
    assert place.exists()


@given(
    st.lists(
        st.sampled_from(["*", "**", "..", "out", "up", "docs", "?*", "[!a]*", "."]), min_size=1
    )
)
def test_a_pattern_yields_nothing_outside(room: Path, parts: list[str]) -> None:
    workspace = Workspace(room)
    try:
        found = list(workspace.walk(workspace.folder, "/".join(parts)))
    except ToolError:
        return
    for place in found:
        assert place.is_relative_to(room)
        assert ".." not in place.parts
        assert "secret" not in place.name


@pytest.mark.parametrize(
    "path",
    [
        *("../secret.txt", "..\\secret.txt", "docs/../../secret.txt", "../work-too/secret.txt"),
        *("out.txt", "out/secret.txt", "docs/up/secret.txt"),
        *("/etc/passwd", "/nowhere", "~/.ssh/id_rsa", "~"),
    ],
)
def test_ways_out(room: Path, path: str) -> None:
    with pytest.raises(ToolError, match="lies outside the workspace; give a path relative to it"):
        Workspace(room).find(path)


@pytest.mark.parametrize("path", ["a\0b", "loop", "x" * 5000, "\ud800"])
def test_what_can_not_be_a_path(room: Path, path: str) -> None:
    with pytest.raises(ToolError, match="can't be a path here"):
        Workspace(room).find(path)


def test_ways_to_what_is_there(room: Path) -> None:
    workspace = Workspace(room)
    note = room / "docs" / "筆記.md"
    for path in ("docs/筆記.md", "./docs//筆記.md", "docs\\筆記.md", " inner/筆記.md ", str(note)):
        assert workspace.find(path) == note
    assert workspace.find("") == workspace.find(".") == room
    assert workspace.relative(note) == "docs/筆記.md"


def test_a_workspace_reached_by_a_link(room: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(room)
    workspace = Workspace(tmp_path / "link")
    assert workspace.find(str(tmp_path / "link" / "README.md")) == room / "README.md"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("READM.md", "There is no 'READM.md' here. Did you mean 'README.md'?"),
        ("readme.md", "Did you mean 'README.md'?"),
        ("src/a.py", "There is no 'src/a.py' here. Did you mean 'docs/deep/a.py'?"),
        ("筆記.txt", "There is no '筆記.txt' here."),
        ("ＲＥＡＤＭＥ.md", "Did you mean 'README.md'?"),
        ("docs/筆記", "Did you mean 'docs/筆記.md'?"),
        ("nothing-like-it", "There is no 'nothing-like-it' here."),
        ("broken", "There is no 'broken' here."),
        ("README.md/x", "There is no 'README.md/x' here."),
        ("a\x1b[31m", "There is no 'a\ufffd[31m' here."),
    ],
)
def test_a_missing_path_gets_near_names(room: Path, path: str, message: str) -> None:
    with pytest.raises(ToolError) as caught:
        Workspace(room).find(path)
    assert message in str(caught.value)


def names(workspace: Workspace, places: Iterator[Path]) -> list[str]:
    return [workspace.relative(place) for place in places]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.md", ["README.md"]),
        ("*.MD", ["README.md"]),
        ("**/*.md", ["README.md", "docs/筆記.md"]),
        ("docs/*", ["docs/deep", "docs/up", "docs/筆記.md"]),
        ("docs\\**", ["docs/deep", "docs/up", "docs/筆記.md", "docs/deep/a.py"]),
        ("**/deep/**/*.py", ["docs/deep/a.py"]),
        ("**/**/a.py", ["docs/deep/a.py"]),
        (".git/*", []),
        ("./*.md", ["README.md"]),
    ],
)
def test_patterns(room: Path, pattern: str, found: list[str]) -> None:
    workspace = Workspace(room)
    assert names(workspace, workspace.walk(workspace.folder, pattern)) == found


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "~/*", "", "docs/../../*", "*" * 300])
def test_patterns_that_lead_out_are_refused(room: Path, pattern: str) -> None:
    workspace = Workspace(room)
    with pytest.raises(ToolError, match="can't be a pattern"):
        list(workspace.walk(workspace.folder, pattern))


def test_only_folders_that_may_hold_a_match_are_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentic.tools.workspace._MOST_ENTRIES", 5)
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "筆記.md").write_text("")
    for number in range(9):
        (tmp_path / "docs" / "deep" / str(number)).write_text("")
    workspace = Workspace(tmp_path)
    assert names(workspace, workspace.walk(workspace.folder, "docs/*.md")) == ["docs/筆記.md"]
    assert workspace.complete
    list(workspace.walk(workspace.folder, "**"))
    assert not workspace.complete


def test_a_pattern_of_many_stars_ends(tmp_path: Path) -> None:
    (tmp_path / ("a" * 250)).write_text("")
    workspace = Workspace(tmp_path)
    assert list(workspace.walk(workspace.folder, "*a" * 90 + "b")) == []


def test_names_are_displayed_without_control_characters() -> None:
    assert displayed("a\nb\x1b\u202e") == "a\ufffdb\ufffd\ufffd"
    assert displayed(os.fsdecode(b"\xff.txt")) == "\ufffd.txt"
    assert len(displayed("x" * 999)) == 200


@given(paths)
def test_a_place_to_write_is_inside_or_refused(room: Path, path: str) -> None:
    path = path.replace("TOP", str(room.parent)).replace("WORK", str(room))
    try:
        place = Workspace(room).place_for(path)
    except ToolError:
        return
    assert place == place.resolve()
    assert place.is_relative_to(room)
    assert place != room


@pytest.mark.parametrize("path", [".git", ".GIT/config", "docs/.venv/x", "node_modules ./a.js"])
def test_nothing_is_written_where_programs_keep_their_own(room: Path, path: str) -> None:
    with pytest.raises(ToolError, match="Nothing may be written in"):
        Workspace(room).place_for(path)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("new.md", "new.md"),
        ("新\\資料.md", "新/資料.md"),
        ("inner/new.md", "docs/new.md"),
        ("a/../b", "b"),
        ("報告　最終.md", "報告　最終.md"),
    ],
)
def test_places_to_write(room: Path, path: str, place: str) -> None:
    workspace = Workspace(room)
    assert workspace.relative(workspace.place_for(path)) == place
