"""The body of an answer, within limits that a hostile one can't pass."""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agentic.errors import ToolError, TransientToolError
from agentic.sizes import human

if TYPE_CHECKING:
    import httpx

__all__ = ["MOST_BYTES", "BrokenOff", "declared_size", "read_body"]

MOST_BYTES = 5_000_000


class BrokenOff(TransientToolError):
    """The exchange ended early: what was asked for may have been done."""


def read_body(response: "httpx.Response", most: int = MOST_BYTES) -> bytes:
    """The body, unpacked where it was sent packed.

    Args:
        response: An answer of a guarded client whose body was not read.
        most: Bytes that it may have, before and after it is unpacked.

    Raises:
        ToolError: if it is larger, or packed in a way that was not asked for.
        TransientToolError: if it breaks off, or does not come in time.
    """
    if (declared_size(response) or 0) > most:
        raise _too_large(response, most)
    body = bytearray()
    for piece in _unpacked(response, most):
        body += piece
        if len(body) > most:
            raise _too_large(response, most)
    return bytes(body)


def declared_size(response: "httpx.Response") -> int | None:
    """The bytes that are to come, by the answer's own word."""
    said = response.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _unpacked(response: "httpx.Response", most: int) -> Iterator[bytes]:
    """Pieces of the body, none much larger than what is left to read."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing in ("", "identity"):
        yield from response.iter_raw()
        return
    if packing not in ("gzip", "x-gzip"):
        raise ToolError(
            f"{response.url.host} packed its answer as {packing[:40]!r}, which can't be read here; "
            "go on with another source."
        )
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    taken = 0
    for packed in response.iter_raw():
        taken += len(packed)
        if taken > most:
            raise _too_large(response, most)
        try:
            yield unpacker.decompress(packed, most + 1)
        except zlib.error as error:
            raise ToolError(f"{response.url.host} sent a damaged gzip body.") from error
    if taken and not unpacker.eof:
        raise BrokenOff(f"The answer of {response.url.host} broke off in the middle.")


def _too_large(response: "httpx.Response", most: int) -> ToolError:
    size = declared_size(response)
    said = f" ({human(size)})" if size is not None and size > most else ""
    return ToolError(
        f"What lies at {response.url} is too large to read{said}; at most {human(most)} are read. "
        "Look for a shorter page on the same."
    )
