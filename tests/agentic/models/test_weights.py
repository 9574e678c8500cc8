"""Pulling weights from a hub: whole, resumed, lied to, alone, and refused."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentic.errors import UsageError, WeightsError
from agentic.models.packages import PackageIndex
from agentic.models.sources import Hub
from agentic.models.weights import WEIGHTS, find, installed, lookup, pull
from agentic.settings import settings
from tests.agentic.models.hub import ALTERED, PAYLOAD, Hubbub, serving, weights

TOTAL = len(PAYLOAD)

CHILD = """
import sys
from pathlib import Path
from agentic.models.sources import Hub
from agentic.models.weights import WEIGHTS, pull
from tests.agentic.models.hub import weights
WEIGHTS["tiny"] = weights(Hub("tiny/repo", "tiny.gguf"))
pull(
    "tiny",
    folder=Path(sys.argv[1]),
    progress=lambda done, total: print(done, flush=True),
    notice=lambda line: print(line, flush=True),
)
"""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hubbub]:
    with serving(Hubbub()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setitem(WEIGHTS, "tiny", weights(Hub("tiny/repo", "tiny.gguf")))
        settings.cache_clear()
        yield hub
    settings.cache_clear()


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    return tmp_path / "tiny.gguf.partial"


def child(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until_half(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 128 << 10:
            return
    pytest.fail(f"the child ended early: {process.communicate()}")


def state(folder: Path) -> str:
    return next(one.state for one in installed(folder=folder) if one.weights.name == "tiny")


def test_fetches_verifies_and_reports(hub: Hubbub, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    folder = tmp_path / "a" / "b"
    assert state(folder) == "missing"
    path = pull("tiny", folder=folder, progress=lambda *numbers: seen.append(numbers))
    assert path.read_bytes() == PAYLOAD
    assert seen[0] == (0, TOTAL)
    assert seen[-1] == (TOTAL, TOTAL)
    assert seen == sorted(seen)
    assert state(folder) == "verified"
    assert find("tiny", folder=folder) == path
    assert not list(folder.glob("*.partial*"))


def test_a_present_file_is_returned_without_asking_anyone(hub: Hubbub, tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(PAYLOAD)
    assert state(tmp_path) == "unverified"
    assert pull("tiny", folder=tmp_path) == tmp_path / "tiny.gguf"
    assert state(tmp_path) == "verified"
    assert hub.asked == []


def test_a_verified_file_is_not_hashed_again(
    hub: Hubbub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull("tiny", folder=tmp_path)
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("hashed again"))
    assert find("tiny", folder=tmp_path) is not None


def test_a_file_in_a_folder_that_takes_no_notes_is_hashed_and_used(
    hub: Hubbub, tmp_path: Path
) -> None:
    (tmp_path / "tiny.gguf").write_bytes(PAYLOAD)
    (tmp_path / "tiny.gguf.verified").mkdir()
    assert find("tiny", folder=tmp_path) is not None


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_spoilt_note_is_not_believed(hub: Hubbub, tmp_path: Path, note: bytes) -> None:
    (tmp_path / "tiny.gguf").write_bytes(ALTERED)
    (tmp_path / "tiny.gguf.verified").write_bytes(note)
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        find("tiny", folder=tmp_path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(PAYLOAD[:-1]), "300,003 bytes, not 300,004"),
        (lambda path: path.write_bytes(ALTERED), "SHA-256 differs"),
        (lambda path: (path.unlink(), path.mkdir()), "is no file"),
    ],
)
def test_a_damaged_file_is_refused_and_pull_mends_it(
    hub: Hubbub, tmp_path: Path, damage: Any, words: str
) -> None:
    path = pull("tiny", folder=tmp_path)
    damage(path)
    with pytest.raises(WeightsError, match=words) as refused:
        find("tiny", folder=tmp_path)
    assert "agentic pull tiny" in str(refused.value)
    said: list[str] = []
    pull("tiny", folder=tmp_path, notice=said.append)
    assert path.read_bytes() == PAYLOAD
    assert "set aside" in said[0]
    assert (tmp_path / "tiny.gguf.bad").exists()


def test_goes_on_from_what_there_is(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    partial.write_bytes(PAYLOAD[:100_000])
    assert state(tmp_path) == "partial"
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD
    assert hub.asked == ["bytes=100000-"]
    assert hub.sent == [TOTAL - 100_000]


def test_a_whole_partial_needs_no_server(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    partial.write_bytes(PAYLOAD)
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD
    assert hub.asked == []


def test_a_server_without_ranges_begins_anew(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    partial.write_bytes(b"junk" * 1000)
    hub.ranges = False
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD
    assert hub.sent == [TOTAL]


def test_a_wrong_partial_is_found_out_and_fetched_anew(
    hub: Hubbub, tmp_path: Path, partial: Path
) -> None:
    partial.write_bytes(b"junk" * 1000)
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD
    assert hub.asked == ["bytes=4000-", None]


def test_dropped_connections_are_resumed(hub: Hubbub, tmp_path: Path) -> None:
    hub.drops = [100_000, 70_000]
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD
    assert len(hub.asked) == 3
    assert hub.asked[1:] != [None, None]


def test_a_server_that_only_drops_is_given_up(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    hub.drops = [100_000, *[0] * 20]
    with pytest.raises(WeightsError, match="model hub"):
        pull("tiny", folder=tmp_path)
    assert len(hub.asked) == 2
    assert PAYLOAD.startswith(partial.read_bytes())
    assert partial.stat().st_size >= 65_536


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ({"status": 404}, "HTTP 404 Not Found"),
        ({"status": 503, "type": "text/html"}, "HTTP 503"),
        ({"body": b"<html>log in</html>", "type": "text/html"}, "19 bytes, not 300004"),
        ({"body": b"<html>log in</html>", "type": "text/html", "length": 0}, r"\(text/html\)"),
        ({"body": ALTERED}, "SHA-256 differs"),
        ({"body": PAYLOAD + b"more", "length": 0}, "more than the file"),
        ({"body": PAYLOAD[:1000], "length": 0}, "another range"),
        ({"body": PAYLOAD[:1000], "length": TOTAL}, "peer closed"),
        ({"length": TOTAL + 1}, "300005 bytes, not 300004"),
    ],
)
def test_a_server_that_lies_is_named_with_its_reason(
    hub: Hubbub, tmp_path: Path, behaviour: dict[str, Any], words: str
) -> None:
    for name, value in behaviour.items():
        setattr(hub, name, value)
    with pytest.raises(WeightsError, match=words) as failed:
        pull("tiny", folder=tmp_path)
    assert hub.url in str(failed.value)
    assert str(tmp_path / "tiny.gguf") in str(failed.value)
    assert not (tmp_path / "tiny.gguf").exists()


@pytest.mark.parametrize("span", ["bytes 0-9/10", "bytes 99-300003/300004", "nonsense"])
def test_another_range_than_asked_for_leaves_the_partial(
    hub: Hubbub, tmp_path: Path, partial: Path, span: str
) -> None:
    partial.write_bytes(PAYLOAD[:100_000])
    hub.span = span
    with pytest.raises(WeightsError, match="another range"):
        pull("tiny", folder=tmp_path)
    assert partial.read_bytes() == PAYLOAD[:100_000]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nonsense", "http://[", ""])
def test_no_hub_at_the_address(
    hub: Hubbub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", address)
    settings.cache_clear()
    with pytest.raises(WeightsError, match="model hub"):
        pull("tiny", folder=tmp_path)


def test_a_proxy_that_cant_be_used_is_a_reason(
    hub: Hubbub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(WeightsError, match="gopher"):
        pull("tiny", folder=tmp_path)


def test_the_next_source_goes_on_where_one_broke(
    hub: Hubbub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = Hub("first/repo", "tiny.gguf"), Hub("second/repo", "tiny.gguf")
    monkeypatch.setitem(WEIGHTS, "tiny", weights(*sources))
    hub.drops = [100_000, 0]
    said: list[str] = []
    assert pull("tiny", folder=tmp_path, notice=said.append).read_bytes() == PAYLOAD
    assert len(said) == 1
    assert hub.asked[-1] is not None


def test_killed_at_any_moment_it_goes_on(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    hub.pause = 200_000
    with child(tmp_path) as process:
        read_until_half(process)
        process.kill()
    assert not (tmp_path / "tiny.gguf").exists()
    have = partial.stat().st_size
    assert have >= 128 << 10
    hub.pause = None
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD
    assert hub.asked[-1] == f"bytes={have}-"
    assert hub.sent[-1] == TOTAL - have


def test_ctrl_c_keeps_the_partial_and_frees_the_lock(
    hub: Hubbub, tmp_path: Path, partial: Path
) -> None:
    hub.pause = 200_000
    with child(tmp_path) as process:
        read_until_half(process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert "KeyboardInterrupt" in errors
    assert partial.stat().st_size >= 128 << 10
    hub.pause = None
    said: list[str] = []
    assert pull("tiny", folder=tmp_path, notice=said.append).read_bytes() == PAYLOAD
    assert said == []


def test_of_two_processes_one_fetches(hub: Hubbub, tmp_path: Path) -> None:
    hub.pause = 200_000
    with child(tmp_path) as first:
        read_until_half(first)
        with child(tmp_path) as second:
            assert second.stdout is not None
            assert "waiting" in second.stdout.readline()
            hub.go.set()
            assert (first.wait(), second.wait()) == (0, 0)
    assert hub.asked == [None]
    assert (tmp_path / "tiny.gguf").read_bytes() == PAYLOAD


def test_what_progress_raises_ends_the_fetching(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        pull("tiny", folder=tmp_path, progress=stop)
    assert partial.stat().st_size > 0
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD


def test_no_room_is_said_before_anything_is_asked(
    hub: Hubbub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=200_000))
    with pytest.raises(WeightsError, match=r"300 kB are needed in .* 200 kB are free"):
        pull("tiny", folder=tmp_path)
    assert hub.asked == []


def test_room_counts_what_is_there_already(
    hub: Hubbub, tmp_path: Path, partial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial.write_bytes(PAYLOAD[:200_000])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100_004))
    assert pull("tiny", folder=tmp_path).read_bytes() == PAYLOAD


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_disk_that_fills_up_while_writing(hub: Hubbub, tmp_path: Path, partial: Path) -> None:
    partial.symlink_to("/dev/full")
    with pytest.raises(WeightsError, match=os.strerror(errno.ENOSPC)) as failed:
        pull("tiny", folder=tmp_path)
    assert "Make room" in str(failed.value)


def a_file(path: Path) -> Path:
    path.write_text("")
    return path


def under_a_file(path: Path) -> Path:
    return a_file(path) / "models"


def a_dangling_link(path: Path) -> Path:
    path.symlink_to(path.with_name("nowhere"))
    return path


def a_link_to_itself(path: Path) -> Path:
    path.symlink_to(path)
    return path


def read_only(path: Path) -> Path:
    path.mkdir(mode=0o500)
    if os.access(path, os.W_OK):
        pytest.skip("the superuser may write everywhere")
    return path


@pytest.mark.parametrize(
    "spoil", [a_file, under_a_file, a_dangling_link, a_link_to_itself, read_only]
)
def test_a_folder_that_cant_be_written(hub: Hubbub, tmp_path: Path, spoil: Any) -> None:
    folder = spoil(tmp_path / "home")
    with pytest.raises(WeightsError, match="AGENTIC_HOME"):
        pull("tiny", folder=folder)
    assert hub.asked == []


def test_folder_by_default_is_under_home(
    hub: Hubbub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTIC_HOME", str(tmp_path))
    settings.cache_clear()
    assert pull("tiny") == tmp_path / "models" / "tiny.gguf"
    assert find("tiny") == tmp_path / "models" / "tiny.gguf"


def test_unknown_names_the_known() -> None:
    with pytest.raises(UsageError, match=r"'huge'; there are: local, local:0\.5b"):
        lookup("huge")


def test_the_parts_of_each_known_model_add_up() -> None:
    for one in WEIGHTS.values():
        index = one.sources[-1]
        assert isinstance(index, PackageIndex)
        assert (index.parts - 1) * index.part_bytes < one.bytes <= index.parts * index.part_bytes
