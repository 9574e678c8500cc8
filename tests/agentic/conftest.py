"""What tests of the tools that ask the web share."""

from collections.abc import Iterator

import pytest

from agentic.safety import network
from agentic.safety.breaker import Breaker
from tests.agentic.safety.serving import Site, serving


@pytest.fixture
def no_grudges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that failed in another test, perhaps at the same port, is asked all the same."""
    monkeypatch.setattr(network, "BREAKER", Breaker())


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site
