"""The vector index on Chroma; the only module that imports it.

Chroma 1.5 on a local folder: two processes that write lose vectors silently, and a process does
not see what another wrote until it opens the folder again. So every call here is made while the
caller holds the memory's lock, but for a query of a view that is still the current one. A process
killed in a batch of 200 broke the collection for good, batches of 20 never did.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

from memory.backlog import Unindexed, View
from memory.errors import IndexBroken

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

__all__ = ["BATCH", "ChromaIndex", "chroma_index"]

BATCH = 20
"""Vectors written at a time."""
HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "max_neighbors": 32,
    "ef_construction": 200,
    "ef_search": 400,
}
"""With Chroma's own (16, 100, 100), 4 of 243 vectors, many tied, did not find themselves."""
PATIENCE = 60.0
"""Seconds after which a folder that does not open counts as broken."""
SAME = 0.01
"""Cosine distance under which a vector was found again."""


class ChromaIndex:
    """Vectors by id, a collection for each kind, cosine space.

    Every method but `close` raises IndexBroken when Chroma fails.
    """

    def __init__(self) -> None:
        self.guard = threading.RLock()
        self.view: View | None = None
        """What was last seen of the index; None while it is closed."""
        self._client: ClientAPI | None = None
        self._folder = Path()
        self._collections: dict[str, Collection] = {}

    def open(self, folder: Path, view: View, probe: Sequence[Unindexed]) -> None:
        """Open the folder anew, see what is in it, and look a few known vectors up."""
        import chromadb  # noqa: F401  # what fails here is no fault of the folder

        self.close()
        _within(PATIENCE, lambda: self._open(folder, probe))
        self.view = view

    def close(self) -> None:
        """Let go of the files."""
        with self.guard:
            client, self._client, self.view = self._client, None, None
            self._collections = {}
            if client is not None:
                # The last client of a folder stops the system that Chroma caches for it.
                cast("Client", client).close()

    def count(self) -> int:
        """How many vectors there are."""
        with _breaking():
            return sum(collection.count() for collection in self._collections.values())

    def upsert(self, rows: Sequence[Unindexed]) -> None:
        """Write at most `BATCH` vectors."""
        import numpy as np

        with _breaking():
            known = len(self._collections)
            for kind in sorted({row.kind for row in rows}):
                mine = [row for row in rows if row.kind == kind]
                vectors = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in mine])
                self._collection(kind).upsert([row.id for row in mine], embeddings=vectors)
            if len(self._collections) > known:
                _seal(self._folder)

    def delete(self, dropped: Sequence[tuple[str, str]]) -> None:
        """Delete vectors by id and kind; those that are not there are no matter."""
        with _breaking():
            for kind in sorted({kind for _, kind in dropped}):
                if (collection := self._collections.get(_named(kind))) is not None:
                    collection.delete(ids=[id for id, of in dropped if of == kind])

    def query(
        self, vector: Any, kinds: Sequence[str] | None, limit: int
    ) -> list[tuple[str, float]]:
        """Ids of the nearest vectors and their cosines, best first."""
        names = self._collections if kinds is None else [_named(kind) for kind in kinds]
        found: list[tuple[str, float]] = []
        with _breaking():
            for name in names:
                if (collection := self._collections.get(name)) is not None:
                    got = collection.query([vector], n_results=limit, include=["distances"])
                    distances = (got["distances"] or [[]])[0]
                    found += [(i, 1 - d) for i, d in zip(got["ids"][0], distances, strict=True)]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def _open(self, folder: Path, probe: Sequence[Unindexed]) -> None:
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(mode=0o700, exist_ok=True)
        # No `.env` file of the folder we happen to be started in may configure the index.
        settings = Settings(_env_file=None, anonymized_telemetry=False)
        self._client = chromadb.PersistentClient(folder, settings)
        self._collections = {
            listed.name: self._client.get_collection(listed.name, embedding_function=None)
            for listed in self._client.list_collections()
        }
        self._folder = folder
        _seal(folder)
        self._probe(probe)

    def _probe(self, probe: Sequence[Unindexed]) -> None:
        import numpy as np

        nearest = [self.query(np.frombuffer(p.vector, dtype="<f4"), [p.kind], 1) for p in probe]
        found = [hits for hits in nearest if hits and hits[0][1] > 1 - SAME]
        # The search is approximate: one that is not found proves nothing.
        if len(found) < len(probe) / 2:
            raise IndexBroken(f"{len(found)} of {len(probe)} known vectors are found")

    def _collection(self, kind: str) -> "Collection":
        name = _named(kind)
        if name not in self._collections:
            assert self._client is not None
            self._collections[name] = self._client.get_or_create_collection(
                name, configuration={"hnsw": HNSW}, embedding_function=None
            )
        return self._collections[name]


_indexes: WeakValueDictionary[Path, ChromaIndex] = WeakValueDictionary()
_indexes_guard = threading.Lock()


def chroma_index(path: Path) -> ChromaIndex:
    """The index of the memory at a path, one for the whole process.

    Chroma shares one system among all clients of a folder in a process and drops it with the last
    of them; with two indexes neither could make it read again what another process wrote.
    """
    with _indexes_guard:
        return _indexes.setdefault(path.resolve(), ChromaIndex())


def _named(kind: str) -> str:
    """Name of a kind's collection: Chroma allows few characters."""
    plain = re.fullmatch(r"[a-z0-9]+([._-][a-z0-9]+)*", kind)
    return f"kind-{kind}" if plain else f"hex-{kind.encode().hex()}"


def _seal(folder: Path) -> None:
    """Let nobody but the owner read the files that Chroma made."""
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            os.chmod(file, 0o700 if file.is_dir() else 0o600)


@contextmanager
def _breaking() -> Iterator[None]:
    try:
        yield
    except IndexBroken:
        raise
    except BaseException as error:
        # Chroma's Rust core panics with an exception that is not an Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise IndexBroken(f"{type(error).__name__}: {error}") from error
        raise


def _within(seconds: float, work: Callable[[], None]) -> None:
    """Do work in a thread that is left behind if it hangs, as Chroma does on some broken files."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            with _breaking():
                work()
            future.set_result(None)
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name="chroma-open").start()
    try:
        future.result(seconds)
    except TimeoutError as error:
        raise IndexBroken(f"did not open within {seconds:g} s") from error
