"""A memory as a LangChain retriever: `retriever | prompt | model`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from memory.errors import FilterError
from memory.filters import Filter
from memory.memory import Memory
from memory.records import Hit

__all__ = ["MemoryRetriever", "document"]


class MemoryRetriever(BaseRetriever):
    """Finds records as `Memory.search` does, or `Memory.relevant`. Made by `Memory.as_retriever`.

    Asynchronous calls run in a thread, so that the event loop goes on.
    """

    memory: Memory = Field(exclude=True, repr=False)
    limit: int = Field(default=5, ge=1)
    """Most documents."""
    kinds: tuple[str, ...] | None = None
    """Only records of these kinds; None for all."""
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    where: Mapping[str, Any] | None = None
    """As in `Memory.search`."""
    relevant: bool = False
    """Whether only what has to do with the query is found, often nothing."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._check()  # here, for pydantic would wrap the error of a validator

    def _check(self) -> None:
        """Make sure that the filters can be carried out.

        Raises:
            FilterError: they can't be.
        """
        Filter.of(self.kinds, **self._filters)
        given = [name for name, value in self._filters.items() if value is not None]
        if self.relevant and given:
            raise FilterError(
                f"A retriever with relevant=True filters by kinds alone, not by "
                f"{', '.join(given)}; leave out either."
            )

    @property
    def _filters(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("source", "since", "until", "where")}

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        if self.relevant:
            hits = self.memory.relevant(query, self.limit, self.kinds)
        else:
            hits = self.memory.search(query, limit=self.limit, kinds=self.kinds, **self._filters)
        return [document(hit) for hit in hits]


def document(hit: Hit) -> Document:
    """A hit as a document, with all that is known of it in its metadata.

    The record's own metadata stand beside ours, which go first: `id`, `kind`, `source`, `citation`,
    `created` (ISO 8601), `importance`, `score`, and `why` (the score of each part).
    """
    record = hit.record
    return Document(
        id=record.id,
        page_content=record.text,
        metadata={
            **record.metadata,
            "id": record.id,
            "kind": record.kind,
            "source": record.source,
            "citation": record.citation,
            "created": record.created.isoformat(),
            "importance": record.importance,
            "score": hit.score,
            "why": {name: part.score for name, part in hit.why.items()},
        },
    )
