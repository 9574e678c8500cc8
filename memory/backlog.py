"""What the vector index still lacks. The ledger's notes on it, kept in the same file."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory.database import Database
from memory.filters import Condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Backlog", "Pending", "Unindexed", "View"]


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that has no vector yet."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Unindexed:
    """A record whose vector is in the ledger and not in the index yet."""

    seq: int
    id: str
    kind: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class View:
    """A state of the index. Who has seen another one must open it again."""

    index: int
    """Number of the index; a broken one is followed by one with the next number."""
    generation: int
    """Grows with every write to the index."""


class Backlog:
    """States of records (0 no vector, 1 vector in the ledger, 2 indexed) and of the index."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def pending(self, limit: int, ids: Sequence[str] | None = None) -> list[Pending]:
        """The oldest records without a vector; with `ids`, only of those."""
        among = "" if ids is None else "AND id IN (SELECT value FROM json_each(?)) "
        given = [] if ids is None else [json.dumps(list(ids))]
        with self._db.reading() as db:
            rows = db.execute(
                f"SELECT seq, text FROM records WHERE state = 0 {among}ORDER BY seq LIMIT ?",
                [*given, limit],
            )
            return [Pending(*row) for row in rows]

    def keep(self, seqs: Sequence[int], vectors: "NDArray[np.float32]", embedder: str) -> None:
        """Keep vectors, so that no text is ever embedded twice by the same embedder."""
        rows = [
            (seq, embedder, vector.astype("<f4").tobytes())
            for seq, vector in zip(seqs, vectors, strict=True)
        ]
        with self._db.writing(durable=False) as db:
            # Meanwhile the record may be forgotten, or the memory given to another embedder.
            db.executemany(
                "INSERT OR REPLACE INTO vectors SELECT ?1, ?2, ?3 WHERE EXISTS "
                "(SELECT 1 FROM records WHERE seq = ?1 AND state = 0) AND EXISTS "
                "(SELECT 1 FROM meta WHERE key = 'embedder' AND value = ?2)",
                rows,
            )
            db.executemany(
                "UPDATE records SET state = 1 WHERE seq = ?1 AND state = 0 "
                "AND EXISTS (SELECT 1 FROM vectors WHERE seq = ?1)",
                [(seq,) for seq in seqs],
            )

    def unindexed(self, limit: int) -> list[Unindexed]:
        """The oldest records that have a vector and are not indexed."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT seq, id, kind, vector FROM records JOIN vectors USING (seq) "
                "WHERE state = 1 ORDER BY seq LIMIT ?",
                [limit],
            )
            return [Unindexed(*row) for row in rows]

    def dropped(self) -> list[tuple[str, str]]:
        """Ids and kinds of forgotten records that the index may still have."""
        with self._db.reading() as db:
            return db.execute("SELECT id, kind FROM dropped").fetchall()

    def mark(self, indexed: Sequence[int], deleted: Sequence[str]) -> View:
        """Note what the index was just given and relieved of. The view it has now."""
        with self._db.writing(durable=False) as db:
            # A record forgotten meanwhile is in `dropped` and leaves the index with the next write.
            db.executemany(
                "UPDATE records SET state = 2 WHERE seq = ? AND state = 1", [(s,) for s in indexed]
            )
            db.executemany("DELETE FROM dropped WHERE id = ?", [(id,) for id in deleted])
            db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        return self.view()

    def restart(self, embedder: str | None = None) -> View:
        """Give the index up for an empty one with the next number; every record waits again.

        Args:
            embedder: The embedder from now on; vectors that another one made are dropped.
        """
        with self._db.writing(durable=True) as db:
            db.execute("UPDATE records SET state = 1 WHERE state = 2")
            db.execute("DELETE FROM dropped")
            db.execute("UPDATE meta SET value = value + 1 WHERE key IN ('index', 'generation')")
            if embedder is not None:
                db.execute("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", [embedder])
                others = "SELECT seq FROM vectors WHERE embedder <> ?"
                db.execute(f"UPDATE records SET state = 0 WHERE seq IN ({others})", [embedder])
                db.execute("DELETE FROM vectors WHERE embedder <> ?", [embedder])
        return self.view()

    def view(self) -> View:
        """The state of the index now."""
        with self._db.reading() as db:
            rows = dict(
                db.execute("SELECT key, value FROM meta WHERE key IN ('index','generation')")
            )
        return View(**rows)

    def counts(self) -> tuple[int, int]:
        """How many records are indexed, and how many wait or are yet to leave the index."""
        with self._db.reading() as db:
            total, waiting, leaving = db.execute(
                "SELECT (SELECT count(*) FROM records), "
                "(SELECT count(*) FROM records WHERE state < 2), (SELECT count(*) FROM dropped)"
            ).fetchone()
        return total - waiting, waiting + leaving

    def waiting(self, *, embedded: bool = True) -> int:
        """How many records are not indexed; without `embedded`, how many have no vector even."""
        with self._db.reading() as db:
            return int(
                db.execute(
                    "SELECT count(*) FROM records WHERE state < 2 AND state <= ?", [embedded]
                ).fetchone()[0]
            )

    def lagging(self) -> bool:
        """Whether the index lacks something, or has something that was forgotten."""
        with self._db.reading() as db:
            return bool(
                db.execute(
                    "SELECT EXISTS (SELECT 1 FROM records WHERE state < 2) "
                    "OR EXISTS (SELECT 1 FROM dropped)"
                ).fetchone()[0]
            )

    def sample(self, size: int) -> list[Unindexed]:
        """Indexed records to try the index with: the latest, and some at random."""
        with self._db.reading() as db:
            top = db.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()[0]
            # drawn here: SQLite may evaluate a random subquery twice, and nothing passes both
            drawn = [random.randint(1, max(top, 1)) for _ in range(size // 2)]
            rows = db.execute(
                "SELECT seq, id, kind, vector FROM records JOIN vectors USING (seq) "
                "WHERE state = 2 AND (seq > ? OR seq IN (SELECT value FROM json_each(?)))",
                [top - size // 2, json.dumps(drawn)],
            )
            return [Unindexed(*row) for row in rows]

    def vectors(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The vectors there are of records of those ids, float32."""
        with self._db.reading() as db:
            rows = db.execute(
                "SELECT id, vector FROM records JOIN vectors USING (seq) "
                "WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(ids))],
            )
            return dict(rows.fetchall())

    def nearest(
        self, vector: "NDArray[np.float32]", wanted: Condition, limit: int
    ) -> list[tuple[str, float]]:
        """Ids and cosines of the nearest among the records that meet a condition, best first."""
        import numpy as np

        condition, given = wanted
        with self._db.reading() as db:
            rows = db.execute(
                f"SELECT id, vector FROM records JOIN vectors USING (seq) WHERE {condition}", given
            ).fetchall()
        if not rows:
            return []
        ids, blobs = zip(*rows, strict=True)
        cosines = np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(ids), -1) @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return [(ids[i], float(cosines[i])) for i in best]

    def embedder(self, claim: str | None = None) -> str | None:
        """The embedder that makes the vectors; `claim` becomes it if there is none yet."""
        with self._db.reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        if row is None and claim is not None:
            with self._db.writing(durable=True) as db:
                db.execute("INSERT OR IGNORE INTO meta VALUES ('embedder', ?)", [claim])
            return self.embedder()
        return None if row is None else str(row[0])

    def recall_blob(self, key: str) -> bytes | None:
        """Something computed that was kept under a name."""
        with self._db.reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return None if row is None else bytes(row[0])

    def keep_blob(self, key: str, value: bytes) -> None:
        """Keep something computed under a name."""
        with self._db.writing(durable=False) as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])
