"""A file as far as it has come: it grows at its end and knows its digest."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from agentic.filing import private_file

__all__ = ["BLOCK", "Partial"]

BLOCK = 1 << 20
"""Bytes read from disk at a time."""


class Partial:
    """A partial file on disk, open for growing; it may be left at any instant and opened again.

    Args:
        path: The partial file; made if it is not there.
        most: Size of the whole file in bytes; a longer partial holds something else and is emptied.

    Raises:
        OSError: if the file can't be opened or written.
    """

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        private_file(path)
        self._file = path.open("a+b", buffering=0)
        self.size = path.stat().st_size
        self._sha = None if self.size else hashlib.sha256()
        self._sweep()
        if self.size > most:
            self.keep(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, data: bytes) -> None:
        """Write data at the end."""
        sha = self._digested()
        rest = memoryview(data)
        while rest:
            count = self._file.write(rest)
            sha.update(rest[:count])
            self.size += count
            rest = rest[count:]

    def keep(self, size: int) -> None:
        """Drop what lies beyond the first `size` bytes."""
        if size < self.size:
            self._file.truncate(size)
            self.size = size
            self._sha = None if size else hashlib.sha256()

    def digest(self) -> str:
        """SHA-256 of what the file holds, in hexadecimal."""
        return self._digested().hexdigest()

    def settle(self, path: Path) -> None:
        """Become the file at `path`, in one step, once the bytes have reached the disk."""
        os.fsync(self._file.fileno())
        self._file.close()
        self.path.replace(path)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the same disk, gone afterwards; one left by a killed process goes later."""
        with tempfile.TemporaryDirectory(
            prefix=f"{self.path.name}-", dir=self.path.parent, ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)

    def _sweep(self) -> None:
        for folder in self.path.parent.glob(f"{self.path.name}-*/"):
            shutil.rmtree(folder, ignore_errors=True)

    def _digested(self) -> "hashlib._Hash":
        """The running digest; what an earlier process wrote is read once, when first needed."""
        if self._sha is None:
            with self.path.open("rb") as file:
                self._sha = hashlib.file_digest(file, "sha256")
        return self._sha
