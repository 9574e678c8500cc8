"""Questions of a run, put to the user: what will happen, and what is said to it."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agentic.console.marks import ACCENT, QUIET
from agentic.console.page import Page
from agentic.console.phrases import value
from agentic.console.text import clean, one_line
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

_WORDS = {
    "yes": ("y", "yes", "是", "好", "要", "可以", "准"),
    "no": ("n", "no", "否", "不", "不要", "不行", ""),
    "edit": ("e", "edit", "改"),
    "repeat": ("r", "repeat", "again", "重做", "再做"),
    "skip": ("s", "skip", "略過", "跳過", ""),
    "result": ("g", "give", "result", "結果"),
}
_PROMPTS = {
    "approval": ("Allow it? [y]es / [N]o / [e]dit: ", "可以嗎？y 可以／N 不行／e 改參數："),
    "doubt": (
        "Do it again? [r]epeat / [S]kip / [g]ive its result: ",
        "要重做嗎？r 重做／S 略過／g 告知結果：",
    ),
    "args": ("The arguments as JSON: ", "參數（JSON）："),
    "result": ("What came of it: ", "結果："),
}


@dataclass
class Said:
    """What the user said, as `Agent.resume` takes it."""

    answers: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)


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
        events: What happens in it.
        trace: Where it is shown.
        read: Reads the user's answers; None where nobody is there.
        earlier: What happened in the run before.
    """
    from agentic.console.render import traced
    from agentic.result import Result

    seen = [*earlier, *traced(events, trace)]
    result = Result.of(seen)
    while result.status == "paused" and read is not None:
        said = ask_user(result.pending, trace.page, read)
        if not said.answers and not said.results:
            return result
        more = agent.stream_on(result.run_id, said.results, answers=said.answers)
        seen += traced(more, trace)
        result = Result.of(seen)
    return result


def ask_user(questions: Iterable[Question], page: Page, read: Read) -> Said:
    """What the user says to the questions; nothing more once nothing is said."""
    said = Said()
    try:
        for question in questions:
            _draw(question, page)
            _ask(question, page, read, said)
    except (EOFError, KeyboardInterrupt):
        page.blank()
    return said


def _ask(question: Question, page: Page, read: Read, said: Said) -> None:
    if question.kind == "result":
        said.results[question.id] = read(_prompt("result"))
        return
    choices = ("yes", "no", "edit") if question.kind == "approval" else ("repeat", "skip", "result")
    choice = _chosen(read, question.kind, choices)
    match choice:
        case "edit":
            said.answers[question.id] = _arguments(question, page, read)
        case "result":
            said.results[question.id] = read(_prompt("result"))
        case _:
            said.answers[question.id] = choice


def _chosen(read: Read, kind: str, choices: Iterable[str]) -> str:
    """The choice that the user's word means, asked for until it is one."""
    while True:
        word = read(_prompt(kind)).strip().casefold()
        for choice in choices:
            if word in _WORDS[choice]:
                return choice


def _arguments(question: Question, page: Page, read: Read) -> dict[str, Any]:
    while True:
        text = read(_prompt("args"))
        try:
            args = json.loads(text)
        except ValueError as error:
            page.paragraph([("", "")], f"{error}", QUIET)
            continue
        if isinstance(args, dict):
            return args
        page.paragraph([("", "")], 'write an object such as {"path": "a.txt"}', QUIET)


def _draw(question: Question, page: Page) -> None:
    """What will happen, whole: nobody should say yes to what is cut off."""
    page.paragraph([("? ", ACCENT)], f"{one_line(question.name)}: {one_line(question.why)}")
    for name, given in question.args.items():
        text = clean(given) if isinstance(given, str) else value(given)
        page.paragraph([(f"    {one_line(name)} = ", QUIET)], text)


def _prompt(name: str) -> str:
    english, chinese = _PROMPTS[name]
    return chinese if speaks_chinese() else english
