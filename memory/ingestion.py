"""Documents in: walked, read, cut, put into the ledger; their vectors follow."""

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from memory.documents import Chunk, DocumentError, chunk, load, walk
from memory.documents.files import read
from memory.library import Volume
from memory.records import Record, checked

if TYPE_CHECKING:
    from memory.library import Library

__all__ = ["Cut", "FileReport", "Ingested", "Stage", "Told", "ingest"]

FORM = 1
"""Grows when the same file would be cut otherwise than before; then all are read again."""
Stage = Literal["reading", "vectors"]
Told: TypeAlias = Callable[[Stage, int, int], None]
"""Called with the stage, how many are done, and how many there are in all: files, then vectors."""
Outcome = Literal["added", "changed", "unchanged", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class Cut:
    """How documents are cut."""

    size: int = 256
    """Most tokens of a passage, as the embedder counts them."""
    overlap: int = 32
    """Most tokens that a passage repeats from the one before it."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file."""

    path: str
    outcome: Outcome
    passages: int = 0
    """Passages it has now; those it had, if it was removed."""
    reason: str = ""
    """Why it failed, and what would work."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What came of an ingestion."""

    files: tuple[FileReport, ...]
    added: int
    """Passages that are new."""
    removed: int
    """Passages that are there no more."""
    pending: int
    """Records of the memory whose vectors are not made yet; words find them."""

    def count(self, outcome: Outcome) -> int:
        """How many files had that outcome."""
        return sum(file.outcome == outcome for file in self.files)

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that could not be read; what they held before, if anything, is kept."""
        return tuple(file for file in self.files if file.outcome == "failed")


class Ingestion:
    """One ingestion on its way.

    Args:
        library: Where documents are kept.
        count: Gives the tokens of a text.
        cut: How they are cut.
    """

    def __init__(self, library: "Library", count: Callable[[str], int], cut: Cut) -> None:
        self._library = library
        self._count = count
        self._cut = cut
        self.reports: list[FileReport] = []
        self.added = self.removed = 0

    def fail(self, path: Path, error: DocumentError) -> None:
        """Note a file that can't be read, and go on."""
        self.reports.append(FileReport(_source(path), "failed", reason=str(error)))

    def take(self, path: Path) -> None:
        """Put a file in, unless it is there as it stands."""
        source = _source(path)
        try:
            _check_name(path)
            data = read(path)
            known, digest = self._library.digest(source), self._digest(data)
            if known == digest:
                self.reports.append(FileReport(source, "unchanged"))
                return
            document = load(path, data)
        except DocumentError as error:
            self.fail(path, error)
            return
        chunks = chunk(document, self._count, size=self._cut.size, overlap=self._cut.overlap)
        passages = [_passage(source, document.title, each) for each in chunks]
        volume = Volume(source, digest, document.title, document.format)
        shelved = self._library.shelve(volume, passages)
        self.added += shelved.added
        self.removed += shelved.removed
        outcome: Outcome = "added" if known is None else "changed"
        self.reports.append(FileReport(source, outcome, len(passages)))

    def sweep(self, path: Path) -> None:
        """Take out the documents of a folder, or the one named, that are there no more."""
        for volume in self._library.volumes(_source(path)):
            if _is_gone(volume.source):
                self.removed += self._library.remove(volume.source)
                self.reports.append(FileReport(volume.source, "removed", volume.passages))

    def _digest(self, data: bytes) -> bytes:
        cut = f"{FORM} {self._cut.size} {self._cut.overlap}"
        return hashlib.sha256(cut.encode() + b"\0" + data).digest()


def ingest(
    ingestion: Ingestion,
    paths: Iterable[str | Path],
    glob: str,
    *,
    remove_missing: bool,
    progress: Told | None,
) -> None:
    """Put in the files of paths, and note what can't be.

    A named path that is not there is no failure if it was ingested and is now taken out.
    """
    named = [_home(Path(path)) for path in paths]
    if remove_missing:
        for path in named:
            ingestion.sweep(path)
    gone = {report.path for report in ingestion.reports}
    here = [path for path in named if os.path.exists(path) or not _covers(_source(path), gone)]
    files = list(walk(here, glob, skipped=ingestion.fail))
    for done, path in enumerate(files, 1):
        ingestion.take(path)
        if progress is not None:
            progress("reading", done, len(files))


def _covers(source: str, gone: set[str]) -> bool:
    return any(path == source or path.startswith(source + "/") for path in gone)


def _source(path: Path) -> str:
    """The name under which a file is kept: its absolute path, links on the way as they are."""
    return os.fsencode(Path(os.path.abspath(path)).as_posix()).decode("utf-8", "replace")


def _check_name(path: Path) -> None:
    if _source(path) != Path(os.path.abspath(path)).as_posix():
        raise DocumentError(f"{_source(path)} has a name that is not UTF-8. Rename it.")


def _is_gone(path: str) -> bool:
    """Whether there is surely nothing: not where a folder on the way can't be looked into."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False
    return False


def _home(path: Path) -> Path:
    """The path with the user's folder for `~`; as it is where there is no such user."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _passage(source: str, title: str, chunk: Chunk) -> Record:
    place: dict[str, Any] = {"title": title}
    if chunk.headings:
        place["headings"] = list(chunk.headings)
    if chunk.lines is not None:
        place["lines"] = list(chunk.lines)
    if chunk.pages is not None:
        place["pages"] = list(chunk.pages)
    return checked(
        Record(uuid.uuid4().hex[:16], chunk.text, "passage", source, place, datetime.now(UTC))
    )
