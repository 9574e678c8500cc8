"""Which files of which folders are taken."""

from pathlib import Path

import pytest

from memory.documents import DocumentError, walk
from tests.memory.documents.conftest import File

__all__: list[str] = []


def names(folder: Path, glob: str = "**/*") -> list[str]:
    return [path.relative_to(folder).as_posix() for path in walk([folder], glob)]


def test_files_come_in_the_order_of_their_names(file: File, tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/甲.txt", "c/d/e.txt", "B.txt"):
        file(name, "x")
    assert names(tmp_path) == ["B.txt", "a/z.md", "a/甲.txt", "b.txt", "c/d/e.txt"]


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("*.md", ["a.md"]),
        ("**/*.md", ["a.md", "x/b.md", "x/y/c.md"]),
        ("x/**/*", ["x/b.md", "x/y/c.md"]),
        ("x/*", ["x/b.md"]),
        ("**/y/*.md", ["x/y/c.md"]),
        ("[ab].md", ["a.md"]),
        ("", []),
    ],
)
def test_a_glob_chooses(file: File, tmp_path: Path, glob: str, found: list[str]) -> None:
    for name in ("a.md", "x/b.md", "x/y/c.md"):
        file(name, "x")
    assert names(tmp_path, glob) == found


def test_what_is_hidden_or_not_ours_is_passed_over(file: File, tmp_path: Path) -> None:
    for name in (
        ".git/config",
        ".env",
        "node_modules/a.js",
        "x/__pycache__/a.py",
        "env/pyvenv.cfg",
        "env/lib/a.py",
        "x/a.py",
    ):
        file(name, "x")
    assert names(tmp_path) == ["x/a.py"]


def test_a_hidden_file_or_folder_that_is_named_is_taken(file: File, tmp_path: Path) -> None:
    hidden, inner = file(".notes", "x"), file(".own/a.txt", "x")
    assert list(walk([hidden, inner.parent])) == [hidden, inner]
    assert list(walk(str(hidden))) == [hidden]


def test_each_file_is_taken_once(file: File, tmp_path: Path) -> None:
    a = file("x/a.txt", "x")
    (tmp_path / "x/again.txt").symlink_to("a.txt")
    assert list(walk([tmp_path, a, tmp_path / "x", a])) == [a]


def test_links_to_folders_are_followed_and_circles_end(file: File, tmp_path: Path) -> None:
    file("x/a.txt", "x")
    outside = file("out/b.txt", "x").parent
    (tmp_path / "x/up").symlink_to(tmp_path / "x", target_is_directory=True)
    (tmp_path / "x/more").symlink_to(outside, target_is_directory=True)
    (tmp_path / "x/self").symlink_to("self")
    assert names(tmp_path / "x") == ["a.txt", "more/b.txt"]


def test_what_can_not_be_used_in_a_folder_is_reported_with_its_reason(
    file: File, tmp_path: Path
) -> None:
    good, binary, empty = file("a.txt", "x"), file("b.bin", b"\0\1"), file("c.txt", "")
    gone = tmp_path / "gone.txt"
    skipped: dict[Path, str] = {}
    found = walk([gone, tmp_path], skipped=lambda path, error: skipped.update({path: str(error)}))
    assert list(found) == [good]
    assert skipped.keys() == {gone, binary, empty}
    assert "no file" in skipped[gone]
    assert "binary" in skipped[binary]
    assert "empty" in skipped[empty]


def test_what_can_not_be_used_in_a_folder_is_left_out(file: File, tmp_path: Path) -> None:
    file("b.bin", b"\0\1")
    assert names(tmp_path) == []


def test_a_named_path_that_is_not_there_raises_when_its_turn_comes(
    file: File, tmp_path: Path
) -> None:
    a = file("a.txt", "x")
    found = walk([a, tmp_path / "沒有"])
    assert next(found) == a
    with pytest.raises(DocumentError, match=r"There is no file .*沒有"):
        next(found)


def test_a_named_binary_file_is_left_to_load(file: File) -> None:
    binary = file("b.bin", b"\0\1")
    assert list(walk([binary])) == [binary]


def test_text_of_an_unknown_kind_is_taken(file: File, tmp_path: Path) -> None:
    file("LICENSE", "許可")
    assert names(tmp_path) == ["LICENSE"]
