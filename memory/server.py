"""A Chroma server: its address, whether it answers, and patience with it."""

import logging
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from memory.errors import ServerUnreachable, ServerUnusable, StoreError

__all__ = ["TIMEOUT", "Server", "located", "patiently"]

log = logging.getLogger(__name__)
T = TypeVar("T")
PAUSES = (0.1, 0.5)
"""Seconds before the second and the third try."""
TIMEOUT = 20.0
"""Seconds that a server may take to answer one request."""
API = "/api/v2"
MAJOR = "1"
"""Version of Chroma whose API we speak."""
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Chroma server listens. As text without the password that its address may carry."""

    scheme: str
    host: str
    """Name or number; IPv6 in brackets."""
    port: int
    path: str = ""
    """What goes before `/api/v2`, as a proxy may want it."""
    login: str = ""
    """`user:password`, for a proxy that asks for it."""

    @classmethod
    def at(cls, url: str) -> "Server":
        """The server of an address like `http://localhost:8000`.

        Raises:
            ServerUnusable: the address is not well-formed.
        """
        parts = _split(url)
        host = parts.hostname or ""
        return cls(
            scheme=parts.scheme,
            host=f"[{host}]" if ":" in host else host,
            port=parts.port or {"http": 80, "https": 443}[parts.scheme],
            path=parts.path.rstrip("/").removesuffix(API),
            login=parts.netloc.rpartition("@")[0],
        )

    @property
    def url(self) -> str:
        """The address, password and all."""
        login = f"{self.login}@" if self.login else ""
        return f"{self.scheme}://{login}{self.host}:{self.port}{self.path}"

    @property
    def folder_name(self) -> str:
        """A name for the folder of what belongs to this server."""
        plain = f"{self.host}-{self.port}"
        if self.path or not re.fullmatch(r"[A-Za-z0-9.-]+", plain):
            digest = zlib.crc32(f"{plain}{self.path}".encode())
            return f"{re.sub('[^A-Za-z0-9.-]+', '_', plain + self.path)}-{digest:08x}"
        return plain

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{self.path}"

    def check(self) -> None:
        """Make sure that a Chroma server answers whose API we speak.

        Raises:
            ServerUnreachable: nothing answers.
            ServerUnusable: something else answers.
        """
        match self._get(f"{API}/version"):
            case 200, str(version) if version.split(".")[0] == MAJOR:
                return
            case 200, str(version) if re.match(r"\d+\.", version):
                raise self.unusable(f"is Chroma with API {version[:20]}, and we speak {MAJOR}.x")
            case 410, _:
                raise self.unusable("is a Chroma of another API than ours, which is v2")
            case 404, _ if self._get("/api/v1/heartbeat")[0] == 200:
                raise self.unusable("is a Chroma older than 1.0")
            case status, _:
                raise self.refused(status)

    def refused(self, status: int) -> StoreError:
        """The error that an HTTP status means which does not come from Chroma itself."""
        match status:
            case 401 | 403:
                return self.unusable(
                    f"refuses access (HTTP {status}); if it takes a name and a password, put them "
                    "into the address, http://name:password@host:port"
                )
            case 429 | 502 | 503 | 504:
                return self.unreachable(f"HTTP {status}")
        return self.unusable(f"does not answer as Chroma does (HTTP {status})")

    def unreachable(self, reason: object) -> ServerUnreachable:
        """The error for a server that does not answer."""
        return ServerUnreachable(
            f"Can't reach the Chroma server at {self} ({reason}). Start it with `chroma run --path "
            f"FOLDER --host {self.host.strip('[]')} --port {self.port}`, or check the address."
        )

    def unusable(self, reason: str) -> ServerUnusable:
        """The error for a server that answers, but not as we need."""
        return ServerUnusable(
            f"The server at {self} {reason}. Name the address of a Chroma {MAJOR}.x server "
            "(`chroma run --path FOLDER`), or a folder."
        )

    def _get(self, path: str) -> tuple[int, object]:
        """Status and, if it is JSON, body."""
        import httpx

        try:
            answer = httpx.get(self.url + path, timeout=TIMEOUT)
        except httpx.TransportError as error:
            raise self.unreachable(f"{error or type(error).__name__}") from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise _nonsense(str(self), str(error)) from error
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, None


def located(
    path: str | PathLike[str], folder: str | PathLike[str] | None = None
) -> tuple[Path, Server | None]:
    """The folder of a memory's ledger, and the server of its index if `path` is an address.

    Args:
        path: A folder, or `http://host:port` of a Chroma server.
        folder: Where the ledger of a memory on a server lies; None for a folder of the user's.

    Raises:
        StoreError: the address is not well-formed, or a folder is named twice.
    """
    if not isinstance(path, str) or not _URL.match(path.strip()):
        if folder is not None:
            raise StoreError(
                f"Two folders are named, {fspath(path)} and {fspath(folder)}. `folder` goes with "
                "the address of a Chroma server, http://host:port; leave it out."
            )
        return Path(path), None
    server = Server.at(path.strip())
    if folder is not None:
        return Path(folder), server
    from platformdirs import user_data_path

    return user_data_path("agentic") / "servers" / server.folder_name, server


def patiently(work: Callable[[], T]) -> T:
    """Do work that needs a server, and that does no harm when it is done twice; three tries."""
    for pause in PAUSES:
        try:
            return work()
        except ServerUnreachable as error:
            log.info("Tried again in %g s: %s", pause, error)
        time.sleep(pause)
    return work()


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _nonsense(url, str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise _nonsense(url, f"its scheme is {parts.scheme}")
    if not parts.hostname or port == 0 or re.search(r"\s", url):
        raise _nonsense(url, "it has no host" if not parts.hostname else "a space, or port 0")
    if parts.query or parts.fragment:
        raise _nonsense(url, "nothing may follow its path")
    return parts


def _nonsense(url: str, reason: str) -> ServerUnusable:
    shown = re.sub(r"//[^/@]*@", "//", url)
    return ServerUnusable(
        f"{shown!r} is not the address of a Chroma server ({reason}). Write it as "
        "http://localhost:8000 or https://host:port/path."
    )
