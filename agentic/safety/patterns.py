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

from agentic.effects import Effect
from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest
from agentic.safety.addressing import PATHS, addresses, host_of, in_letters, is_one_of

__all__ = ["Pattern", "parse_pattern"]

_FORM = re.compile(r"(?P<name>[\w.*-]+)(?:\((?P<wanted>.*)\))?", re.DOTALL)
_WANTED = re.compile(r"\s*([\w-]+)\s*=\s*(.*?)\s*", re.DOTALL)
_EITHER = frozenset({"to", "source", "target"})
"""Arguments that may name a file, and may name somebody."""


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
        if not _like(name, self.name):
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
            f"{text!r} is no pattern of calls; between brackets stands argument=value, with commas "
            "between several; for a comma within a value write *."
        )
    pairs = tuple((each[1], each[2]) for each in wanted if each)
    for _, host in (pair for pair in pairs if pair[0] == "host"):
        _check_host(host, text)
    return Pattern(found["name"], None, pairs)


def _check_host(host: str, text: str) -> None:
    """A rule about what is no host would never fit, and nobody would notice."""
    with suppress(UnicodeError):
        in_letters(host)
        if re.fullmatch(r"[\w.*-]+|[0-9a-f:.*]*:[0-9a-f:.*]*:[0-9a-f:.*]*", host, re.IGNORECASE):
            return
    raise UsageError(
        f"{text!r} names no host; write it without scheme, port and path, such as "
        "'tool(host=example.org)' or 'tool(host=*.example.org)'."
    )


def _has(args: Mapping[str, Any], key: str, value: str, workspace: Path, loosens: bool) -> bool:
    """Whether an argument is as wanted: all of it to let a call through, else any part of it."""
    fits = all if loosens else any
    if key == "host":
        hosts = [host_of(address) for address in addresses({**args})]
        wanted = in_letters(value.rstrip("."))
        # a host that can't be told may be any
        return bool(hosts) and fits(
            _like(host, wanted) if host else not loosens or value == "*" for host in hosts
        )
    if key not in args:
        return False
    given = args[key]
    parts = given if isinstance(given, list | tuple) and given else [given]
    names_files = is_one_of(PATHS, key)
    ways = _places(value, workspace, loosens) if names_files else [value]
    found = [
        spellings
        for part in parts
        for spellings in _spelled(part, key if names_files else "", workspace, loosens)
    ]
    return fits(any(_like(each, way) for each in spellings for way in ways) for spellings in found)


def _like(text: str, wanted: str) -> bool:
    """Whether a text is as wanted: `*` stands for anything, all else for itself."""
    return fnmatchcase(text, wanted.replace("[", "[[]").replace("?", "[?]"))


def _spelled(part: Any, path: str, workspace: Path, loosens: bool) -> Iterator[tuple[str, ...]]:
    """What a part of an argument may be, each in the ways that a rule may write it.

    Args:
        part: The argument, or one of several in it.
        path: Its name where it names a file, else "".
        workspace: The folder that paths are relative to.
        loosens: The rule lets calls through.
    """
    if not isinstance(part, str):
        yield repr(part), _json(part)
    elif not path:
        yield (part,)
    else:
        yield from _meant(part, workspace)
        if loosens and path in _EITHER:
            yield (part,)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _places(value: str, workspace: Path, loosens: bool) -> list[str]:
    """The files that a rule names: as written, and for a strict one as it is meant as well.

    A strict rule about what lies in a folder is about the folder too, which could be moved away;
    and it follows the links in its path. One that lets calls through doesn't: a link may be made
    to lead elsewhere later.
    """
    written = posixpath.normpath(os.path.expanduser(value.strip()))
    if loosens:
        return [written, value]
    if value.rstrip().endswith("/"):
        written += "/*"
    head, slash, rest = _before_star(written)
    meant = posixpath.join(os.path.realpath(os.path.join(workspace, head + slash)), rest)
    ways = [written, meant.removesuffix("/") or "/"]
    return ways + [way.removesuffix("/*") for way in ways if way.endswith("/*")]


def _before_star(path: str) -> tuple[str, str, str]:
    """A pattern in three: the path that is written out, a stroke, and what stands behind it."""
    if "*" not in path:
        return path, "", ""
    head, _, rest = path.partition("*")
    folder, slash, name = head.rpartition("/")
    return folder, slash, f"{name}*{rest}"


def _meant(path: str, workspace: Path) -> Iterator[tuple[str, ...]]:
    """The files that a path may mean, links followed: in full, and relative to the workspace.

    One that no file can have has no spelling that fits.
    """
    folder = os.path.realpath(workspace)
    for spelled in dict.fromkeys((path.strip(), path.strip().replace("\\", "/"))):
        try:
            place = Path(os.path.realpath(os.path.join(folder, spelled)))
        except ValueError:  # no path at all, such as one with a NUL
            yield ()
            continue
        inside = place.is_relative_to(folder)
        yield (place.as_posix(), *([place.relative_to(folder).as_posix()] if inside else []))
