"""The cache on disk and the pace of requests, against broken files and other processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.tools.caching import DiskCache, Kept
from agentic.tools.pacing import Pace


class Clock:
    """A clock that moves only when it is waited for."""

    def __init__(self) -> None:
        self.now = 1_800_014_400.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_value_comes_back_with_its_time(tmp_path: Path) -> None:
    clock = Clock()
    cache = DiskCache(tmp_path / "cache", clock=clock)
    assert cache.get(["台北", 5]) is None
    cache.put(("台北", 5), {"results": ["塔"]})
    assert DiskCache(tmp_path / "cache").get(["台北", 5]) == Kept({"results": ["塔"]}, clock.now)
    cache.drop(["台北", 5])
    assert cache.get(["台北", 5]) is None


@pytest.mark.parametrize(
    "broken",
    [
        *(b"", b"{", b"null", b"[1]", b'"x"', b"\xff\xfe", b"{}", b"[" * 100_000),
        b'{"key": "k", "value": 1}',
        b'{"key": "k", "when": null, "value": 1}',
        b'{"key": "other", "when": 1, "value": 1}',
    ],
)
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, broken: bytes) -> None:
    cache = DiskCache(tmp_path)
    cache.put("k", 1)
    only_file(tmp_path).write_bytes(broken)
    assert cache.get("k") is None
    cache.put("k", 2)
    kept = cache.get("k")
    assert kept is not None
    assert kept.value == 2


def test_a_folder_that_can_not_be_used_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = DiskCache(tmp_path / "file")
    cache.put("k", 1)
    cache.drop("k")
    assert cache.get("k") is None


def test_the_oldest_go(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, most=3)
    for number in range(10):
        cache.put(number, number)
    assert len(list(tmp_path.iterdir())) == 3
    kept = cache.get(9)
    assert kept is not None
    assert kept.value == 9


def test_processes_write_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from agentic.tools.caching import DiskCache\n"
        "cache = DiskCache(Path(sys.argv[1]), most=5)\n"
        "for n in range(100): cache.put(n % 10, ['x' * 1000, n]); cache.get(n % 7)"
    )
    run = [sys.executable, "-c", program, str(tmp_path)]
    writers = [subprocess.Popen(run, stderr=subprocess.PIPE) for _ in range(3)]
    assert [writer.communicate()[1] for writer in writers] == [b"", b"", b""]
    contents = [json.loads(file.read_text()) for file in tmp_path.iterdir()]
    assert 1 <= len(contents) <= 5
    assert all(content["value"][0] == "x" * 1000 for content in contents)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_whatever_json_carries(value: object) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        cache = DiskCache(Path(folder))
        cache.put(["key", value], value)
        kept = cache.get(["key", value])
        assert kept is not None
        assert kept.value == value


def test_turns_are_apart(tmp_path: Path) -> None:
    clock = Clock()
    pace = Pace(tmp_path / "turn.json", 1.0, clock=clock, pause=clock.pause)
    other = Pace(tmp_path / "turn.json", 1.0, clock=clock, pause=clock.pause)
    pace.wait()
    assert clock.waits == []
    other.wait()
    pace.wait(more=2.0)
    assert clock.waits == [1.0, 3.0]
    clock.now += 60
    other.wait()
    assert clock.waits == [1.0, 3.0]


def test_those_who_wait_queue_up(tmp_path: Path) -> None:
    clock, waits = Clock(), list[float]()
    pace = Pace(tmp_path / "turn.json", 1.0, clock=clock, pause=waits.append)
    for _ in range(4):
        pace.wait()
    assert waits == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("content", ["", "{", "null", "[]", "9e99", "NaN", "-5", '"x"'])
def test_a_broken_turn_is_not_believed(tmp_path: Path, content: str) -> None:
    clock = Clock()
    (tmp_path / "turn.json").write_text(content)
    Pace(tmp_path / "turn.json", 1.0, clock=clock, pause=clock.pause).wait()
    assert sum(clock.waits) <= 1.0
    assert abs(float((tmp_path / "turn.json").read_text()) - clock.now) <= 1.0


def test_where_no_turn_can_be_kept_it_waits_all_the_same(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "file").write_text("no folder")
    Pace(tmp_path / "file" / "turn.json", 1.0, clock=clock, pause=clock.pause).wait()
    assert clock.waits == [1.0]
