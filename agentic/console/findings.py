"""What a check found, and how it is reported."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["Finding", "report"]


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    status: Literal["ok", "warning", "problem"]
    name: str
    text: str
    remedy: str = ""
    """What to do; empty where there is nothing to do."""


def report(findings: Iterable[Finding], *, json: bool = False) -> int:
    """Print findings as they come.

    Returns:
        The exit code: 1 if one is a problem, else 0.
    """
    from agentic.console.terminal import say_json, stdout_console

    if json:
        all_found = list(findings)
        say_json([asdict(finding) for finding in all_found])
        return _code(all_found)
    from agentic.console.marks import ACCENT, ALERT, QUIET
    from agentic.console.page import Page

    page = Page(stdout_console())
    marks = {
        "ok": (page.marks.done, ACCENT),
        "warning": ("!", "yellow"),
        "problem": (page.marks.failed, ALERT),
    }
    seen = []
    for finding in findings:
        mark, style = marks[finding.status]
        page.paragraph([(f"{mark} ", style), (f"{finding.name:10} ", "bold")], finding.text)
        if finding.remedy:
            page.paragraph([(f"  {page.marks.arrow} ", QUIET)], finding.remedy, style)
        seen.append(finding)
    return _code(seen)


def _code(findings: Iterable[Finding]) -> int:
    return int(any(finding.status == "problem" for finding in findings))
