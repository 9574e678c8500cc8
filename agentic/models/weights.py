"""Weights of the embedded models: what there is, where it comes from, and pulling it.

find        the verified file, or None; an altered one is refused
pull        the verified file, fetched first if need be
installed   what lies on this disk
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agentic.errors import WeightsError
from agentic.filing import private_folder
from agentic.models.partial import Partial
from agentic.models.releases import WEIGHTS, Weights, lookup
from agentic.models.sources import Progress, Source, SourceError
from agentic.models.storage import Notice, alone, check_room, storage
from agentic.models.verify import fault, remember, verified
from agentic.settings import settings
from agentic.sizes import human

__all__ = ["WEIGHTS", "Installed", "Weights", "find", "installed", "lookup", "pull"]


@dataclass(frozen=True)
class Installed:
    """What lies on this disk of one known model."""

    weights: Weights
    path: Path
    state: Literal["missing", "partial", "unverified", "verified", "damaged"]
    have: int
    """Bytes there are."""


def find(name: str, *, folder: Path | None = None) -> Path | None:
    """The model's verified file; None when there is no file.

    Hashing the file (seconds) happens once; later its size, time and inode vouch for it.

    Args:
        name: A name in `WEIGHTS`.
        folder: Where weights are kept; by default under the home folder.

    Raises:
        UsageError: if there is no such model.
        WeightsError: if the file is truncated or altered.
    """
    weights = lookup(name)
    target = _folder(folder) / weights.file
    with storage(target.parent):
        if not target.exists():
            return None
        if wrong := fault(target, weights.bytes, weights.sha256):
            raise WeightsError(
                f"The weights of {name!r} are damaged: {target} {wrong}. "
                f"Run `agentic pull {name}`: it sets this file aside and fetches a new one."
            )
    return target


def pull(
    name: str,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Path:
    """The model's verified file, fetched first if it is missing, partial or damaged.

    A pull that is cut off at any instant leaves a partial file, and the next goes on from it.
    Of several processes one fetches and the others wait.

    Args:
        name: A name in `WEIGHTS`.
        folder: Where weights are kept; by default under the home folder.
        progress: Told the bytes there are and the bytes of the whole, while fetching.
        notice: Told when another process is waited for, a file set aside, a source given up.

    Raises:
        UsageError: if there is no such model.
        WeightsError: if no source could give it, or the folder can't hold it.
    """
    weights = lookup(name)
    target = _folder(folder) / weights.file
    say = notice if notice is not None else lambda line: None
    with storage(target.parent):
        if _sound(weights, target):
            return target
        private_folder(target.parent)
        with alone(target, name, say):
            if not _sound(weights, target):
                _set_aside(target, say)
                _fetch(weights, target, progress or (lambda done, total: None), say)
    return target


def installed(*, folder: Path | None = None) -> list[Installed]:
    """What lies on this disk of each known model. Reads no weights, so it is quick.

    Raises:
        WeightsError: if the folder can't be looked into.
    """
    place = _folder(folder)
    with storage(place):
        return [_installed(weights, place / weights.file) for weights in WEIGHTS.values()]


def _folder(folder: Path | None) -> Path:
    return folder if folder is not None else settings().weights


def _installed(weights: Weights, path: Path) -> Installed:
    if path.is_file():
        have = path.stat().st_size
        if have != weights.bytes:
            return Installed(weights, path, "damaged", have)
        seen = verified(path, weights.sha256)
        return Installed(weights, path, "verified" if seen else "unverified", have)
    partial = _partial_path(path)
    if partial.is_file() and (have := partial.stat().st_size):
        return Installed(weights, path, "partial", have)
    return Installed(weights, path, "missing", 0)


def _sound(weights: Weights, target: Path) -> bool:
    return target.exists() and fault(target, weights.bytes, weights.sha256) is None


def _partial_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.partial")


def _set_aside(target: Path, say: Notice) -> None:
    if target.exists():
        aside = target.with_name(f"{target.name}.bad")
        target.replace(aside)
        say(f"{target.name} is not the file of the release; it was set aside as {aside}")


def _fetch(weights: Weights, target: Path, progress: Progress, say: Notice) -> None:
    with Partial(_partial_path(target), weights.bytes) as partial:
        spare = max(source.spare for source in weights.sources)
        check_room(target.parent, weights.bytes - partial.size + spare, weights.title)
        progress(partial.size, weights.bytes)
        failed: list[str] = []
        for source in weights.sources:
            try:
                _from(source, weights, partial, progress)
                break
            except SourceError as error:
                failed.append(f"{source}: {error}")
                say(f"Not from the {failed[-1]}")
        else:
            raise WeightsError(_summary(weights, target, partial, failed))
        partial.settle(target)
    remember(target, weights.sha256)


def _from(source: Source, weights: Weights, partial: Partial, progress: Progress) -> None:
    """Fetch and verify. If what an earlier pull left was wrong, fetch the whole."""
    resumed = partial.size > 0
    source.fetch(partial, weights.bytes, progress)
    if partial.digest() == weights.sha256:
        return
    partial.keep(0)
    if not resumed:
        raise SourceError("it sent other bytes than the release's (SHA-256 differs)")
    _from(source, weights, partial, progress)


def _summary(weights: Weights, target: Path, partial: Partial, failed: list[str]) -> str:
    kept = f" It goes on from the {human(partial.size)} there are." if partial.size else ""
    return "\n".join(
        [
            f"No source could give {weights.title} ({human(weights.bytes)}):",
            *(f"  {line}" for line in failed),
            "Check the network (HF_ENDPOINT names a mirror of the hub) and run "
            f"`agentic pull {weights.name}` again.{kept} "
            f"Or put the file (SHA-256 {weights.sha256}) at {target} by hand.",
        ]
    )
