"""Web search by DuckDuckGo, and by other engines where it refuses."""

import re
from typing import Annotated

from pydantic import Field

from agentic.errors import ToolError
from agentic.tools.base import tool
from agentic.tools.context import ToolOutput

__all__ = ["web_search"]

_BACKENDS = ("duckduckgo", "auto")
"""Engines in the order they are asked; "auto" is all that `ddgs` knows."""
_SECONDS = 8
_SNIPPET = 300
_UNREACHABLE = re.compile(
    r"\((?:Connect|DNS|DNSTimeout|Timeout)Error|(?:Connect|DNS\w*|Timeout)Error|timed out"
)
_HAN = re.compile(r"[\u3400-\u9fff]")


@tool(effects=["reads", "network"], timeout=60)
def web_search(
    query: Annotated[str, Field(min_length=1, max_length=400)],
    limit: Annotated[int, Field(ge=1, le=20)] = 5,
) -> ToolOutput:
    """Search the web for facts that are neither in the files nor in the memory.

    Args:
        query: A few words to search for.
        limit: How many results.
    """
    if not query.strip():
        raise ToolError("There is nothing to search for: 'query' is empty.")
    results = _search(query.strip(), limit)
    lines = [
        f"{number}. {result['title']}\n   {result['href']}\n   {result['body'][:_SNIPPET]}"
        for number, result in enumerate(results, start=1)
    ]
    return ToolOutput("\n".join(lines), tuple(result["href"] for result in results))


def _search(query: str, limit: int) -> list[dict[str, str]]:
    from ddgs import DDGS
    from ddgs.exceptions import DDGSException

    faults = []
    for backend in _BACKENDS:
        try:
            found = DDGS(timeout=_SECONDS).text(
                query, region=_region(query, backend), max_results=limit, backend=backend
            )
            return [result for result in found if result["href"]]
        except DDGSException as error:
            faults.append(str(error))
    if all(_UNREACHABLE.search(fault) for fault in faults):
        raise ToolError(
            "The web can't be reached from here. Use the files or the memory, or say that the web "
            "was not reachable."
        )
    raise ToolError(
        f"No results for {query!r}: there are none, or the search engines refused for now. "
        "Try other or fewer words once; if that fails too, go on without the web."
    )


def _region(query: str, backend: str) -> str:
    if not _HAN.search(query):
        return "us-en"
    # DuckDuckGo's own code for Taiwan is known to it alone.
    return "tw-tzh" if backend == "duckduckgo" else "tw-zh"
