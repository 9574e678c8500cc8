"""What every test gets: a home folder of its own, and no network but loopback."""

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentic.settings import settings


@pytest.fixture(autouse=True)
def _own_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Keep a test from the user's home; only those that need weights may use it."""
    settings.cache_clear()
    if request.node.get_closest_marker("weights") is None:
        monkeypatch.setenv("AGENTIC_HOME", str(tmp_path / "home"))
    yield
    settings.cache_clear()  # fixtures of a module are made before the next test clears it


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if inet and address[0] != "localhost" and not ipaddress.ip_address(address[0]).is_loopback:
            raise OSError(f"no network in tests: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
