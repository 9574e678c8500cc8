"""The write gate: what is no memory, what is known already, and what takes an older one's place.

A memory that stores whatever it is given fills with what it gave out itself: prompts, its own
recalled memories, the same fact in ten dresses. So every text of a kind that is kept for good
passes here, inside the transaction that stores it.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from memory.errors import Refused
from memory.kinds import as_lasting
from memory.marks import marked
from memory.records import Record
from memory.statements import Statement, bare, gist, statement
from memory.words import match_expression, terms

if TYPE_CHECKING:
    from memory.ledger import Ledger

__all__ = ["GATED", "Entry", "Sentence", "Verdict", "entry", "quotes", "reading", "verdict"]

GATED = ("fact", "episode", "lesson")
"""Kinds that pass the gate; documents and kinds of a user's own are stored as they are."""
FEWEST = 3
"""Words of a sentence below which it is not looked for in what memory holds: too much has them."""
LOOKED_FOR = 3
"""Words of a sentence, the longest, that a record must have to be compared with it."""
MOST_SENTENCES = 12
"""Sentences of a text above which it is long enough to be worth keeping as it is."""
_SENTENCE = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s")
_ALONE = re.compile(r"\s*(?:#|\||$)")
_ITEM = re.compile(r"\s*(?:[-*•]|\d+[.)])\s")
_SYSTEM = re.compile(
    r"<\|[\w ]{2,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|tool_call|tool_response)>"
    r"|^\s*(?:#+\s*)?(?:system(?: prompt| message)?|assistant|user)\s*[:：]\s*\S"
    r"|^\s*you are (?:an? |the )?(?:\w+[\s,]+){0,4}?(?:assistant|agent|chatbot|language model|AI)\b"
    r"|^\s*(?:你是|您是)(?:一[個位名])?.{0,12}(?:助理|助手|智能體|智能体|代理人|語言模型|语言模型|機器人|机器人)"
    r"|^\s*(?:ignore|disregard) (?:all |any |the )?(?:previous|above|earlier) instructions",
    re.IGNORECASE,
)
_TRIVIAL = re.compile(
    r"^(?:ok(?:ay)?|yes|no|yep|nope|sure|thanks?|thank you(?: (?:very|so) much)?|hi|hello|hey"
    r"|bye|goodbye|good|great|nice|fine|cool|done|got it|i see|right|none|nothing|n/?a|null|test"
    r"|good (?:morning|afternoon|evening|night)|you(?:'| a)re welcome|no problem|understood|noted"
    r"|好的?|對|对|是的?|不是|嗯+|哦|喔|謝謝你?|谢谢你?|感謝|感谢|你好|您好|嗨|哈囉|再見|再见|早安|晚安|沒問題|没问题|知道了|收到"
    r"|了解|明白了?|無|无|沒有|没有|不知道|不客氣|[👍👌🙏😊🎉]+)(?:[\s,，]+there)?[\s.!,。！，~～]*$",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]\s*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, and what the gate reads of it; computed before the transaction begins."""

    record: Record
    gist: str | None = None
    states: Statement | None = None
    sentences: tuple["Sentence", ...] = ()
    """Those that state something."""
    supersedes: bool = True
    """Whether it takes the place of what it contradicts."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to be looked for in what memory holds."""

    gist: str
    expression: str
    """Finds the records that may quote it: those with its longest words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with an entry."""

    does: Literal["store", "merge", "supersede"]
    ids: tuple[str, ...] = ()
    """Of the one that it is merged with, or of all that it supersedes."""


def entry(record: Record) -> Entry:
    """What the gate reads of a record that is to be stored.

    Raises:
        Refused: it is no memory.
    """
    if record.kind in GATED:
        reason = _no_memory(record.kind, bare(record.text))
        if reason is not None:
            raise Refused(f"Not remembered: {_short(record.text)} {reason}")
    return reading(record)


def reading(record: Record) -> Entry:
    """What the gate reads of a record, whatever it is."""
    if record.kind not in GATED:
        return Entry(record)
    text = bare(record.text)
    parts = _sentences(text)
    return Entry(
        record,
        gist(text) or None,
        statement(text) if record.kind == "fact" else None,
        tuple(_sentence(part) for part in parts if not _QUESTION.search(part))
        if len(parts) <= MOST_SENTENCES
        else (),
    )


def _sentence(text: str) -> Sentence:
    plain = bare(text)
    longest = sorted(terms(plain), key=len, reverse=True)[:LOOKED_FOR]
    return Sentence(gist(plain), match_expression(longest, all=True))


def quotes(text: str, sentence: str) -> bool:
    """Whether a sentence of that gist stands in a text, as a whole sentence.

    Within a longer one it may be denied, or mean another thing.
    """
    if f" {sentence} " not in f" {gist(text)} ":
        return False
    return any(gist(part) == sentence for part in _sentences(text) if not _QUESTION.search(part))


def _sentences(text: str) -> list[str]:
    """Sentences of a text; a line break ends none but at headings, tables, items, empty lines."""
    blocks = [""]
    for line in text.splitlines():
        if _ALONE.match(line):
            blocks += [line, ""]
        elif _ITEM.match(line):
            blocks.append(line)
        else:
            blocks[-1] += f" {line}"
    parts = [part.strip() for block in blocks for part in _SENTENCE.split(block)]
    return [part for part in parts if part]


def verdict(ledger: "Ledger", entry: Entry) -> Verdict:
    """What is to be done with an entry, by what the ledger holds.

    What stands in memory sentence by sentence, in a document or another record, came out of it or
    adds nothing to it: it is merged. Not with a record that may fade sooner, or is found only by
    who asks for its kind.
    """
    record = entry.record
    if entry.gist is None:
        return Verdict("store")
    kinds = as_lasting(record.kind)
    if (same := ledger.with_gist(entry.gist, kinds)) is not None:
        return Verdict("merge", (same,))
    states = entry.states if entry.supersedes else None
    if states is not None and (ended := _ended(ledger, states)):
        return Verdict("supersede", ended)
    told = [part for part in entry.sentences if part.gist.count(" ") + 1 >= FEWEST]
    held = [ledger.quoting(part.gist, part.expression, kinds) for part in told]
    first = next(iter(held), None)
    return Verdict("store") if first is None or None in held else Verdict("merge", (first,))


def _ended(ledger: "Ledger", new: Statement) -> tuple[str, ...]:
    """Ids of the records that can't be held beside a new statement."""
    there = ledger.with_subject(new.subject)
    return tuple(id for id, text in there if _contradicts(new, statement(text)))


def _contradicts(new: Statement, old: Statement | None) -> bool:
    if old is None or old.subject != new.subject:
        return False
    if new.negative or old.negative:
        return new.value == old.value and new.negative != old.negative
    return new.value != old.value


def _no_memory(kind: str, text: str) -> str | None:
    """Why a text is no memory, and what would be one; None if it may be."""
    if marked(text):
        return "was given out by memory and is kept there; store what is new in your own words."
    if _SYSTEM.search(text):
        return "is an instruction to a model, not something to know; store the fact it is about."
    if _says_nothing(text):
        return "says nothing that could be looked up; store a whole sentence."
    if kind == "fact" and _QUESTION.search(text) and len(_sentences(text)) == 1:
        return "is a question; store its answer, as a statement."
    return None


def _says_nothing(text: str) -> bool:
    return all(unicodedata.category(c)[0] in "PZC" for c in text) or bool(_TRIVIAL.match(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else line[:57] + "...")
