"""Errors, sorted by who can do something about them.

    AgenticError              the user can: the message names the thing and the remedy
    ├── UsageError            what was asked for is not there, or not well-formed (exit code 2)
    ├── StorageError          the disk, or what lies on it: what a run does can't be kept
    ├── ModelError            the model can't be had, or it broke
    │   └── WeightsError      weights missing, altered, or no room for them
    └── ToolError             the model can: it is told, and may try again
        ├── TransientToolError    the program can: the same call may work in a moment
        └── UncertainToolError    the user can: whether it was done is not known

Anything else is a fault of ours and is left to propagate.
"""

import sys
from typing import Any

__all__ = [
    "AgenticError",
    "ModelError",
    "StorageError",
    "ToolError",
    "TransientToolError",
    "UncertainToolError",
    "UsageError",
    "WeightsError",
    "may_pass",
]


class AgenticError(Exception):
    """Something the user can mend; its text says how."""

    exit_code = 1


class UsageError(AgenticError):
    """An unknown name, an empty task, an option that doesn't fit."""

    exit_code = 2


class StorageError(AgenticError):
    """What a run does can't be kept on disk, or what was kept can't be read."""


class ModelError(AgenticError):
    """The model could not be loaded, reached or made to answer."""


class WeightsError(ModelError):
    """Model weights are missing, incomplete or altered, or can't be stored."""


class ToolError(AgenticError):
    """A tool could not do what it was asked; the model reads the message and may try again."""


class TransientToolError(ToolError):
    """A passing fault: nothing was done, and the same call may work in a moment."""


class UncertainToolError(ToolError):
    """The call was cut off: it may or may not have been done, and is not made again unasked."""


def may_pass(error: Exception) -> bool:
    """Whether the same call may work in a moment: a fault of the connection, or one said to be."""
    httpx: Any = sys.modules.get("httpx")  # one that was never imported raised nothing
    if httpx is not None and isinstance(error, httpx.TransportError):
        return True
    return isinstance(error, TransientToolError | ConnectionError | TimeoutError)
