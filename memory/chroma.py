"""The vector index on Chroma, in a folder or on a server; the only module that imports it.

Chroma 1.5 on a local folder: two processes that write lose vectors silently, and a process does
not see what another wrote until it opens the folder again. So every call here is made while the
caller holds the memory's lock, but for a query of a view that is still the current one. A process
killed in a batch of 200 broke the collection for good, batches of 20 never did. On a server, which
alone writes its files, only the vectors of others must be kept apart: by the names of collections.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from memory.backlog import Unindexed, View
from memory.breaking import breaking, causes, seal, within
from memory.errors import IndexBroken
from memory.server import TIMEOUT, Server, patiently

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

__all__ = ["BATCH", "ChromaIndex", "Home"]

log = logging.getLogger(__name__)
T = TypeVar("T")
Home: TypeAlias = Path | Server
"""Where an index lies."""
BATCH = 20
"""Vectors written at a time to a folder."""
HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 200,
}
"""With Chroma's own (16, 100, 100), 4 of 243 vectors, many tied, did not find themselves. Of the 50
nearest among 50,000, a search finds 93 % with an `ef_search` of 100, 99 % with 200, and takes half
as long again for the rest (benchmarks/hashed.py)."""
PATIENCE = 60.0
"""Seconds after which a folder that does not open counts as broken."""
SAME = 0.01
"""Cosine distance under which two vectors are the same."""
LONGEST_NAME = 400
"""Characters of a collection's name after its prefix; Chroma takes 512 in all."""


class ChromaIndex:
    """Vectors by id, a collection for each kind, cosine space.

    Every method but `close` raises IndexBroken when Chroma fails, and on a server
    ServerUnreachable or ServerUnusable, after three tries, when it is not Chroma that fails.
    """

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.view: View | None = None
        """What was last seen of the index; None while it is closed."""
        self._client: ClientAPI | None = None
        self._home: Home = Path()
        self._prefix = ""
        self._collections: dict[str, Collection] = {}

    def open(self, home: Home, view: View, probe: Sequence[Unindexed], prefix: str = "") -> None:
        """Open an index anew, see what is in it, and look a few known vectors up.

        Args:
            home: The folder or server it lies in.
            view: What is seen of it from now on.
            probe: Vectors that should be in it.
            prefix: What the names of its collections begin with.
        """
        import chromadb  # noqa: F401  # what fails here is no fault of the folder

        match home:
            case Path():
                self.close()  # Chroma reads what others wrote only when it is opened anew
                self._home, self._prefix = home, prefix
                within(PATIENCE, lambda: self._open(lambda: _folder_client(home), probe))
            case Server():
                if home != self._home:
                    self.close()
                self._home, self._prefix, self.view = home, prefix, None
                self._call(lambda: self._open(lambda: _server_client(home), probe))
        self.view = view

    def close(self) -> None:
        """Let go of the files, or of the connection."""
        with self.guard:
            client, self._client, self.view = self._client, None, None
            self._collections = {}
            if client is not None:
                # The last client of a folder stops the system that Chroma caches for it.
                cast("Client", client).close()
            if client is not None and isinstance(self._home, Server):
                for session in _sessions(client):
                    session.close()

    def count(self) -> int:
        """How many vectors there are."""
        return self._call(lambda: sum(each.count() for each in self._collections.values()))

    def upsert(self, rows: Sequence[Unindexed]) -> None:
        """Write at most a batch of vectors."""
        self._call(lambda: self._upsert(rows))

    def delete(self, dropped: Sequence[tuple[str, str]]) -> None:
        """Delete vectors by id and kind; those that are not there are no matter."""
        self._call(lambda: self._delete(dropped))

    def query(
        self, vector: Any, kinds: Sequence[str] | None, limit: int
    ) -> list[tuple[str, float]]:
        """Ids of the nearest vectors and their cosines, best first."""
        return self._call(lambda: self._query(vector, kinds, limit))

    def remove(self, server: Server, beginning: str) -> None:
        """Remove the collections of a server whose names begin so."""
        if server != self._home:
            self.close()
        self._home, self.view, self._collections = server, None, {}
        self._call(lambda: self._remove(server, beginning))

    def _call(self, work: Callable[[], T]) -> T:
        server = self._home if isinstance(self._home, Server) else None
        if server is None:
            with breaking():
                return work()

        def once() -> T:
            with _answering(server):
                return work()

        return patiently(once)

    def _open(self, client: "Callable[[], ClientAPI]", probe: Sequence[Unindexed]) -> None:
        if self._client is None:
            self._client = client()
        self._collections = {
            listed.name: self._client.get_collection(listed.name, embedding_function=None)
            for listed in self._client.list_collections()
            if listed.name.startswith(self._prefix)
        }
        if isinstance(self._home, Path):
            seal(self._home)
        self._probe(probe)

    def _probe(self, probe: Sequence[Unindexed]) -> None:
        """See that vectors are there as they were written; a search, being approximate, may miss.

        Vectors are read before the first search: Chroma crashes when it searches some broken files.
        """
        there = sum(self._intact(kind, probe) for kind in {p.kind for p in probe})
        if there < len(probe):
            raise IndexBroken(f"{there} of {len(probe)} known vectors are there")
        for known in probe[:1]:
            self._query(_vector(known), [known.kind], 1)

    def _intact(self, kind: str, probe: Sequence[Unindexed]) -> int:
        import numpy as np

        if (collection := self._collections.get(self._named(kind))) is None:
            return 0
        mine = {p.id: _vector(p) for p in probe if p.kind == kind}
        got = collection.get(ids=list(mine), include=["embeddings"])
        there = [] if got["embeddings"] is None else got["embeddings"]
        with np.errstate(all="ignore"):  # a broken file may hold any number
            return sum(
                bool(np.dot(v, mine[i]) > (1 - SAME) * np.linalg.norm(v) * np.linalg.norm(mine[i]))
                for i, v in zip(got["ids"], map(np.asarray, there), strict=True)
            )

    def _upsert(self, rows: Sequence[Unindexed]) -> None:
        import numpy as np

        known = len(self._collections)
        for kind in sorted({row.kind for row in rows}):
            mine = [row for row in rows if row.kind == kind]
            vectors = np.stack([_vector(row) for row in mine])
            self._collection(kind).upsert([row.id for row in mine], embeddings=vectors)
        if isinstance(self._home, Path) and len(self._collections) > known:
            seal(self._home)

    def _delete(self, dropped: Sequence[tuple[str, str]]) -> None:
        for kind in sorted({kind for _, kind in dropped}):
            if (collection := self._collections.get(self._named(kind))) is not None:
                collection.delete(ids=[id for id, of in dropped if of == kind])

    def _query(
        self, vector: Any, kinds: Sequence[str] | None, limit: int
    ) -> list[tuple[str, float]]:
        names = list(self._collections) if kinds is None else [self._named(kind) for kind in kinds]
        found: list[tuple[str, float]] = []
        for name in names:
            if (collection := self._collections.get(name)) is not None:
                got = collection.query([vector], n_results=limit, include=["distances"])
                distances = (got["distances"] or [[]])[0]
                found += [(i, 1 - d) for i, d in zip(got["ids"][0], distances, strict=True)]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def _remove(self, server: Server, beginning: str) -> None:
        from chromadb.errors import ChromaError

        if self._client is None:
            self._client = _server_client(server)
        for listed in self._client.list_collections():
            if listed.name.startswith(beginning):
                try:
                    self._client.delete_collection(listed.name)
                except ChromaError as error:
                    log.warning("%s of %s can't be removed: %s", listed.name, server, error)

    def _collection(self, kind: str) -> "Collection":
        name = self._named(kind)
        if name not in self._collections:
            assert self._client is not None
            self._collections[name] = self._client.get_or_create_collection(
                name, configuration={"hnsw": HNSW}, embedding_function=None
            )
        return self._collections[name]

    def _named(self, kind: str) -> str:
        return self._prefix + _plain(kind)


def _plain(kind: str) -> str:
    """What a kind's collection is called: Chroma allows few characters."""
    if re.fullmatch(r"[a-z0-9]+([._-][a-z0-9]+)*", kind):
        return f"kind-{kind}"
    name = f"hex-{kind.encode().hex()}"
    return name if len(name) <= LONGEST_NAME else f"sha-{hashlib.sha256(kind.encode()).hexdigest()}"


def _vector(row: Unindexed) -> Any:
    import numpy as np

    return np.frombuffer(row.vector, dtype="<f4")


def _folder_client(folder: Path) -> "ClientAPI":
    import chromadb

    folder.mkdir(mode=0o700, exist_ok=True)
    seal(folder)
    return chromadb.PersistentClient(folder, _settings())


def _server_client(server: Server) -> "ClientAPI":
    import chromadb

    server.check()
    client = chromadb.HttpClient(server.url, settings=_settings())
    for session in _sessions(client):
        session.timeout = TIMEOUT  # Chroma would wait for ever
    return client


def _sessions(client: "ClientAPI") -> list[Any]:
    """The connections of a client of a server, which Chroma neither limits nor closes."""
    ours = cast(Any, client)
    return [ours._server._session, ours._admin_client._server._session]


def _settings() -> Any:
    from chromadb.config import Settings

    # No `.env` file of the folder we happen to be started in may configure the index.
    return Settings(_env_file=None, anonymized_telemetry=False)


@contextmanager
def _answering(server: Server) -> Iterator[None]:
    """Tell a server that is down, and one that is not Chroma, from an index that is broken."""
    import httpx
    from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, RateLimitError

    try:
        yield
    except (httpx.TransportError, RateLimitError) as error:
        raise server.unreachable(str(error) or type(error).__name__) from error
    except (ChromaAuthError, AuthorizationError) as error:
        raise server.refused(403) from error
    except ChromaError as error:
        raise IndexBroken(f"{type(error).__name__}: {error}") from error
    except Exception as error:
        for cause in causes(error):
            if isinstance(cause, httpx.HTTPStatusError):
                raise server.refused(cause.response.status_code) from error
            if isinstance(cause, httpx.TransportError):
                raise server.unreachable(str(cause) or type(cause).__name__) from error
        if isinstance(error, ValueError | KeyError | TypeError):
            reason = f"does not answer as Chroma does ({type(error).__name__}: {error})"
            raise server.unusable(reason[:300]) from error
        raise
