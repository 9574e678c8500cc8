"""Files that can't be documents, and why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memory import StoreError
from memory.documents import DocumentError, load
from memory.documents.files import LIMIT
from tests.memory.documents.conftest import File

__all__: list[str] = []


def refused(path: Path) -> str:
    with pytest.raises(DocumentError) as caught:
        load(path)
    assert isinstance(caught.value, StoreError)
    return str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "報告.md"
    assert refused(path) == f"There is no file {path}. Check the name and the folder."


def test_a_path_below_a_file(file: File) -> None:
    assert "There is no file" in refused(file("a.txt", "a") / "b.txt")


def test_a_folder(tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder. Name a file" in refused(tmp_path)


def test_a_pipe_is_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "is a pipe or a device. Save" in refused(tmp_path / "pipe.txt")


def test_a_device() -> None:
    assert "/dev/zero is a pipe or a device" in refused(Path("/dev/zero"))


def test_an_empty_file(file: File) -> None:
    assert "a.txt is empty. Put text in it" in refused(file("a.txt", ""))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv", "a.py", "a.json"])
def test_a_blank_file(file: File, name: str) -> None:
    assert f"{name} holds no text" in refused(file(name, " \n\t\n"))


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as out:
        out.truncate(2**40)  # takes no room on disk, and does not fit in memory
    assert f"has 1,048,576 MB, and {LIMIT // 2**20} MB is the most. Split it" in refused(path)


@pytest.mark.parametrize(
    ("name", "remedy"), [("a.xlsx", "as .csv"), ("a.bin", "save it as text"), ("a.txt", "as text")]
)
def test_a_binary_file(file: File, name: str, remedy: str) -> None:
    error = refused(file(name, b"PK\3\4\0\0\0\0"))
    assert f"{name} is binary, not text" in error
    assert remedy in error


def test_links_that_go_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to("a.txt")
    assert "a.txt can't be read: Too many levels" in refused(tmp_path / "a.txt")


def test_what_can_not_be_a_name() -> None:
    assert r"'a\x00b' can't be the name of a file" in refused(Path("a\0b"))


def test_a_file_of_another_user(tmp_path: Path) -> None:
    locked = tmp_path / "a.txt"
    locked.write_text("a")
    locked.chmod(0)
    code = (
        "import os, sys\n"
        "from memory.documents import DocumentError, load\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"
        "try: load(sys.argv[1])\n"
        "except DocumentError as error: print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(locked)], capture_output=True, text=True, check=True
    )
    assert f"{locked} may not be read by this user. Allow it (chmod +r)" in said.stdout


def test_importing_it_loads_no_reader() -> None:
    code = "import sys, memory.documents; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"pypdf", "docx", "lxml", "markdown_it", "charset_normalizer"}.isdisjoint(loaded)
