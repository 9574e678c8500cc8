"""What each tool of a server looked like when it was first seen, kept in `mcp.json`.

A server can describe a tool harmlessly until it is trusted, and otherwise later. So the whole of
what it says of a tool is pinned by its SHA-256; one that changes is not used before the user has
accepted the change. So is one that a known server adds: else it would only have to give a changed
tool a new name.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from agentic.errors import UsageError
from agentic.filing import private_folder, whole
from agentic.naming import did_you_mean, nearest
from agentic.settings import settings
from agentic.tools.mcp.wording import difference

__all__ = ["Findings", "accept", "compare", "digest", "with_instructions"]

_NAME = "mcp.json"
_INSTRUCTIONS = "instructions of the server"
"""Where they stand with a tool, whose meaning they may change."""
_PATIENCE = 10.0
"""Seconds to wait for another process that has the file."""


class _Pin(BaseModel):
    sha256: str
    tool: dict[str, Any]
    """The tool as it was accepted."""
    changed: dict[str, Any] | None = None
    """The tool as it was last seen, where that differs."""


_Pins = dict[str, dict[str, _Pin]]
_READER = TypeAdapter(_Pins)


@dataclass
class Findings:
    """What a server's tools are, measured against what is pinned."""

    new: list[str] = field(default_factory=list)
    """Tools of a server never seen before, from now on trusted."""
    changed: dict[str, str] = field(default_factory=dict)
    """Tools that are not what was accepted, and in what they differ."""


def digest(tool: Mapping[str, Any]) -> str:
    """SHA-256 over everything that a server says of a tool, however it orders it."""
    text = json.dumps(tool, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def with_instructions(tool: Mapping[str, Any], instructions: str | None) -> dict[str, Any]:
    """What a server says of a tool, together with what it says of all its tools."""
    said: Any = instructions
    if _INSTRUCTIONS in tool:  # a server can't hide its own words behind ours
        said = [instructions, tool[_INSTRUCTIONS]]
    return {**tool, _INSTRUCTIONS: said}


def compare(server: str, tools: Mapping[str, Mapping[str, Any]], path: Path | None) -> Findings:
    """Compare a server's tools, by name, with what is pinned; a new server's are pinned.

    Args:
        server: Name of the server.
        tools: What it says of each tool.
        path: The file; by default `mcp.json` in the home folder.

    Raises:
        UsageError: if the file can't be read or written.
    """
    found = Findings()
    with _kept(path) as pins:
        first = server not in pins
        known = pins.setdefault(server, {})
        for name, tool in tools.items():
            seen, pin = digest(tool), known.get(name)
            if pin is None and first:
                found.new.append(name)
                known[name] = _Pin(sha256=seen, tool=dict(tool))
            elif pin is None:
                known[name] = _Pin(sha256="", tool={}, changed=dict(tool))
                found.changed[name] = _told({}, tool)
            elif pin.sha256 == seen:
                pin.changed = None
            else:
                pin.changed = dict(tool)
                found.changed[name] = _told(pin.tool, tool)
    return found


def accept(server: str, tool: str, path: Path | None = None) -> str:
    """Trust a tool as it was last seen; what has changed since it was first trusted.

    Args:
        server: Name of the server.
        tool: The tool's name, as the server gives it.
        path: The file; by default `mcp.json` in the home folder.

    Raises:
        UsageError: if there is no such tool, or it has not changed.
    """
    with _kept(path) as pins:
        pin = _entry(_entry(pins, server, "server"), tool, f"tool of {server!r}")
        if pin.changed is None:
            raise UsageError(f"Tool {tool!r} of server {server!r} has not changed.")
        told = _told(pin.tool, pin.changed)
        pin.sha256, pin.tool, pin.changed = digest(pin.changed), pin.changed, None
    return told


def _told(accepted: Mapping[str, Any], seen: Mapping[str, Any]) -> str:
    lead = "" if accepted else "it was not there before; "
    return lead + difference(accepted, seen)


def _entry(entries: Mapping[str, Any], name: str, kind: str) -> Any:
    if name not in entries:
        there = ", ".join(entries) or "none yet"
        hint = did_you_mean(nearest(name, entries))
        raise UsageError(f"No {kind} named {name!r} was seen; there are: {there}.{hint}")
    return entries[name]


@contextmanager
def _kept(path: Path | None) -> Iterator[_Pins]:
    """The pins; what is changed in them is written at the end, unless something is raised."""
    from filelock import FileLock

    place = path if path is not None else settings().home / _NAME
    try:
        private_folder(place.parent)
        with FileLock(f"{place}.lock", mode=0o600, timeout=_PATIENCE):
            before = place.read_bytes() if place.exists() else b"{}"
            pins = _READER.validate_json(before)
            yield pins
            after = _READER.dump_json(pins, indent=1)
            if after != before:
                with whole(place) as file:
                    file.write(after)
    except ValidationError as error:
        raise UsageError(
            f"{place} is damaged; delete it to trust the servers' tools anew."
        ) from error
    except OSError as error:
        raise UsageError(f"{place} can't be kept: {error}.") from error
