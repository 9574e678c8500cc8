"""Sandlock as a wall: Landlock and seccomp of the kernel, without root and without namespaces."""

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from agentic.errors import UsageError
from agentic.safety.sandboxes.interpreter import ENVIRONMENT, Interpreter

__all__ = ["Sandlock"]

_OPEN_FILES = 64


class Sandlock:
    """Files that are not named can't be opened, no address reached, no process started."""

    def missing(self) -> str:
        """Why it can't be had here; "" where package and kernel will do."""
        if find_spec("sandlock") is None:
            return "The package sandlock is not installed: pip install 'agentic[sandlock]'"
        try:
            from sandlock import landlock_abi_version, min_landlock_abi
        except (ImportError, OSError) as error:  # it loads a library that was built elsewhere
            return f"The package sandlock can't be used here ({error}): install bubblewrap instead"
        have, needed = landlock_abi_version(), min_landlock_abi()
        if have < needed:
            kernel = f"Landlock {needed} (Linux 6.12 or newer), and here is {max(have, 0)}"
            return f"Sandlock needs a kernel with {kernel}: install bubblewrap instead"
        return ""

    def start(self, interpreter: Interpreter, program: str, folder: Path) -> "_Locked":
        """Start a program in the folder, one process with no environment but that of ours."""
        from sandlock import Sandbox, StdioMode

        sandbox = Sandbox(
            fs_readable=[str(place) for place in interpreter.readable],
            fs_writable=[str(folder)],
            cwd=str(folder),
            clean_env=True,
            env=ENVIRONMENT,
            max_processes=1,
            max_open_files=_OPEN_FILES,
            no_coredump=True,
        )
        pipe = StdioMode.PIPED
        try:
            command = [*interpreter.command, program]
            process = sandbox.popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except RuntimeError as error:
            raise UsageError(f"Sandlock can't be started: {error}; try bubblewrap.") from error
        return _Locked(process)


class _Locked:
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]

    def __init__(self, process: Any) -> None:
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr
        self._process = process

    def end(self) -> None:
        """Kill its process group and wait; nothing else can have come of it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self.stdin, self.stdout, self.stderr):
            with suppress(BrokenPipeError):
                pipe.close()
