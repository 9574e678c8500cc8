"""What every test gets does not reach beyond it."""

from pathlib import Path

import pytest

from agentic.settings import settings


@pytest.fixture(scope="module")
def home_between_tests() -> Path:
    """The home folder as fixtures of a module see it, which are made outside of any test."""
    return settings().home


def test_a_test_has_a_home_of_its_own(tmp_path: Path) -> None:
    assert settings().home == tmp_path / "home"


def test_and_no_other_sees_it(home_between_tests: Path, tmp_path: Path) -> None:
    assert not home_between_tests.is_relative_to(tmp_path.parent)
    assert settings().home == tmp_path / "home"
