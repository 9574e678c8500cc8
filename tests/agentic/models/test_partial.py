"""A partial file is what was written, whatever happened in between."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.models.partial import Partial

MOST = 200
Actions = list[bytes | int | None]


@given(
    actions=st.lists(
        st.one_of(st.binary(max_size=20), st.integers(0, MOST), st.none()), max_size=10
    )
)
def test_holds_what_was_written_through_reopening_and_truncation(
    tmp_path_factory: pytest.TempPathFactory, actions: Actions
) -> None:
    path = tmp_path_factory.mktemp("partial") / "file"
    expected = b""
    partial = Partial(path, MOST)
    for action in actions:
        match action:
            case bytes():
                partial.append(action)
                expected += action
            case int():
                partial.keep(action)
                expected = expected[:action]
            case None:
                partial.__exit__()
                partial = Partial(path, MOST)
    with partial:
        assert partial.size == len(expected)
        assert partial.digest() == hashlib.sha256(expected).hexdigest()
        assert path.read_bytes() == expected


def test_longer_than_the_whole_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 11)
    with Partial(tmp_path / "file", 10) as partial:
        assert partial.size == 0


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "file-abc"
    left.mkdir()
    (left / "part.whl").write_bytes(b"x")
    bystander = tmp_path / "other-abc"
    bystander.mkdir()
    with Partial(tmp_path / "file", 10) as partial:
        assert not left.exists()
        assert bystander.exists()
        with partial.scratch() as scratch:
            assert scratch.parent == tmp_path
        assert not scratch.exists()
