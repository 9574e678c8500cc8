"""Questions of a run, put to the user: what will happen, and what is said to it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from agentic.cleaning import visible
from agentic.console.keyboard import drop_typed
from agentic.console.marks import ACCENT, QUIET
from agentic.console.page import Page, Span
from agentic.console.phrases import value
from agentic.console.reasons import reason
from agentic.console.text import one_line, wrap
from agentic.console.tongue import speaks_chinese
from agentic.state import Question

if TYPE_CHECKING:
    from agentic.agent import Agent
    from agentic.console.render import Trace
    from agentic.events import Event
    from agentic.result import Result

__all__ = ["Read", "Said", "ask_user", "followed"]

Read = Callable[[str], str]
"""Reads a line after a prompt; EOFError or KeyboardInterrupt where the user says nothing."""

_INDENT = "    "
_WORDS = {
    "yes": ("y", "yes", "是", "好", "要", "可以", "准"),
    "no": ("n", "no", "否", "不", "不要", "不行", "不可以", ""),
    "edit": ("e", "edit", "改"),
    "repeat": ("r", "repeat", "again", "重做", "再做"),
    "skip": ("s", "skip", "略過", "跳過", ""),
    "result": ("g", "give", "result", "結果", "告知"),
}
_CHOICES = {"approval": ("yes", "no", "edit"), "doubt": ("repeat", "skip", "result")}
_SAYINGS = {
    "approval": ("Allow it? [y]es / [N]o / [e]dit: ", "可以嗎？y 可以／N 不行／e 改參數："),
    "doubt": (
        "Do it again? [r]epeat / [S]kip / [g]ive its result: ",
        "要重做嗎？r 重做／S 略過／g 告知結果：",
    ),
    "not approval": ("Type y, n or e.", "請輸入 y、n 或 e。"),
    "not doubt": ("Type r, s or g.", "請輸入 r、s 或 g。"),
    "args": ("All arguments, as JSON: ", "全部參數（JSON）："),
    "not args": ("That is no JSON object such as", "這不是 JSON 物件；要像這樣："),
    "result": ("What came of it: ", "結果："),
}


@dataclass
class Said:
    """What the user said, as `Agent.resume` takes it."""

    answers: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    over: bool = False
    """The user broke off, and is to be asked nothing more."""

    def __bool__(self) -> bool:
        return bool(self.answers or self.results)


def followed(
    agent: "Agent",
    events: "Iterator[Event]",
    trace: "Trace",
    read: Read | None,
    earlier: "Sequence[Event]" = (),
) -> "Result":
    """The result of a run that is shown, and gone on with as the user answers its questions.

    Args:
        agent: Whose run it is.
        events: What happens in it; nothing for one that waits where it is.
        trace: Where it is shown.
        read: Reads the user's answers; None where nobody is there.
        earlier: What happened in the run before.
    """
    from agentic.console.render import traced
    from agentic.console.waiting import unanswered
    from agentic.result import Result

    trace.asks = read is not None
    seen = [*earlier, *traced(events, trace)]
    result = Result.of(seen)
    while result.status == "paused" and read is not None:
        questions = unanswered(result.run_id)
        said = ask_user(questions, trace.page, read)
        if questions and not said:
            break
        more = agent.stream_on(result.run_id, said.results, answers=said.answers)
        seen += traced(more, trace)
        result = Result.of(seen)
        if said.over:
            break
    return result


def ask_user(questions: Iterable[Question], page: Page, read: Read) -> Said:
    """What the user says to the questions; nothing more once nothing is said."""
    said = Said()
    try:
        for question in questions:
            _draw(question, page)
            drop_typed()  # what was typed before the question could be read is no answer to it
            _ask(question, page, read, said)
    except (EOFError, KeyboardInterrupt):
        said.over = True
        page.blank()
    return said


def _ask(question: Question, page: Page, read: Read, said: Said) -> None:
    choice = _chosen(page, read, question.kind) if question.kind in _CHOICES else "result"
    match choice:
        case "edit":
            args = _arguments(question, page, read)
            if args is None:
                _ask(question, page, read, said)
            else:
                said.answers[question.id] = args
        case "result":
            said.results[question.id] = read(_saying("result"))
        case _:
            said.answers[question.id] = choice


def _chosen(page: Page, read: Read, kind: str) -> str:
    """The choice that the user's word means, asked for until it is one."""
    while True:
        word = read(_saying(kind)).strip().casefold()
        for choice in _CHOICES[kind]:
            if word in _WORDS[choice]:
                return choice
        page.paragraph([], _saying(f"not {kind}"), QUIET)


def _arguments(question: Question, page: Page, read: Read) -> dict[str, Any] | None:
    """The arguments that the user types; None if it is to be left at those that there are."""
    while text := read(_saying("args")).strip():
        try:
            args = json.loads(text)
        except ValueError:
            args = None
        if isinstance(args, dict):
            return args
        page.paragraph([], f"{_saying('not args')} {value(question.args)}", QUIET)
    return None


def _draw(question: Question, page: Page) -> None:
    """What will happen, whole: nobody should say yes to what is cut off, or can't be seen."""
    name = one_line(visible(question.name))
    page.paragraph([("? ", ACCENT), (name, "bold")], f": {reason(question.why)}", hang=2)
    for name, given in question.args.items():
        text = visible(given) if isinstance(given, str) else value(given)
        _draw_argument(one_line(visible(name)), text, page)


def _draw_argument(name: str, text: str, page: Page) -> None:
    """An argument on one row; a longer one behind a bar, lest a row of it passes for another."""
    lead: Span = (f"{_INDENT}{name} = ", QUIET)
    if "\n" not in text and cell_len(lead[0] + text) <= page.width:
        page.line(lead, (text, ""))
        return
    page.line((lead[0].rstrip(), QUIET))
    bar = f"{_INDENT}{page.marks.bar} "
    for row in wrap(text, page.width - cell_len(bar)):
        page.line((bar, QUIET), (row, ""))


def _saying(name: str) -> str:
    english, chinese = _SAYINGS[name]
    return chinese if speaks_chinese() else english
