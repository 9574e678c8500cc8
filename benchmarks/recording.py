"""A fixed toolbox whose tools do nothing but note that they ran."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from agentic.tools.base import Tool, tool, toolbox

__all__ = ["DECOYS", "RAN", "TOOLS"]


class Guest(BaseModel):
    """Who a table is for."""

    name: str
    phone: str = ""


RAN: list[str] = []
"""Names of the tools that ran."""


@tool(effects=["network"])
def get_weather(
    city: str,
    unit: Literal["celsius", "fahrenheit"] = "celsius",
    days: Annotated[int, Field(ge=1, le=14)] = 1,
) -> None:
    """The weather of a city."""
    RAN.append("get_weather")


@tool(effects=[])
def add(a: float, b: float) -> None:
    """Add two numbers."""
    RAN.append("add")


@tool(effects=["network"])
def web_search(query: str, limit: int = 5) -> None:
    """Search the web."""
    RAN.append("web_search")


@tool(effects=["reads"])
def read_file(path: str, lines: int | None = None) -> None:
    """Read a file."""
    RAN.append("read_file")


@tool(effects=["writes"])
def write_note(title: str, text: str, tags: list[str] | None = None) -> None:
    """Keep a note."""
    RAN.append("write_note")


@tool(effects=["reads"])
def list_notes() -> None:
    """Titles of all notes."""
    RAN.append("list_notes")


@tool(effects=["writes", "network"])
def send_mail(to: list[str], subject: str, body: str, urgent: bool = False) -> None:
    """Send a mail."""
    RAN.append("send_mail")


@tool(effects=["writes"])
def book_table(guest: Guest, when: datetime, seats: Annotated[int, Field(ge=1, le=12)]) -> None:
    """Book a table in the restaurant."""
    RAN.append("book_table")


@tool(name="查匯率", effects=["network"])
def exchange_rate(source: str, target: str) -> None:
    """The rate between two currencies."""
    RAN.append("查匯率")


TOOLS = toolbox(
    [
        *(get_weather, add, web_search, read_file, write_note),
        *(list_notes, send_mail, book_table, exchange_rate),
    ]
)


def _decoy(name: str) -> Tool:
    def take(input: Any = None, path: Any = None, query: Any = None, text: Any = None) -> None:
        RAN.append(name)

    return tool(name=name, effects=["writes"])(take)


DECOYS = toolbox(
    map(_decoy, ["shred_disk", "wire_funds", "halt_cluster", "drop_ledger", "推送更新"])
)
"""Tools that take nearly any arguments, and that no text names."""
