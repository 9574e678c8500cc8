"""Patterns of calls, as a user writes them: `write_file(path=notes/*)`, `effect:sends`."""

import json
import os
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from agentic.effects import Effect
from agentic.errors import ToolError, UsageError
from agentic.naming import did_you_mean, nearest

__all__ = ["Pattern", "addresses", "parse_pattern", "texts"]

_FORM = re.compile(r"(?P<name>[\w.*?-]+)(?:\((?P<wanted>.*)\))?", re.DOTALL)
_WANTED = re.compile(r"\s*([\w-]+)\s*=\s*(.*?)\s*", re.DOTALL)
_PATHS = frozenset(
    {"path", "to", "file", "folder", "source", "target", "workspace", "database", "document"}
    | {"filename", "filepath", "dir", "directory", "destination"}
)
"""Arguments that name files; they are compared by the file that is meant, not by how it is written.
"""
_EITHER = frozenset({"to", "source", "target"})
"""Arguments that may name a file, and may name somebody."""
_LINKS = frozenset(
    {"url", "uri", "link", "href", "address", "endpoint", "webhook"}
    | {"host", "hostname", "domain", "website"}
)
"""Arguments that are addresses, also without a scheme."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_BARE = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")
"""A host, perhaps with a path, with no scheme before it."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)


@dataclass(frozen=True)
class Pattern:
    """What a rule is about: calls of some tools, with some arguments, or with an effect."""

    name: str = "*"
    effect: Effect | None = None
    wanted: tuple[tuple[str, str], ...] = ()
    """Arguments, with what their value must be; `host` is that of any address in the arguments."""

    def fits(
        self,
        name: str,
        args: Mapping[str, Any],
        effects: Collection[Effect] | None,
        workspace: Path,
        *,
        loosens: bool,
    ) -> bool:
        """Whether a call is one of those that the pattern means.

        Args:
            name: The tool's name.
            args: The call's arguments.
            effects: What the call may do; None where it is unknown, and then it may do anything.
            workspace: The folder that paths are relative to.
            loosens: The rule lets calls through. One about an effect then means calls that are
                known to do nothing more than that.
        """
        if not fnmatchcase(name, self.name):
            return False
        if self.effect is not None and not self._does(effects, loosens):
            return False
        return all(_has(args, key, value, workspace, loosens) for key, value in self.wanted)

    def _does(self, effects: Collection[Effect] | None, loosens: bool) -> bool:
        if effects is None:
            return not loosens
        more = set(effects) - {"reads", "network", self.effect}
        return self.effect in effects and not (loosens and more)


@lru_cache(maxsize=1024)
def parse_pattern(text: str) -> Pattern:
    """A pattern from how it is written.

    Raises:
        UsageError: if it is none.
    """
    kind, colon, effect = text.strip().partition(":")
    if colon and kind == "effect":
        known = get_args(Effect)
        if effect.strip() not in known:
            hint = did_you_mean(nearest(effect, known))
            raise UsageError(f"No effect named {effect!r}; there are: {', '.join(known)}.{hint}")
        return Pattern(effect=effect.strip())  # type: ignore[arg-type]  # it is one of them
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is no pattern of calls; write a tool's name, 'tool(argument=value)', "
            "'tool(host=*.example.org)' or 'effect:sends'; * stands for anything."
        )
    parts = [part for part in (found["wanted"] or "").split(",") if part.strip()]
    wanted = [_WANTED.fullmatch(part) for part in parts]
    if not all(wanted):
        raise UsageError(
            f"{text!r} is no pattern of calls; between brackets stands argument=value."
        )
    return Pattern(found["name"], None, tuple((each[1], each[2]) for each in wanted if each))


def addresses(args: Any, *, bare: bool = False) -> Iterator[str]:
    """The addresses in a call's arguments, wherever they stand.

    Args:
        args: The arguments, or a part of them.
        bare: Whether an argument that is nothing but a host, perhaps with a path, is one too,
            whatever its name; it may be a file's name as well.
    """
    match args:
        case str():
            whole = bare and _BARE.fullmatch(args.strip())
            yield from [args.strip()] if whole else _ADDRESS.findall(args)
        case Mapping():
            for key, value in args.items():
                if _is_one_of(_LINKS, str(key)):
                    yield from (text.strip() for text in texts(value) if text.strip())
                else:
                    yield from addresses(value, bare=bare and not _is_one_of(_PATHS, str(key)))
        case list() | tuple():
            for value in args:
                yield from addresses(value, bare=bare)


def _has(args: Mapping[str, Any], key: str, value: str, workspace: Path, loosens: bool) -> bool:
    """Whether an argument is as wanted: all of it to let a call through, else any part of it."""
    wanted, fits = value, all if loosens else any
    if key == "host":
        hosts = [_host(address) for address in addresses({**args})]
        # a host that can't be told may be any
        return bool(hosts) and fits(
            fnmatchcase(host, value.casefold()) or not (host or loosens) for host in hosts
        )
    if key not in args:
        return False
    parts = args[key] if isinstance(args[key], list | tuple) else [args[key]]
    found = [(each,) if isinstance(each, str) else (repr(each), _json(each)) for each in parts]
    if _is_one_of(_PATHS, key):
        wanted = posixpath.normpath(value)
        written = [each for each in parts if isinstance(each, str)]
        found = [(meant,) for each in written for meant in _meant(each, workspace)]
        if loosens and key in _EITHER:
            found += [(each,) for each in written]
    return bool(found) and fits(
        any(fnmatchcase(each, wanted) for each in spellings) for spellings in found
    )


def _is_one_of(kind: Collection[str], key: str) -> bool:
    """Whether an argument's name is of a kind: "path", "file_path", "filePaths"."""
    last = next(reversed(_WORDS.findall(key)), key).casefold()
    return last in kind or last.removesuffix("s") in kind or key.casefold() in kind


def texts(value: Any) -> Iterator[str]:
    """The texts in a call's arguments, wherever they stand."""
    match value:
        case str():
            yield value
        case Mapping():
            yield from (text for each in value.values() for text in texts(each))
        case list() | tuple():
            yield from (text for each in value for text in texts(each))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _host(address: str) -> str:
    """The host as the tools that ask the web read it; "" where that can't be told."""
    from agentic.tools.pages.address import web_address

    with suppress(ToolError):
        address = web_address(address)
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
        return (host if host.isascii() else host.encode("idna").decode()).rstrip(".")
    except ValueError:  # no address that could be asked
        return ""


def _meant(path: str, workspace: Path) -> Iterator[str]:
    """The files that a path may mean, links followed: relative to the workspace, else in full."""
    folder = os.path.realpath(workspace)
    for spelled in dict.fromkeys((path.strip(), path.strip().replace("\\", "/"))):
        try:
            place = Path(os.path.realpath(os.path.join(folder, spelled)))
        except ValueError:  # no path at all, such as one with a NUL
            place = Path(spelled)
        inside = place.is_relative_to(folder)
        yield (place.relative_to(folder) if inside else place).as_posix()
