"""What an error is to the user: a line, and an exit code."""

import errno

from agentic.console.text import clean
from agentic.errors import AgenticError

__all__ = ["explain"]

FAULT = 70
"""Exit code for a fault of ours: EX_SOFTWARE of sysexits.h."""
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def explain(error: BaseException) -> tuple[str, int]:
    """The line for an error (more where it has more), and the exit code."""
    from typer import Abort
    from typer.exceptions import TyperException

    from memory.errors import FilterError, StoreError

    match error:
        case AgenticError():
            return clean(str(error)), error.exit_code
        case FilterError():
            return clean(str(error)), 2
        case StoreError():
            where = (
                " --memory or AGENTIC_HOME sets where it lies." if type(error) is StoreError else ""
            )
            return clean(str(error)) + where, 1
        case TyperException():
            return _usage(error), error.exit_code
        case Abort():
            return "broken off", 130
        case OSError() if error.errno in DISK:
            return _disk(error), 1
    return (
        f"{type(error).__name__}: {clean(str(error))} - this is a fault of agentic, not yours; "
        "run the command again with --debug to see where it happened.",
        FAULT,
    )


def _usage(error: Exception) -> str:
    """Typer's message in our form, with where to read on."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "agentic"
    message = clean(getattr(error, "format_message", error.__str__)()).rstrip(".")
    return f"{message}. See `{command} --help`."


def _disk(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return (
        f"The disk refused: {error.strerror}{where}. "
        "Make room, or set AGENTIC_HOME to a folder that can be written to."
    )
