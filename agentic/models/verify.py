"""Is a file what its digest says? Hashed once, remembered beside it."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from agentic.filing import private_file

__all__ = ["fault", "remember", "verified"]


def fault(path: Path, size: int, sha256: str) -> str | None:
    """What is wrong with the file, as the rest of a sentence; None if nothing is.

    Raises:
        OSError: if it can't be read.
    """
    if not path.is_file():
        return "is no file"
    have = path.stat().st_size
    if have != size:
        return f"has {have:,} bytes, not {size:,}"
    if verified(path, sha256):
        return None
    identity = _identity(path, sha256)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        return "has other bytes than the release's (SHA-256 differs)"
    _write(path, identity)
    return None


def verified(path: Path, sha256: str) -> bool:
    """Whether the file was hashed, matched, and has not been touched since."""
    try:
        return bool(json.loads(_record(path).read_text("utf-8")) == _identity(path, sha256))
    except (OSError, ValueError):
        return False


def remember(path: Path, sha256: str) -> None:
    """Note that the file as it is now has that digest."""
    _write(path, _identity(path, sha256))


def _identity(path: Path, sha256: str) -> dict[str, Any]:
    stat = path.stat()
    return {
        "size": stat.st_size,
        "mtime_ns": stat.st_mtime_ns,
        "inode": stat.st_ino,
        "sha256": sha256,
    }


def _write(path: Path, identity: dict[str, Any]) -> None:
    with suppress(OSError):  # in a read-only folder the file is hashed at every start
        private_file(_record(path))
        _record(path).write_text(json.dumps(identity), "utf-8")


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified")
