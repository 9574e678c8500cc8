"""Tool calls that a model wrote as text, in whatever dialect it was trained on.

The text is read once, from left to right: whatever opens first is read whole, so that what stands
inside of a text, of code or of thoughts is never taken for a call. A call names one of the tools;
where it could be anything else, such as data or an example of code, it is none.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from agentic.naming import matched
from agentic.tools.written.objects import Tools, Written, calls_in
from agentic.tools.written.openings import CALL, FENCE_END, FOR_CALLS, LANGUAGES, NAME, OPENING
from agentic.tools.written.python import Read, line_of_calls, other_calls, program_lines
from agentic.tools.written.scalars import unescaped
from agentic.tools.written.steps import step
from agentic.tools.written.tags import element, head, name_element
from agentic.tools.written.values import Reader, Unreadable, read_all

__all__ = ["Written", "written_calls"]

_LONGEST = 500_000
"""Characters that are looked at: more than models write, and read in a moment."""
_MOST_PLACES = 5_000
"""Places of a text where a call may begin that are looked at."""


def written_calls(text: str, tools: Tools) -> list[Written]:
    """The tool calls in a text, in order, as the model gave them.

    Found are JSON in all its shapes, bare, fenced or tagged, Python calls of literals, XML, special
    tokens, and `Action:` lines; slips such as brackets that never close are read where they leave
    no doubt. Not found is what a model only thinks, tells of in prose, or gives as code; what is
    cut off inside of a value; and anything that names no tool.

    Args:
        text: What the model wrote.
        tools: The tools there are, by name. `naming.matched` finds the one that a call means.
    """
    return _Scan(_unwrapped(text[:_LONGEST]), tools).calls()


def _unwrapped(text: str) -> str:
    """The text itself where it is one quoted text, or JSON with its quotes escaped."""
    bare = text.strip().strip("\ufeff\u200b").strip()
    if bare[:1] in ('"', "'", "“"):
        try:
            inner = read_all(bare)
        except Unreadable:
            return text
        return inner if isinstance(inner, str) else text
    if re.match(r"[{\[]\s*\\\"", bare) and bare[-1:] in "}]":
        return unescaped(bare)
    return text


class _Found(NamedTuple):
    """A call, and where it was found."""

    at: int
    call: Written
    as_code: bool
    """Whether it is a line of Python."""


class _Scan:
    """One reading of a text."""

    def __init__(self, text: str, tools: Tools) -> None:
        self.text = text
        self.tools = tools
        self._found: list[_Found] = []
        self._spans: list[tuple[int, int]] = []
        """What was read whole, from and to."""
        self._fences: list[tuple[int, int]] = []
        """Fenced code that was looked into, from and to."""
        self._marked = False
        """Whether only calls stand here, as behind `<tool_call>`."""
        self._fenced = False
        self._acted = False
        self._reads: dict[str, Callable[[re.Match[str]], Read]] = {
            "over": self._over,
            "thought": self._thought,
            "thought_end": self._thought_end,
            "language": self._fence,
            "tagged": self._tagged,
            "marker": self._marker,
            "unmarked": self._unmarked,
            "element": self._element,
            "observation": self._observation,
            "action": self._action,
            "line": self._line,
            "open": self._open,
        }

    def calls(self) -> list[Written]:
        """What is found, but for calls in code that does more than to call tools."""
        at = 0
        for _ in range(_MOST_PLACES):
            found = OPENING.search(self.text, at)
            if found is None:
                break
            kind = str(found.lastgroup)
            read = self._reads[kind](found)
            at = max(read.end, found.start() + 1)
            if read.calls or kind != "line":
                self._spans.append((found.start(), at))
            self._found += [_Found(found.start(), call, kind == "line") for call in read.calls]
        programs = self._programs() if self._found else set()
        return [
            each.call
            for each in self._found
            if (fence := self._fence_of(each.at)) not in programs or not (fence or each.as_code)
        ]

    def _programs(self) -> set[tuple[int, int] | None]:
        """The fences whose code is a program; None among them where the bare text is one."""
        lines = [(at, self._fence_of(at)) for at in program_lines(self.text)]
        calls = [(at, self._fence_of(at)) for at in other_calls(self.text, self.tools)]
        alone = [*lines, *((at, fence) for at, fence in calls if fence)]
        return {fence for at, fence in alone if _around(self._spans, at) is None}

    def _fence_of(self, at: int) -> tuple[int, int] | None:
        return _around(self._fences, at)

    def _over(self, found: re.Match[str]) -> Read:
        """The turn is over: what follows is not the model's to say."""
        return Read([], len(self.text))

    def _thought(self, found: re.Match[str]) -> Read:
        end = self.text.find(f"</{found[0][1:]}", found.end())
        return Read([], len(self.text) if end < 0 else end + len(found[0]) + 1)

    def _thought_end(self, found: re.Match[str]) -> Read:
        """What was found so far was only thought; some templates open the thought themselves."""
        self._found.clear()
        return Read([], found.end())

    def _fence(self, found: re.Match[str]) -> Read:
        """Where fenced code begins or ends; code of other languages is passed over."""
        self._marked = False
        if self._fenced:
            self._fenced = False
            return Read([], found.end("fence"))
        language = found["language"].casefold().replace("-", "_")
        fence_end = FENCE_END.search(self.text, found.end())
        end = fence_end.end() if fence_end else len(self.text)
        if not language or language in LANGUAGES:
            self._fences.append((found.end(), end))
            self._marked = language in FOR_CALLS
        elif matched(language, self.tools) is None:
            return Read([], end)
        self._fenced = True
        if language and language not in LANGUAGES:
            return head(self.text, found.end(), language, self.tools)
        return Read([], found.end())

    def _tagged(self, found: re.Match[str]) -> Read:
        """A tag that names the tool, such as `<function=add>`."""
        return head(self.text, found.end(), found["tagged"], self.tools, closed=True)

    def _marker(self, found: re.Match[str]) -> Read:
        """What announces calls, and perhaps a tool's name behind it."""
        self._marked, at = True, found.end()
        if line := CALL.match(self.text, at):
            return line_of_calls(self.text, line.end(), self.tools)
        for name in (name_element(self.text, at), NAME.match(self.text, at)):
            if name is not None and matched(name["name"], self.tools) is not None:
                return head(self.text, name.end(), name["name"], self.tools)
        return Read([], at)

    def _unmarked(self, found: re.Match[str]) -> Read:
        self._marked = False
        return Read([], found.end())

    def _element(self, found: re.Match[str]) -> Read:
        return element(self.text, found.end(), found["element"], self.tools)

    def _observation(self, found: re.Match[str]) -> Read:
        """A model that acts step by step has no observations of its own; it makes them up."""
        return Read([], len(self.text) if self._acted else found.end())

    def _action(self, found: re.Match[str]) -> Read:
        self._acted = True
        return step(self.text, found.end(), self.tools)

    def _line(self, found: re.Match[str]) -> Read:
        return line_of_calls(self.text, found.end(), self.tools)

    def _open(self, found: re.Match[str]) -> Read:
        """A JSON value; where one breaks off in earnest, the rest may be inside of a text."""
        reader = Reader(self.text, found.start())
        try:
            value = reader.value()
        except Unreadable as error:
            return Read([], len(self.text) if error.earnest else error.at)
        calls = calls_in(value, self.tools, marked=self._marked)
        return Read([call for call in calls if call.args or reader.whole], reader.at)


def _around(spans: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    """The span that a place lies in; spans are in order and lie apart."""
    number = bisect_right(spans, (at, sys.maxsize)) - 1
    return spans[number] if number >= 0 and at < spans[number][1] else None
