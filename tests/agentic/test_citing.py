"""Citations: which source a sentence rests on, and down to which line."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from agentic.citing import Source, cited, given, uncited
from agentic.state import Observation, Recollection

__all__: list[str] = []

TEAL = Source("run r1 [memory 0a0a0a0a]", "Ann's favourite colour is teal.")
MANGO = Source("run r2 [memory 1b1b1b1b]", "小美最愛的水果是芒果。")
CASTLE = Source(
    "castle.txt:1-4",
    "Castle Brannoch was built in 1342.\n\nIts steward is Moira Kell,\nwho lives in the tower.",
)


@pytest.mark.parametrize(
    ("task", "answer", "marked", "sources"),
    [
        ("Which colour does Ann like?", "Teal.", "Teal [1].", [TEAL]),
        ("Which colour does Ann like?", "Ann likes teal.", "Ann likes teal [1].", [TEAL]),
        ("小美喜歡什麼水果？", "小美最愛芒果。", "小美最愛芒果[1]。", [MANGO]),
        ("小美喜歡什麼水果？", "小美最愛的水果是芒果", "小美最愛的水果是芒果[1]", [MANGO]),
        (
            "What do Ann and 小美 like?",
            "Ann's colour is teal. 小美最愛芒果。",
            "Ann's colour is teal [1]. 小美最愛芒果[2]。",
            [TEAL, MANGO],
        ),
        ("Which colour does Ann like?", "I can't say.", "I can't say.", []),
        ("How many lines has notes.txt?", "It has 1342 lines.", "It has 1342 lines.", []),
    ],
)
def test_sentences_are_cited(
    task: str, answer: str, marked: str, sources: Sequence[Source]
) -> None:
    found = cited(answer, task, [CASTLE, TEAL, MANGO])
    assert found == (marked, [source.citation for source in sources])
    assert uncited(marked) == answer


@pytest.mark.parametrize(
    ("answer", "citation"),
    [
        ("Castle Brannoch was built in 1342.", "castle.txt:1"),
        ("The steward is Moira Kell, who lives in the tower.", "castle.txt:3-4"),
        ("Brannoch was built in 1342 and its steward, Moira Kell, lives there.", "castle.txt:1-4"),
    ],
)
def test_a_file_is_cited_to_the_line(answer: str, citation: str) -> None:
    assert cited(answer, "Tell of the place", [TEAL, CASTLE])[1] == [citation]


def test_a_page_that_was_cut_is_cited_whole() -> None:
    cut = Source("castle.txt:1-9", CASTLE.text)
    assert cited("Castle Brannoch was built in 1342.", "When?", [cut])[1] == ["castle.txt:1-9"]


@pytest.mark.parametrize(
    ("answer", "sources"),
    [
        ("teal", [TEAL]),
        ("芒果", [MANGO]),
        ("1342", []),
        ("47", []),
        ('{"colour": "teal"}', [TEAL]),
        ("```\nfavourite = teal\n```", [TEAL]),
        ("| Ann | teal |\n|---|---|", [TEAL]),
    ],
)
def test_a_value_or_a_form_of_its_own_stays_as_it_is(answer: str, sources: list[Source]) -> None:
    found = cited(answer, "Which colour does Ann like, and 小美 which 水果?", [TEAL, MANGO, CASTLE])
    assert found == (answer, [source.citation for source in sources])


def test_each_source_has_what_stands_after_it() -> None:
    result = "2 lines with 'x':\na/b.md:1: teal is nice\nb.md:1: mango is sweet"
    sources = ("a/b.md:1", "b.md:1")
    seen = Observation(
        id="c1", step=1, name="s", args={}, ok=True, result=result, seconds=0, sources=sources
    )
    assert given([], [seen]) == [
        Source("a/b.md:1", "teal is nice\n"),
        Source("b.md:1", "mango is sweet"),
    ]
    memory = Recollection(id="0a", text=TEAL.text, citation=TEAL.citation)
    whole = seen.model_copy(update={"sources": ("c.md",), "result": "all"})
    assert given([memory, memory], [whole, whole]) == [TEAL, Source("c.md", "all")]


TEXTS = st.text("ab1 一二三芒果。.!?\n[]`|", max_size=60)


@for_all(TEXTS, TEXTS, st.lists(st.builds(Source, st.sampled_from("xyz"), TEXTS), max_size=3))
def test_marks_are_all_that_is_added(answer: str, task: str, sources: list[Source]) -> None:
    marked, used = cited(answer, task, sources)
    assert re.sub(r" ?\[\d+\]", "", marked) == re.sub(r" ?\[\d+\]", "", answer)
    assert set(used) <= {source.citation for source in sources}
    added = len(re.findall(r"\[\d+\]", marked)) - len(re.findall(r"\[\d+\]", answer))
    assert added == 0 or added >= len(used)
