"""Real tasks for the embedded model, English and Chinese, each checked by code."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["TASKS", "Task", "numbers", "plain"]

Outcome = dict[str, Any]
"""What `agentic ask --json` printed, and under "facts" the texts of all facts in memory."""


@dataclass(frozen=True)
class Task:
    """A task, the files it finds, and what must be true afterwards."""

    id: str
    text: str
    check: Callable[[Outcome], bool]
    files: dict[str, str] = field(default_factory=dict)
    steps: int = 1
    """Tool calls that the task needs; 0 forbids any."""


def numbers(text: str) -> list[float]:
    """The numbers in a text, thousands separators and full-width digits understood."""
    folded = unicodedata.normalize("NFKC", text)
    found = re.findall(r"-?\d+(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?", folded)
    return [float(each.replace(",", "")) for each in found]


def plain(text: str) -> str:
    """A text for comparing: folded, lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


def says(*words: str) -> Callable[[Outcome], bool]:
    """The answer holds each of these words."""
    return lambda out: all(plain(word) in plain(out["answer"]) for word in words)


def gives(number: float, within: float = 0.01) -> Callable[[Outcome], bool]:
    """The answer holds this number."""
    return lambda out: any(abs(each - number) <= within for each in numbers(out["answer"]))


def kept(*words: str) -> Callable[[Outcome], bool]:
    """One fact in memory holds all of these words."""
    return lambda out: any(
        all(plain(word) in plain(fact) for word in words) for fact in out["facts"]
    )


def every(*checks: Callable[[Outcome], bool]) -> Callable[[Outcome], bool]:
    """All of these hold."""
    return lambda out: all(check(out) for check in checks)


def untouched(out: Outcome) -> bool:
    """No tool was called."""
    return not out["calls"]


CASTLE = {
    "castle.txt": "Castle Brannoch was built in 1342. Its steward is Moira Kell.\n",
    "mill.txt": "The mill at Dunross was built in 1391. The miller is Tom Harrow.\n",
    "shopping/list.txt": "bread\ncheese\n",
}
OFFICE = {
    "會議.txt": "上次會議：2027-03-02。下次開會：2027-04-13，地點在三樓會議室。\n",
    "車位.txt": "新的停車位號碼是 B2-117，由管理員陳大文登記。\n",
    "甲店.txt": "甲店的蘋果每公斤 85 元。\n",
    "乙店.txt": "乙店的蘋果每公斤 68 元。\n",
}

TASKS = [
    Task("sum", "What is 348 * 27 + 156?", gives(9552)),
    Task(
        "feet",
        "巴黎鐵塔高330公尺，換算成英尺是多少？（1公尺=3.28084英尺）",
        gives(1082.68, within=1),
    ),
    Task("haiku", "Write a haiku about autumn", untouched, steps=0),
    Task("sun", "「太陽」的英文怎麼說？", every(says("sun"), untouched), steps=0),
    Task(
        "steward",
        "Read castle.txt. What is the name of the steward?",
        says("Moira Kell"),
        CASTLE,
    ),
    Task("meeting", "讀 會議.txt，下次開會是哪一天？", says("4", "13"), OFFICE),
    Task(
        "miller",
        "Which file mentions the miller, and what is the miller's name?",
        every(says("mill.txt"), says("Tom Harrow")),
        CASTLE,
    ),
    Task("folder", "List the files in the folder shopping.", says("list.txt"), CASTLE),
    Task(
        "budget",
        "Read budget.txt and use the calculator to add up the three amounts.",
        gives(1386),
        {"budget.txt": "rent 940\nfood 318\nbooks 128\n"},
        steps=2,
    ),
    Task(
        "older",
        "Read castle.txt and read mill.txt. Which was built first?",
        says("castle"),
        CASTLE,
        steps=2,
    ),
    Task("parking", "讀 車位.txt，然後記住停車位號碼。", kept("B2-117"), OFFICE, steps=2),
    Task(
        "apples", "讀 甲店.txt，再讀 乙店.txt。哪一家的蘋果比較便宜？", says("乙"), OFFICE, steps=2
    ),
    Task(
        "towers",
        "Read castle.txt, read mill.txt, and remember who the steward of the castle is.",
        kept("Moira Kell"),
        CASTLE,
        steps=3,
    ),
    Task("remember", "Remember that Ann's favourite colour is teal.", kept("Ann", "teal")),
    Task("colour", "Which colour does Ann like best?", says("teal")),
    Task("記住", "請記住：小美最愛的水果是芒果。", kept("小美", "芒果")),
    Task("水果", "小美最喜歡吃什麼水果？", says("芒果")),
    Task(
        "nowhere",
        "Read the file treasure.txt and tell me where the treasure is buried.",
        lambda out: (
            out["status"] == "incomplete"
            or bool(re.search(r"not|no |n't|does not exist", out["answer"]))
        ),
        CASTLE,
    ),
]
"""In order: what one remembers, a later one is asked about, in another process."""
