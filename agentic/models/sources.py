"""Where weights come from: what a source is, and the model hub, resumed by byte ranges."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from agentic.errors import WeightsError
from agentic.models.partial import Partial
from agentic.settings import settings

if TYPE_CHECKING:
    import httpx

__all__ = ["MAGIC", "Hub", "Progress", "Source", "SourceError"]

MAGIC = b"GGUF"
"""First bytes of every model file."""

Progress = Callable[[int, int], None]
"""Told the bytes there are and the bytes of the whole; what it raises ends the fetching."""

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 30.0
ATTEMPTS = 10
"""Times a connection is made anew while each brings something."""
CHUNK = 1 << 16


class SourceError(WeightsError):
    """One source could not give the file; the next may."""


class Source(Protocol):
    """A place that has the file. `str(source)` names it in messages."""

    @property
    def spare(self) -> int:
        """Bytes of disk it needs beside the file itself."""

    def fetch(self, partial: Partial, total: int, progress: Progress) -> None:
        """Bring the partial file to `total` bytes, going on from what it holds.

        Raises:
            SourceError: if it can't; the partial file holds what came.
        """


@dataclass(frozen=True)
class Hub:
    """A file in a repository of the model hub."""

    repo: str
    file: str
    spare: int = 0

    def __str__(self) -> str:
        return f"model hub ({settings().hub})"

    def fetch(self, partial: Partial, total: int, progress: Progress) -> None:
        """See `Source.fetch`. A connection that breaks is made anew as long as bytes come."""
        import httpx

        try:
            client = httpx.Client(
                follow_redirects=True,
                timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            )
        except (ImportError, ValueError) as error:  # the environment names a proxy it can't use
            raise SourceError(str(error)) from error
        with client:
            reason = "the connection broke too often"
            for _ in range(ATTEMPTS):
                had = partial.size
                if had == total:
                    return
                try:
                    self._stream(client, partial, total, progress)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    reason = str(error) or type(error).__name__
                if partial.size <= had:
                    break
        raise SourceError(reason)

    def _stream(
        self, client: "httpx.Client", partial: Partial, total: int, progress: Progress
    ) -> None:
        url = f"{settings().hub}/{self.repo}/resolve/main/{self.file}"
        headers = {"Accept-Encoding": "identity"}
        if partial.size:
            headers["Range"] = f"bytes={partial.size}-"
        with client.stream("GET", url, headers=headers) as response:
            start = _start(response, partial.size, total)
            for chunk in response.iter_bytes(CHUNK):
                if start == 0:
                    _check_magic(chunk, response)
                partial.keep(start)
                if start + len(chunk) > total:
                    partial.keep(0)
                    raise SourceError(f"it sent more than the file's {total:,} bytes")
                partial.append(chunk)
                start = partial.size
                progress(start, total)


def _start(response: "httpx.Response", have: int, total: int) -> int:
    """Offset in the file at which the response's body begins."""
    if response.status_code == 206:
        span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
        if span is None or (int(span[1]), int(span[2])) != (have, total):
            raise SourceError("it answered with another range of bytes than was asked for")
        return have
    if response.status_code != 200:
        raise SourceError(f"HTTP {response.status_code} {response.reason_phrase}".rstrip())
    length = response.headers.get("Content-Length", str(total))
    if length != str(total):
        raise SourceError(f"its file has {length} bytes, not {total}")
    return 0


def _check_magic(chunk: bytes, response: "httpx.Response") -> None:
    if not chunk.startswith(MAGIC):
        kind = response.headers.get("Content-Type", "no type")
        raise SourceError(f"what it sent is no model file ({kind})")
