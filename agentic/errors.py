"""Errors, sorted by who can do something about them.

    AgenticError              the user can: the message names the thing and the remedy
    ├── UsageError            what was asked for is not there, or not well-formed (exit code 2)
    ├── ModelError            the model can't be had, or it broke
    │   └── WeightsError      weights missing, altered, or no room for them
    └── ToolError             the model can: it is told, and may try again
        └── TransientToolError    the program can: the same call may work in a moment

Anything else is a fault of ours and is left to propagate.
"""

__all__ = [
    "AgenticError",
    "ModelError",
    "ToolError",
    "TransientToolError",
    "UsageError",
    "WeightsError",
]


class AgenticError(Exception):
    """Something the user can mend; its text says how."""

    exit_code = 1


class UsageError(AgenticError):
    """An unknown name, an empty task, an option that doesn't fit."""

    exit_code = 2


class ModelError(AgenticError):
    """The model could not be loaded, reached or made to answer."""


class WeightsError(ModelError):
    """Model weights are missing, incomplete or altered, or can't be stored."""


class ToolError(AgenticError):
    """A tool could not do what it was asked; the model reads the message and may try again."""


class TransientToolError(ToolError):
    """A passing fault: nothing was done, and the same call may work in a moment."""
