"""Bytes for people."""

import pytest

from agentic.sizes import human


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (2_008, "2.01 kB"),
        (999_999, "1 MB"),
        (1_117_320_768, "1.12 GB"),
    ],
)
def test_bytes_for_people(count: int, text: str) -> None:
    assert human(count) == text
