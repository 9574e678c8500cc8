"""Full Python behind walls: the filter of system calls, and what holds when we are gone."""

import os
import select
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from agentic.safety.sandboxes import Choice, cpython
from agentic.safety.sandboxes.exchange import Reply
from agentic.safety.sandboxes.syscalls import filter_program

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
X86, ARM = 0xC000003E, 0xC00000B7


def verdict(machine: str, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would say of a call: the filter, run as seccomp(2) tells."""
    given = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    program = [*struct.iter_unpack("=HBBI", filter_program(machine))]
    at, held = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        match code:
            case 0x20:
                held = int(struct.unpack_from("=I", given, value)[0])
            case 0x54:
                held &= value
            case 0x15:
                at += yes if held == value else no
            case 0x35:
                at += yes if held >= value else no
            case 0x06:
                return int(value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ((0,), ALLOW),  # read
        ((57,), REFUSE),  # fork
        ((56, 0x3D0F00), REFUSE),  # clone, of a thread
        ((59,), REFUSE),  # execve
        ((41, 2, 1), REFUSE),  # socket
        ((62, 1, 9), REFUSE),  # kill
        ((1 << 30,), REFUSE),  # read, by the second table
        ((72, 3, 3), ALLOW),  # fcntl F_GETFL
        ((72, 3, 8, 1), REFUSE),  # fcntl F_SETOWN
        ((72, 3, 3 + (1 << 32)), REFUSE),
        ((53, 1, 1 | 0o2000000), ALLOW),  # socketpair of streams
        ((53, 1, 2), REFUSE),
        ((53, 2, 1), REFUSE),
        ((44, 3, 0, 0, 0, 0), ALLOW),  # sendto nobody
        ((44, 3, 0, 0, 0, 1 << 40), REFUSE),
        ((302, 0, 7, 0), ALLOW),  # prlimit64 that reads
        ((302, 0, 7, 1), REFUSE),
        ((13, 15), ALLOW),  # a handler for SIGTERM
        ((13, 14), REFUSE),  # and one for SIGALRM
        ((14,), REFUSE),  # rt_sigprocmask
        ((9999,), REFUSE),
    ],
)
def test_the_filter(call: tuple[int, ...], said: int) -> None:
    assert verdict("x86_64", X86, *call) == said


def test_the_filter_of_another_architecture() -> None:
    assert verdict("aarch64", ARM, 63) == ALLOW
    assert verdict("aarch64", ARM, 220) == REFUSE  # clone
    assert verdict("aarch64", X86, 63) == KILL
    assert verdict("x86_64", ARM, 0) == KILL


@pytest.mark.parametrize("choice", ["sandlock", "bubblewrap"])
def test_nothing_runs_on_when_this_process_is_killed(choice: Choice, tmp_path: Path) -> None:
    if reason := cpython.missing(choice):
        pytest.skip(reason)
    code = "import time\nwhile True: time.sleep(99)"
    program = (
        f"import tempfile\ntempfile.tempdir = {str(tmp_path)!r}\n"
        "from agentic.safety.sandboxes.cpython import cpython\n"
        f"cpython({choice!r}).run({code!r}, 2, 2**27)"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        inside: list[int] = []
        while not any(map(_has_begun, inside)) and process.poll() is None:
            inside = [pid for pid in _in_the_folder(tmp_path) if pid != process.pid]
        watched = [os.pidfd_open(pid) for pid in inside]
        os.kill(process.pid, signal.SIGKILL)
    assert watched
    for handle in watched:
        assert select.select([handle], [], [], 20)[0], "it goes on"
        os.close(handle)


def _has_begun(pid: int) -> bool:
    """Whether a process is the interpreter, and no longer what starts it."""
    place = Path(f"/proc/{pid}")
    try:
        program = os.readlink(place / "exe") == os.path.realpath(sys.executable)
        return program and b"\0-S\0" in (place / "cmdline").read_bytes()
    except OSError:  # it has ended just now
        return False


def _in_the_folder(folder: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder) in os.readlink(process / "cwd"):
                found.append(int(process.name))
        except OSError:  # it has ended just now
            continue
    return found


@pytest.mark.parametrize(
    "told",
    [b"", b"1", b"{", b"[" * 99999, b"1" * 9999, b'{"failure": 1}', b"\xff", b'{"value": {}}'],
)
def test_what_is_forged_is_text_at_most(told: bytes) -> None:
    outcome = cpython._outcome(Reply("ended", "printed", told))
    assert outcome.value is None
    assert outcome.printed == "printed"
