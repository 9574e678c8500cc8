"""What the status of an answer means to whoever wanted the page."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from agentic.errors import ToolError, TransientToolError

if TYPE_CHECKING:
    import httpx

__all__ = ["check_status", "seconds_to_wait"]

_SHORT = 2.0
"""Seconds that are over by the time a call is tried again."""
_MEANINGS = {
    401: "asks for a password",
    402: "asks for money",
    403: "refuses to show this page",
    404: "has no such page",
    410: "has this page no more",
    451: "may not show this page, for legal reasons",
}


def check_status(response: "httpx.Response") -> None:
    """Pass an answer that holds what was asked for.

    Raises:
        TransientToolError: if the host has a fault that may pass in a moment.
        ToolError: for any other.
    """
    code, host = response.status_code, response.url.host
    if response.is_success:
        return
    wait = seconds_to_wait(response)
    if code in (429, 503) and wait is not None and wait > _SHORT:
        raise ToolError(
            f"{host} asks to wait {wait:.0f} seconds ({code}). Go on with another source."
        )
    if code == 429:
        raise TransientToolError(f"{host} was asked too often (429). Go on with another source.")
    if code in (408, 425) or code >= 500:
        raise TransientToolError(f"{host} has a fault of its own ({code}).")
    meaning = _MEANINGS.get(code, "answers without a page")
    hint = "Check the address, or search for the page." if code in (404, 410) else ""
    raise ToolError(
        f"{host} {meaning} ({code}): {response.url}. {hint or 'Go on with another source.'}"
    )


def seconds_to_wait(response: "httpx.Response") -> float | None:
    """Seconds after which the host wants to be asked again, if it says so."""
    from email.utils import parsedate_to_datetime

    said = response.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
