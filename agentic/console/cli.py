"""The door of the command line: runs a command, and turns whatever ends it into an exit code."""

import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main", "run"]

INTERRUPTED = 128 + 2
"""Exit code after Ctrl-C, as the shell gives it: 128 + SIGINT."""


def main() -> NoReturn:
    """Run `agentic` with the arguments of this process, and exit."""
    _end_by_unwinding()
    code = run(sys.argv[1:])
    _interrupt_at_once()
    sys.exit(code)


def run(args: Sequence[str]) -> int:
    """Run `agentic` with arguments.

    Returns:
        The exit code: 0 done, 1 not done, 2 wrong usage, 70 a fault of ours, 130 interrupted.
    """
    args, debug = _take_debug(args)
    try:
        from agentic.console.terminal import prepare_streams

        prepare_streams()
        from agentic.console.app import app

        code = app(args=args, prog_name="agentic", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # nobody stands behind this door: it is said here or never
        return _tell(error, debug)


def _take_debug(args: Sequence[str]) -> tuple[list[str], bool]:
    """The arguments without `--debug`, wherever it stands before `--`, and whether it did."""
    end = args.index("--") if "--" in args else len(args)
    ours = [arg for arg in args[:end] if arg != "--debug"]
    return [*ours, *args[end:]], len(ours) < end


def _tell(error: Exception, debug: bool) -> int:
    from agentic.console.failures import explain
    from agentic.console.terminal import notice, stderr_console

    if debug:
        import traceback

        from agentic.console.text import clean

        print(clean("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    text, code = explain(error)
    notice(stderr_console(), f"agentic: {text}", "")
    return code


def _end_by_unwinding() -> None:
    """Let the signals that end a program unwind it, so that the terminal is left as it was."""
    import signal

    def end(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)


def _interrupt_at_once() -> None:
    """What is left to do at exit may take a moment: let another Ctrl-C end it without a word."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
