"""What is kept of runs on disk, so that none is lost and nothing in one is done twice."""

from agentic.runs.journal import Journal
from agentic.runs.store import Runs

__all__ = ["Journal", "Runs"]
