"""What stands around a sandbox in a test, and tells from outside whether code got at it."""

import ctypes
import os
import pwd
import resource
import secrets
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentic.safety.sandboxes import Outcome
from tests.faults.sandbox_cases import MARK

__all__ = ["World", "world_of"]


@dataclass
class World:
    """Files, servers and this very process, none of which code may reach."""

    root: Path
    """Everything of the test, the sandbox's own folders included."""
    names: dict[str, str]
    """What stands for the names in braces."""
    forbidden: list[str]
    """Texts that are known outside alone."""
    listeners: dict[str, socket.socket]
    held: "ctypes.Array[ctypes.c_char]"
    """Memory of this process that holds the secret."""
    signals: list[int] = field(default_factory=list)
    before: dict[str, object] = field(default_factory=dict)

    def filled(self, code: str) -> str:
        """The code with names for what is in braces."""
        for name, value in self.names.items():
            code = code.replace("{" + name + "}", value)
        return code

    def got_out(self, outcome: Outcome) -> list[str]:
        """What speaks for an escape; nothing where all was blocked."""
        message = outcome.failure.message if outcome.failure is not None else ""
        text = f"{outcome.printed}\n{outcome.value}\n{message}"
        told = [f"it got hold of {each!r}" for each in [*self.forbidden, MARK] if each in text]
        reached = [f"it reached {name}" for name, each in self.listeners.items() if _touched(each)]
        after = _state(self.root, self.held)
        changed = [f"{key} changed" for key in after if after[key] != self.before[key]]
        left = [f"left behind: {each}" for each in _left(self.root)]
        return told + reached + changed + left + ["a signal came"] * bool(self.signals)


@contextmanager
def world_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Set it up, beneath a folder; the folders of sandboxes lie there too."""
    canary, unseen = secrets.token_hex(16), secrets.token_hex(16)
    folder = root / "user"
    (folder / "deep").mkdir(parents=True)
    (root / "runs").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(root / "runs"))
    monkeypatch.setenv("AGENTIC_CANARY", canary)
    for name, text in {
        "secret": canary,
        f"unseen-{unseen}": "",
        "victim": "as it was",
        "planted.py": f"print({canary!r})",
    }.items():
        (folder / name).write_text(text)
    _database(folder / "database", canary)
    held = ctypes.create_string_buffer(canary.encode())
    with ExitStack() as stack:
        listeners = _listening(root, stack)
        stray = os.open(folder / "secret", os.O_RDONLY)
        os.set_inheritable(stray, True)
        stack.callback(os.close, stray)
        names = {
            "secret": str(folder / "secret"),
            "victim": str(folder / "victim"),
            "database": str(folder / "database"),
            "folder": str(folder),
            "home": pwd.getpwuid(os.getuid()).pw_dir,
            "pid": str(os.getpid()),
            "address": str(ctypes.addressof(held)),
            "tcp": str(listeners["tcp"].getsockname()[1]),
            "udp": str(listeners["udp"].getsockname()[1]),
            "unix": listeners["unix"].getsockname(),
            "unix_datagram": listeners["unix datagram"].getsockname(),
            "abstract": listeners["abstract"].getsockname()[1:].decode(),
        }
        account = Path("/etc/passwd").read_text().partition("\n")[0]
        world = World(root, names, [canary, unseen, account, _longest_variable()], listeners, held)
        previous = signal.signal(signal.SIGURG, lambda number, _: world.signals.append(number))
        stack.callback(signal.signal, signal.SIGURG, previous)
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        stack.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        world.before = _state(root, held)
        yield world


def _database(place: Path, canary: str) -> None:
    connection = sqlite3.connect(place)
    connection.execute("create table t as select ? as x", (canary,))
    connection.commit()
    connection.close()


def _listening(root: Path, stack: ExitStack) -> dict[str, socket.socket]:
    inet, unix, stream, datagram = (
        socket.AF_INET,
        socket.AF_UNIX,
        socket.SOCK_STREAM,
        socket.SOCK_DGRAM,
    )
    # paths of sockets are short, so that they are named from where they lie
    places: dict[str, tuple[int, int, object]] = {
        "tcp": (inet, stream, ("127.0.0.1", 0)),
        "udp": (inet, datagram, ("127.0.0.1", 0)),
        "unix": (unix, stream, str(root / "u")),
        "unix datagram": (unix, datagram, str(root / "d")),
        "abstract": (unix, stream, f"\0{secrets.token_hex(8)}"),
    }
    made = {}
    for name, (family, kind, address) in places.items():
        made[name] = stack.enter_context(socket.socket(family, kind))
        made[name].bind(address)  # type: ignore[arg-type]
        made[name].setblocking(False)
        if kind == stream:
            made[name].listen()
    return made


def _touched(listener: socket.socket) -> bool:
    with suppress(BlockingIOError):
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(99)
        return True
    return False


def _state(root: Path, held: "ctypes.Array[ctypes.c_char]") -> dict[str, object]:
    """All that code might change: files, this process, the name of the machine."""
    files = {
        str(each): (each.lstat().st_mode, each.lstat().st_mtime_ns, _bytes(each))
        for each in root.rglob("*")
        if each.parent != root
    }
    return {
        "files": files,
        "top": sorted(os.listdir(root)),
        "strays": [str(each) for each in _strays() if each.exists()],
        "limits": resource.getrlimit(resource.RLIMIT_NOFILE),
        "cores": os.sched_getaffinity(0),
        "host": socket.gethostname(),
        "memory": held.raw,
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
    }


def _bytes(place: Path) -> bytes:
    return place.read_bytes() if place.is_file() else b""


def _strays() -> list[Path]:
    return [Path(os.__file__).with_name("made_by_code"), Path.cwd() / "made"]


def _longest_variable() -> str:
    """A part of the environment that this process began with."""
    began = Path("/proc/self/environ").read_bytes().decode(errors="replace").split("\0")
    return max(began, key=len)


def _left(root: Path) -> list[str]:
    """Processes whose command or working directory lies in the folders of the sandboxes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_text(errors="replace")
            where = os.readlink(process / "cwd")
            if str(root / "runs") in command + where:
                found.append(f"{process.name} {command[:60]!r} in {where}")
    return found
