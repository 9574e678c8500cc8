"""Secrets whose values are known: of the environment, of `agentic.toml`, of addresses."""

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus, unquote

from agentic.safety.secrets.spans import Span, mark
from agentic.settings import child_environment

__all__ = ["all_known", "known_address", "known_secret", "occurrences"]

SHORTEST = 8
"""Characters of a value from which on it is looked for; a shorter one stands in too much else."""
_WORDY = 16
"""Characters from which on words, too, are taken for a secret: nobody names a mode so."""

_TELLING = re.compile(
    r"(?:^|_)(?:(?:API|APP|ACCESS|ACCOUNT|AUTH|ENCRYPTION|LICENSE|MASTER|PRIVATE|SECRET|SHARED"
    r"|SIGNING)?KEY|[A-Z0-9]*(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL)|AUTH|DSN|PASS"
    r"|PAT|PWD)S?(?:_|$)"
)
_ABOUT = re.compile(
    r"_(?:FILE|PATH|DIR|HOME|ROOT|SOCK|SOCKET|HOST|HOSTNAME|PORT|SERVER|DOMAIN|REALM|ENDPOINT|REGION"
    r"|NAME|USER|USERNAME|EMAIL|ID|TYPE|METHOD|MODE|PROVIDER|BACKEND|STORE|MANAGER|HELPER|PROGRAM"
    r"|COMMAND|CMD|ALGORITHM|FORMAT|VERSION|ISSUER|AUDIENCE|SCOPES?|HEADER|PREFIX|SUFFIX|TTL"
    r"|TIMEOUT|EXPIRY|EXPIRES?|LENGTH|SIZE|LIMIT|COUNT|ENABLED|DISABLED|REQUIRED|PARALLELISM)$"
)
"""Ends of names of what is about a secret and is none."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:([^\s/@:]*)(?::([^\s/]*))?@)?")
_NUMBER = re.compile(r"[\d\s.,:+%/TZ-]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[-_./, ][^\W\d_]+)*")
_PLACE = re.compile(
    r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\]|[\w.-]+\.(?:pem|key|crt|json|txt|pub|toml|ya?ml)$"
)
_RANDOM = re.compile(r"(?=[^/\\]*[a-z])(?=[^/\\]*[A-Z])(?=[^/\\]*\d)[^/\\.]{20,}")

_made_known: dict[str, str] = {}


def known_secret(name: str, value: str) -> None:
    """Have a value redacted from now on, wherever it stands.

    Left alone are short values, numbers, paths, and those whose name says that they are none, such
    as `SHOP_HOST`.

    Args:
        name: What to call it in its mark: the name of the variable, mostly.
        value: The secret.
    """
    value = value.strip()
    if _long(value) and not _ABOUT.search(f"_{name.upper()}") and not _number_or_place(value):
        _made_known[value] = name


def known_address(name: str, address: str) -> None:
    """Have the password in an address redacted from now on, if it has one.

    Args:
        name: What to call it in its mark.
        address: The address, such as `postgresql://reader:password@db.example.org/shop`.
    """
    found = _ADDRESS.match(address)
    if found and found[2] and _long(found[2]):
        for password in {found[2], unquote(found[2])}:
            _made_known[password] = name


def occurrences(text: str, known: Mapping[str, str]) -> Iterator[Span]:
    """Where a known secret stands in a text, in any form in which it is written."""
    for value, name in known.items():
        for form, kind in _forms(value, name):
            at = text.find(form)
            while at >= 0:
                yield Span(at, at + len(form), kind)
                at = text.find(form, at + len(form))


def all_known() -> dict[str, str]:
    """The values that are secret now, each with its name."""
    there = {
        value: name
        for name, given in child_environment().items()
        if (value := _secret_of(name, given)) is not None
    }
    return there | dict(_made_known)


@lru_cache(maxsize=4096)
def _secret_of(name: str, given: str) -> str | None:
    """What of a variable is secret: nothing, its value, or the password in its address."""
    value, upper = given.strip(), name.upper()
    telling = bool(_TELLING.search(upper))
    if found := _ADDRESS.match(value):
        # of an address with a user alone, as of Sentry, the user is the key
        part = found[2] or (found[1] if telling else None)
        return part if part and _long(part) and not _plain(part) else None
    if not telling or _ABOUT.search(upper) or not _long(value) or _plain(value):
        return None
    return value


def _long(value: str) -> bool:
    return len(value) >= SHORTEST


def _plain(value: str) -> bool:
    """Whether a value is a word, a number or a path: nothing that only a secret would be."""
    if _number_or_place(value):
        return True
    return len(value) < _WORDY and _WORDS.fullmatch(value) is not None


def _number_or_place(value: str) -> bool:
    if _NUMBER.fullmatch(value):
        return True
    return _PLACE.match(value) is not None and _RANDOM.search(value) is None


@lru_cache(maxsize=1024)
def _forms(value: str, name: str) -> tuple[tuple[str, str], ...]:
    """The value as it may be written, each with the kind that its mark names."""
    kind = re.sub(r"[^\w .-]", "", name)[:40] or "value"
    quoted = {quote(value, safe=""), quote(value), quote_plus(value)}
    escaped = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    forms = {value, html.escape(value), *escaped, *(form.replace("/", r"\/") for form in escaped)}
    forms |= quoted | {re.sub("%..", lambda found: found[0].lower(), form) for form in quoted}
    forms |= set(_encoded(value.encode("utf-8", "replace")))
    return tuple((form, kind) for form in sorted(forms) if form not in mark(kind))


def _encoded(data: bytes) -> Iterator[str]:
    """What base64 makes of the value, alone or within something longer: it depends on where it
    begins, and its ends on its neighbours."""
    for before in range(3):
        padded = bytes(before) + data
        whole = base64.b64encode(padded).decode().rstrip("=")
        first = (before * 8 + 5) // 6
        last = len(padded) * 8 // 6
        for form in (whole[first:last], whole[first:last].replace("+", "-").replace("/", "_")):
            if _long(form):
                yield form
