"""assistant: does small tasks over the files of a workspace, the web and what it remembers."""

from agentic import Agent
from agentic.tools import BUILTIN

__all__ = ["agent"]

agent = Agent(
    "assistant",
    instructions=(
        "You are a careful assistant. You work in a folder of files, can search the web, "
        "and remember facts when you are asked to."
    ),
    # a small model that may write Python does so where another tool would do
    tools=[tool for name, tool in BUILTIN.items() if name != "python"],
)
