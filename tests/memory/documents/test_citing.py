"""References in one line."""

import pytest

from memory.documents import cite

__all__: list[str] = []


@pytest.mark.parametrize(
    ("args", "reference"),
    [
        (("a.txt", (), None, None), "a.txt"),
        (("docs/guide.md", (), (12, 20), None), "docs/guide.md:12-20"),
        (("docs/guide.md", (), (12, 12), None), "docs/guide.md:12"),
        (("report.pdf", (), None, (3, 3)), "report.pdf p. 3"),
        (("report.pdf", (), None, (3, 4)), "report.pdf pp. 3-4"),
        (("指南.md", ("安裝", "在 Linux"), (1, 2), None), "指南.md:1-2 § 安裝 > 在 Linux"),
        (("a.docx", ("two\nlines",), None, None), "a.docx § two lines"),
        (("a.docx", ("x" * 100,), None, None), f"a.docx § {'x' * 59}…"),
    ],
)
def test_cite(
    args: tuple[str, tuple[str, ...], tuple[int, int] | None, tuple[int, int] | None],
    reference: str,
) -> None:
    assert cite(*args) == reference
