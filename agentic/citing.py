"""Citations: which source each sentence of an answer rests on, found by code.

A model asked to cite makes numbers up as readily as facts. So the words of each sentence are looked
for in what the run was given: memories, passages, files, pages. What is found is cited, `[1]`, and
resolves to a line of a file, an address or an earlier run.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agentic.state import Observation, Recollection
from agentic.wording import numbers
from memory.words import telling

__all__ = ["Source", "cited", "given", "uncited"]

ENOUGH = 0.5
"""Share of a sentence's words that a source must have."""
SECOND = 0.3
"""Share of them that a second source must add."""
_SENTENCE = re.compile(r"[^\n。！？]+?(?:[。！？]+|[.!?]+(?=\s|$)|(?=\n)|$)")
_END = re.compile(r"[\s。！？.!?]*$")
_FIXED_FORM = re.compile(r"```|^\s*[{\[<|]", re.MULTILINE)
"""An answer in a form of its own, which a mark would break: code, JSON, a table."""
_VALUE = re.compile(r"(?:[!-~]{1,40}|\S{1,6})(?<![。！？.!?])")
"""An answer that is a bare value, to be read by a program perhaps."""
_SPAN = re.compile(r"(?P<path>.+):(?P<first>\d+)-(?P<last>\d+)")
_MARK = re.compile(r"(?: |(?<=[^\x00-\x7f]))(?:\[\d{1,2}\])+(?=\s|[。！？.!?]|$)")


@dataclass(frozen=True, slots=True)
class Source:
    """Something that an answer may rest on."""

    citation: str
    text: str


def given(recalled: Iterable[Recollection], evidence: Iterable[Observation]) -> list[Source]:
    """What a run was given to answer from, each citation once.

    Args:
        recalled: Memories brought into the run.
        evidence: Results of the calls that prove a step and write nothing.
    """
    found = {hit.citation: Source(hit.citation, hit.text) for hit in recalled}
    for seen in evidence:
        for citation, text in _quotes(seen):
            found.setdefault(citation, Source(citation, text))
    return list(found.values())


def cited(answer: str, task: str, sources: Sequence[Source]) -> tuple[str, list[str]]:
    """The answer with a mark after each sentence that rests on sources, and those, in order.

    `[n]` is the n-th of the citations that are given back. A bare value, and what has a form of its
    own such as code, gets no marks, for a program may read it; its sources are given all the same.
    """
    if not sources:
        return answer, []
    known = [_words(source.text) for source in sources]
    asked = _words(task)
    used: list[str] = []

    def supports(text: str) -> list[str]:
        said = _words(text)
        found = [_narrowed(sources[i], said) for i in _support(said, asked, known)]
        used.extend(citation for citation in found if citation not in used)
        return list(dict.fromkeys(found))

    def mark(match: re.Match[str]) -> str:
        sentence = match[0]
        marks = "".join(f"[{used.index(citation) + 1}]" for citation in supports(sentence))
        end = _END.search(sentence)
        at = end.start() if end is not None else len(sentence)
        blank = " " if sentence[at - 1 : at].isascii() else ""
        return f"{sentence[:at]}{blank}{marks}{sentence[at:]}" if marks else sentence

    if _VALUE.fullmatch(answer) or _FIXED_FORM.search(answer):
        supports(answer)
        return answer, used
    return _SENTENCE.sub(mark, answer), used


def uncited(answer: str) -> str:
    """An answer without the marks of `cited`."""
    return _MARK.sub("", answer)


def _support(said: set[str], asked: set[str], known: Sequence[set[str]]) -> list[int]:
    """The sources, two at most, that have the words of a sentence, and more of it than was asked.

    One that shares a single word, such as a number, must be about what was asked.
    """
    telling = said - asked or said
    shared = [telling & words for words in known]
    fitting = [
        len(has) if len(_named(has)) > 1 or _named(words & asked) else 0
        for has, words in zip(shared, known, strict=True)
    ]
    first = max(range(len(known)), key=lambda i: (fitting[i], len(said & known[i])))
    if not telling or fitting[first] / len(telling) < ENOUGH:
        return []
    more = [len(has - shared[first]) for has in shared]
    second = max(range(len(known)), key=lambda i: more[i])
    return [first, second] if more[second] / len(telling) >= SECOND else [first]


def _named(words: set[str]) -> set[str]:
    return {word for word in words if not word[0].isdecimal()}


def _words(text: str) -> set[str]:
    """Words that tell something, numbers as digits, CJK characters in pairs where they stand so."""
    words = telling(text)
    pairs = {a + b for a, b in pairwise(words) if _single(a) and _single(b)}
    return pairs | {word for word in words if not _single(word)} | set(numbers(text)) or set(words)


def _single(word: str) -> bool:
    return len(word) == 1 and not word.isascii()


def _narrowed(source: Source, said: set[str]) -> str:
    """The citation of a sentence: of a source with lines, the fewest that have all it can have."""
    span = _SPAN.fullmatch(source.citation)
    if span is None:
        return source.citation
    first, last = int(span["first"]), int(span["last"])
    rows = [_words(line) & said for line in source.text.split("\n")[: last - first + 1]]
    if len(rows) <= last - first:  # not all of it is there
        return source.citation
    whole = set().union(*rows)
    for count in range(1, len(rows)):
        for start in range(len(rows) - count + 1):
            if set().union(*rows[start : start + count]) == whole:
                end = f"-{first + start + count - 1}" if count > 1 else ""
                return f"{span['path']}:{first + start}{end}"
    return source.citation


def _quotes(seen: Observation) -> list[tuple[str, str]]:
    """The citations of a result, with what stands after each in it, or else with all of it."""
    found: list[tuple[str, int, int]] = []
    for source in seen.sources:
        start = found[-1][2] if found else 0
        place = re.compile(rf"(?<![\w/.-]){re.escape(source)}(?!\d)").search(seen.result, start)
        if place is not None:
            found.append((source, place.start(), place.end()))
    ends = [*(begin for _, begin, _ in found[1:]), len(seen.result)]
    quotes = {
        source: seen.result[start:end].removeprefix(":").lstrip(" ")
        for (source, _, start), end in zip(found, ends, strict=False)
    }
    return [(source, quotes.get(source, seen.result)) for source in seen.sources]
