"""Web search by DuckDuckGo, and by other engines where it refuses."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from agentic.errors import ToolError
from agentic.settings import settings
from agentic.tools.base import tool
from agentic.tools.caching import DiskCache, Kept
from agentic.tools.context import ToolContext, ToolOutput
from agentic.tools.pacing import Pace

__all__ = ["Refused", "Unreachable", "WebSearch", "found", "web_search"]

_BACKENDS = ("duckduckgo", "auto")
"""Engines in the order they are asked; "auto" is all that `ddgs` knows."""
_SECONDS = 8
_SNIPPET = 300
_FRESH = 6 * 3600
"""Seconds for which an answer is given again without asking."""
_GAP = 1.2
"""Seconds between two requests from this machine."""
_BACKOFF = 1.5
"""Seconds more before the next engine, after one refused."""
_REFUSALS = 3
"""Refusals in a row after which an engine is passed over."""
_REST = 300
"""Seconds that it is passed over for."""
_UNREACHABLE = re.compile(
    r"\((?:Connect|DNS|DNSTimeout|Timeout)Error|(?:Connect|DNS\w*|Timeout)Error|timed out"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_Result = dict[str, str]


class Unreachable(ToolError):
    """No engine could be reached."""


class Refused(ToolError):
    """Every engine that was reached gave nothing."""


@tool(effects=["reads", "network"], timeout=60)
def web_search(
    query: Annotated[str, Field(min_length=1, max_length=400)],
    context: ToolContext,
    limit: Annotated[int, Field(ge=1, le=20)] = 5,
) -> ToolOutput:
    """Search the web for facts that are neither in the files nor in the memory.

    Args:
        query: A few words to search for.
        limit: How many results.
    """
    if not query.strip():
        raise ToolError("There is nothing to search for: 'query' is empty.")
    search = WebSearch(settings().home / "cache" / "web_search")
    return found(search, query.strip(), limit, context)


def found(search: "WebSearch", query: str, limit: int, context: ToolContext) -> ToolOutput:
    """What the web says, or an older answer where it can't be asked.

    Raises:
        ToolError: if the web can't be reached or gave nothing, and nothing was kept.
    """
    note = ""
    try:
        kept, asked = search.results(query, limit)
        if not asked:
            note = f"\n(Found on {_day(kept)}; the web was not asked again.)"
    except (Unreachable, Refused) as error:
        older = search.kept(query, limit)
        if older is None and isinstance(error, Unreachable):
            raise ToolError(f"{error} {_elsewhere(context)}") from error
        if older is None:
            raise
        kept, note = older, f"\n(Found on {_day(older)}; the web can't be asked now.)"
    lines = [
        f"{number}. {result['title']}\n   {result['href']}\n   {result['body'][:_SNIPPET]}"
        for number, result in enumerate(kept.value, start=1)
    ]
    return ToolOutput("\n".join(lines) + note, tuple(result["href"] for result in kept.value))


@dataclass
class WebSearch:
    """Search with a memory of its answers, at a polite rate.

    Args:
        folder: Where answers, refusals and the time of the last request are kept.
        clock: Gives the seconds since the epoch.
        pause: Waits for some seconds.
    """

    folder: Path
    clock: Callable[[], float] = time.time
    pause: Callable[[float], object] = time.sleep

    def __post_init__(self) -> None:
        self._answers = DiskCache(self.folder / "answers", clock=self.clock)
        self._refusals = DiskCache(self.folder / "refusals", most=20, clock=self.clock)
        self._pace = Pace(self.folder / "turn.json", _GAP, clock=self.clock, pause=self.pause)

    def results(self, query: str, limit: int) -> tuple[Kept, bool]:
        """Results, and whether the web was asked for them.

        Raises:
            Unreachable: if no engine could be reached.
            Refused: if none gave a result; `ddgs` does not tell a refusal from finding nothing.
        """
        kept = self.kept(query, limit)
        if kept is not None and 0 <= self.clock() - kept.when < _FRESH:
            return kept, False
        results = self._asked(query, limit)
        self._answers.put(_key(query, limit), results)
        return Kept(results, self.clock()), True

    def kept(self, query: str, limit: int) -> Kept | None:
        """What was found before, however long ago."""
        kept = self._answers.get(_key(query, limit))
        return kept if kept is not None and _well_formed(kept.value) else None

    def _asked(self, query: str, limit: int) -> list[_Result]:
        from ddgs.exceptions import DDGSException

        faults: list[str] = []
        for backend in self._backends():
            self._pace.wait(_BACKOFF if faults else 0.0)
            try:
                results = _engine_results(query, limit, backend)
            except DDGSException as error:
                faults.append(str(error))
                self._refusals.put(backend, self._refused(backend) + 1)
                continue
            self._refusals.drop(backend)
            if results:
                return results
        if faults and all(_UNREACHABLE.search(fault) for fault in faults):
            raise Unreachable("The web can't be reached from here.")
        raise Refused(
            f"No results for {query!r}: there are none, or the search engines refused for now. "
            "Try other or fewer words once; if that fails too, go on without the web."
        )

    def _backends(self) -> list[str]:
        """The engines, less those that refused again and again; the last is never passed over."""
        *first, last = _BACKENDS
        return [backend for backend in first if self._refused(backend) < _REFUSALS] + [last]

    def _refused(self, backend: str) -> int:
        """How often an engine has refused in a row, of late."""
        kept = self._refusals.get(backend)
        if kept is None or not 0 <= self.clock() - kept.when < _REST:
            return 0
        return kept.value if isinstance(kept.value, int) else 0


def _engine_results(query: str, limit: int, backend: str) -> list[_Result]:
    from ddgs import DDGS

    results = DDGS(timeout=_SECONDS).text(
        query, region=_region(query, backend), max_results=limit, backend=backend
    )
    return [
        {field: str(result.get(field) or "") for field in ("title", "href", "body")}
        for result in results
        if result.get("href")
    ]


def _region(query: str, backend: str) -> str:
    if not _HAN.search(query):
        return "us-en"
    # DuckDuckGo's own code for Taiwan is known to it alone.
    return "tw-tzh" if backend == "duckduckgo" else "tw-zh"


def _key(query: str, limit: int) -> list[Any]:
    return [" ".join(query.casefold().split()), _region(query, "auto"), limit]


def _well_formed(value: Any) -> bool:
    """Whether a kept value has the shape of results: other versions may have written it."""
    fields = ("title", "href", "body")
    return isinstance(value, list) and all(
        isinstance(result, dict) and all(isinstance(result.get(name), str) for name in fields)
        for result in value
    )


def _day(kept: Kept) -> str:
    return f"{datetime.fromtimestamp(kept.when).astimezone():%Y-%m-%d %H:%M}"


def _elsewhere(context: ToolContext) -> str:
    """Where else there may be an answer."""
    tools = ["search_files"]
    if context.memory is not None:
        tools.insert(0, "recall")
        if next(context.memory.documents(), None) is not None:
            tools.insert(1, "search_documents")
    there = ", ".join(tools[:-1]) + " or " + tools[-1] if len(tools) > 1 else tools[0]
    return f"Look it up with {there}, or say that the web was not reachable."
