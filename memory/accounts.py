"""What is known about one record: sources, uses, history, what it took the place of."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from memory.database import Database
from memory.fading import strength
from memory.ledger import COLUMNS, record_of
from memory.records import Account, Event, Record, Use, whole

__all__ = ["Accounts"]

LATEST = 10
"""Uses that an account lists."""


class Accounts:
    """Reads accounts, and notes uses."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def use(self, ids: Iterable[str], by: str) -> None:
        """Note that records were made use of."""
        now, by = datetime.now(UTC).isoformat(), whole(by)
        with self._db.writing(durable=False) as db:
            db.executemany(
                "INSERT INTO uses SELECT seq, ?, ? FROM records WHERE id = ?",
                [(now, by, whole(id)) for id in dict.fromkeys(ids)],
            )

    def past(self, id: str) -> Record | None:
        """A record that is held no more."""
        with self._db.reading() as db:
            row = db.execute(
                f"SELECT {COLUMNS}, ended FROM past WHERE id = ?", [whole(id)]
            ).fetchone()
        return None if row is None else record_of(*row)

    def of(self, id: str) -> Account | None:
        """The account of a record, held or past; None if there was none, or it is forgotten."""
        id = whole(id)
        with self._db.reading() as db:
            row = db.execute(
                f"SELECT {COLUMNS}, NULL, NULL, NULL FROM records WHERE id = ? UNION ALL "
                f"SELECT {COLUMNS}, ended, because, by FROM past WHERE id = ?",
                [id, id],
            ).fetchone()
            if row is None:
                return None
            others = db.execute(
                "SELECT sources.source FROM sources JOIN records USING (seq) WHERE id = ?1 "
                "UNION SELECT json_extract(detail, '$.source') FROM history "
                "WHERE id = ?1 AND event = 'merged'",
                [id],
            ).fetchall()
            uses = db.execute(
                "SELECT at, by FROM uses JOIN records USING (seq) WHERE id = ? ORDER BY at DESC",
                [id],
            ).fetchall()
            history = db.execute(
                "SELECT at, event, detail FROM history WHERE id = ? ORDER BY at, rowid", [id]
            ).fetchall()
            before = db.execute(
                f"SELECT {COLUMNS}, ended FROM past WHERE by = ? ORDER BY ended DESC", [id]
            ).fetchall()
        *columns, because, instead = row
        record = record_of(*columns)
        used = [Use(datetime.fromisoformat(at), by) for at, by in uses]
        events = tuple(
            Event(datetime.fromisoformat(at), event, json.loads(detail))
            for at, event, detail in history
        )
        # of a record that is held no more, the number of its uses is all that is left of them
        before_it_ended = sum(each.detail.get("uses", 0) for each in events)
        return Account(
            record=record,
            sources=tuple(
                dict.fromkeys(
                    [*([record.source] if record.source else []), *(s for (s,) in others)]
                )
            ),
            uses=tuple(used[:LATEST]),
            used=len(used) + before_it_ended,
            history=events,
            because=because,
            instead=instead,
            before=tuple(record_of(*each) for each in before),
            strength=strength(
                record, len(used), used[0].at if used else record.created, datetime.now(UTC)
            ),
        )
