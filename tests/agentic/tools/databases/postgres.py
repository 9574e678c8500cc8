"""A real PostgreSQL server of its own for a test session, where the programs are installed."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

__all__ = ["missing", "server"]


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def missing() -> str | None:
    """Why no server can be started here, or None."""
    if _program("initdb") is None:
        return "no PostgreSQL server is installed"
    try:
        import psycopg  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        return f"{error.name} is not installed"
    return None


@contextmanager
def server() -> Iterator[str]:
    """The superuser's URL of a new, empty server."""
    folder = Path(mkdtemp(prefix="pg-"))  # a short path: the socket lies in it
    # PostgreSQL refuses to run as root
    user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "nobody", "nogroup")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    setup = [_program("initdb"), "-D", data, "-U", "boss", "-A", "trust", "-E", "UTF8", "--no-sync"]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [_program("pg_ctl"), "-D", data, "-w", "-l", folder / "log"]
    try:
        subprocess.run(setup, check=True, capture_output=True, cwd="/", **user)
        start = [*control, "-o", options, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
        yield f"postgresql://boss:secret@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, capture_output=True, cwd="/", **user)
        shutil.rmtree(folder)
