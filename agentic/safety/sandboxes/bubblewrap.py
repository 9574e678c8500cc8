"""Bubblewrap as a wall: namespaces of its own for files, processes, network and users."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from agentic.errors import UsageError
from agentic.safety.sandboxes.interpreter import ENVIRONMENT, Interpreter

__all__ = ["Bubblewrap"]

_NOBODY = "65534"
_APART = (
    *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
    *("--cap-drop", "ALL", "--uid", _NOBODY, "--gid", _NOBODY, "--hostname", "sandbox"),
)


class Bubblewrap:
    """There is no `/proc`, and of `/dev` two files. Whatever runs ends with its first process."""

    def missing(self) -> str:
        """Why it can't be had here; "" where the program is there."""
        if shutil.which("bwrap") is None:
            return "The program bwrap is not found: apt install bubblewrap, or dnf, pacman, apk"
        return ""

    def start(self, interpreter: Interpreter, program: str, folder: Path) -> "_Wrapped":
        """Start a program in the folder; what bubblewrap has to say comes on its stderr."""
        there = shutil.which("bwrap")
        if there is None:
            raise UsageError(self.missing())
        told, telling = os.pipe()
        command = [
            *(there, *_APART, "--info-fd", str(telling), *_files(interpreter, folder)),
            *("--", *interpreter.command, program),
        ]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=ENVIRONMENT,
                cwd=folder,
                pass_fds=[telling],
                start_new_session=True,
            )
        except OSError as error:
            os.close(told)
            raise UsageError(f"{there} can't be started: {error}.") from error
        finally:
            os.close(telling)
        return _Wrapped(process, _first_process(told))


class _Wrapped:
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]

    def __init__(self, process: "subprocess.Popen[bytes]", first: int | None) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr
        self._process = process
        self._first = first

    def end(self) -> None:
        """Kill the first process of the namespace: the kernel ends all others before it."""
        if self._first is not None:
            with suppress(ProcessLookupError):  # it has ended just now
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            os.close(self._first)
        else:
            self._process.kill()
        self._process.wait()  # it waits for the first one
        for pipe in (self.stdin, self.stdout, self.stderr):
            with suppress(BrokenPipeError):
                pipe.close()


def _files(interpreter: Interpreter, folder: Path) -> Iterator[str]:
    """Options that show the files needed, each where it is outside, in a root of their own."""
    packages = interpreter.packages.values()
    for place in interpreter.readable:
        if str(place).startswith("/dev/"):
            yield from ("--dev-bind", str(place), str(place))
        elif place.is_symlink():
            yield from ("--symlink", str(place.readlink()), str(place))
        elif str(place) not in packages and place.suffix != ".libs":
            yield from ("--ro-bind", str(place), str(place))
    for place in interpreter.hidden:
        yield from ("--tmpfs", str(place))
    for place in interpreter.readable:
        if str(place) in packages or place.suffix == ".libs":
            yield from ("--ro-bind", str(place), str(place))
    for place in interpreter.hidden:
        yield from ("--remount-ro", str(place))
    yield from ("--bind", str(folder), str(folder), "--chdir", str(folder), "--remount-ro", "/")


def _first_process(told: int) -> int | None:
    """A handle to the first process inside; None where bubblewrap did not come so far."""
    text = b""
    with os.fdopen(told, "rb", buffering=0) as pipe:
        while not text.rstrip().endswith(b"}") and (more := pipe.read(4096)):
            text += more
    _, found, number = text.partition(b'"child-pid":')
    if not found:
        return None
    with suppress(ProcessLookupError):
        return os.pidfd_open(int(number.split(b",")[0].split(b"}")[0]))
    return None
