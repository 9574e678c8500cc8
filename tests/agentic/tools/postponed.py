"""A user's module whose annotations are strings, to be read by tests."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel

from agentic.tools import ToolContext, tool


class Spot(BaseModel):
    name: str


@tool
def describe(place: Spot, on: date, context: ToolContext) -> str:
    """Describe a place."""
    return f"{place.name} {on} {context.workspace}"
