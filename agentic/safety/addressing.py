"""The addresses in a call's arguments, and the hosts that they lead to, as the web tools read them.

What can't be told for sure has no host: no rule that allows fits it, every rule that denies does.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from agentic.errors import ToolError

__all__ = ["PATHS", "addresses", "host_of", "in_letters", "is_one_of", "texts"]

PATHS = frozenset(
    {"path", "to", "file", "folder", "source", "target", "workspace", "database", "document"}
    | {"filename", "filepath", "dir", "directory", "destination"}
)
"""Arguments that name files; they are compared by the file that is meant, not by how it is written.
"""
_LINKS = frozenset(
    {"url", "uri", "link", "href", "address", "endpoint", "webhook"}
    | {"host", "hostname", "domain", "website"}
)
"""Arguments that are addresses, also without a scheme."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_BARE = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")
"""A host, perhaps with a path, with no scheme before it."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_OPAQUE = re.compile(r"[a-z][a-z0-9+.-]*:(?!//|[0-9]+(?:[/?#]|$))", re.IGNORECASE)
"""An address that doesn't say its host behind two strokes, and that programs read differently."""
_NAME = re.compile(r"[\w.-]+|[0-9a-f:.]+", re.IGNORECASE)
"""A host that every program reads alike: no strokes, signs in per cent, or spaces in it."""


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
                if is_one_of(_LINKS, str(key)):
                    for text in texts(value):
                        yield from _within(text.strip())
                else:
                    yield from addresses(value, bare=bare and not is_one_of(PATHS, str(key)))
        case list() | tuple():
            for value in args:
                yield from addresses(value, bare=bare)


def _within(text: str) -> Iterator[str]:
    """The address that a text is, and those in it where it is several."""
    if text:
        yield text
    if len(text.split()) > 1:
        yield from _ADDRESS.findall(text)


def is_one_of(kind: Collection[str], key: str) -> bool:
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


def host_of(address: str) -> str:
    """The host as the tools that ask the web read it; "" where that can't be told."""
    from agentic.tools.pages.address import web_address

    with suppress(ToolError):
        address = web_address(address)
    if _OPAQUE.match(address):
        return ""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host = (parts.hostname or "").rstrip(".,;!?)")  # it may stand in a sentence
        _ = parts.port  # a wrong one makes an address that could not be asked
        return in_letters(host) if "\\" not in parts.netloc and _NAME.fullmatch(host) else ""
    except ValueError:  # no address that could be asked
        return ""


def in_letters(host: str) -> str:
    """A host's name, or a pattern of it, in the letters that it is asked for by."""
    import idna

    host = host.casefold() if host.isascii() else host.lower()
    return ".".join(
        part if part.isascii() else idna.encode(part).decode() for part in host.split(".")
    )
