"""Chunks: all of the text, of the right size, cut at joints, with true places."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.documents import Block, Chunk, Document, chunk, load
from memory.documents.chunking import WHOLE
from tests.memory.documents.conftest import File, tokens

__all__: list[str] = []

WORDS = st.sampled_from(
    [
        "a",
        "tea",
        "river",
        "garden",
        "seventeen",
        "Zürich",
        "e.g.",
        "3.14",
        "wait…",
        "(yes)",
        "end.",
        "Oh!",
        "it's",
    ]
)
CHINESE = st.sampled_from(
    ["今天天氣很好。", "我們去公園，", "你呢？", "「走吧！」", "臺灣", "芒果；", "Python語言"]
)
LINE = st.lists(WORDS | CHINESE, min_size=1, max_size=30).map(" ".join)
TEXT = st.lists(
    LINE | st.just("") | LINE.map(lambda line: f"  {line}"), min_size=1, max_size=40
).map("\n".join)
MARKDOWN = st.lists(
    st.one_of(
        LINE,
        LINE.map(lambda line: f"# {line}"),
        LINE.map(lambda line: f"## {line}"),
        LINE.map(lambda line: f"- {line}\n  - {line}"),
        LINE.map(lambda line: f"> {line}\n{line}"),
        st.lists(LINE, max_size=8).map(lambda lines: "\n".join(["```", *lines, "```"])),
        LINE.map(lambda line: f"| a | b |\n|---|---|\n| {line} | x |"),
        st.just("---"),
        st.just("[a]: b"),
    ),
    min_size=1,
    max_size=15,
).map("\n\n".join)


def document(*blocks: Block) -> Document:
    return Document("title", "text", None, blocks)


def loaded(folder: Path, name: str, text: str) -> Document | None:
    path = folder / name
    path.write_bytes(text.encode())
    return load(path) if text.strip() else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


def bare(text: str) -> str:
    return "".join(text.split())


def _without_gaps(lines: list[str]) -> str:
    """Lines with no blanks at their ends, and one blank line for several."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))


def ordered(text: str, chunks: list[Chunk]) -> bool:
    """Whether the chunks, without overlap, have all signs of a text in their order."""
    return "".join(bare(c.text) for c in chunks) == bare(text)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.py", "a.c"])
@given(text=TEXT | MARKDOWN, size=st.integers(4, 60))
def test_chunks_have_all_of_the_text_in_order(
    folder: Path, name: str, text: str, size: int
) -> None:
    found = loaded(folder, name, text)
    if found is not None:
        assert ordered(text, chunk(found, tokens, size=size, overlap=0))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.c"])
@given(text=TEXT | MARKDOWN, size=st.integers(4, 60), overlap=st.integers(0, 3))
def test_a_chunk_stands_in_the_lines_it_names(
    folder: Path, name: str, text: str, size: int, overlap: int
) -> None:
    found = loaded(folder, name, text)
    lines = text.split("\n")
    for c in chunk(found, tokens, size=size, overlap=overlap) if found else ():
        assert c.lines is not None
        first, last = c.lines
        assert _without_gaps(c.text.split("\n")) in _without_gaps(lines[first - 1 : last])
        assert c.text.split("\n")[0] in lines[first - 1]
        assert c.text.split("\n")[-1] in lines[last - 1]


@pytest.mark.parametrize("count", [tokens, len], ids=["tokens", "characters"])
@given(text=TEXT | MARKDOWN, size=st.integers(5, 80))
def test_no_chunk_is_too_long(folder: Path, count: object, text: str, size: int) -> None:
    assert callable(count)
    for name, most in (("a.txt", size), ("a.c", WHOLE * size)):
        found = loaded(folder, name, text)
        for c in chunk(found, count, size=size, overlap=size // 3) if found else ():
            assert count(c.text) <= most


@given(text=TEXT, size=st.integers(8, 40))
def test_a_word_is_never_cut(folder: Path, text: str, size: int) -> None:
    found = loaded(folder, "a.txt", text)
    words = set(re.findall(r"[^\W\u4e00-\u9fff]+", text))
    for c in chunk(found, tokens, size=size, overlap=2) if found else ():
        assert set(re.findall(r"[^\W\u4e00-\u9fff]+", c.text)) <= words


def test_what_every_text_counts_is_taken_into_account(folder: Path) -> None:
    found = loaded(folder, "a.txt", "One two. " * 40)
    assert found is not None
    chunks = chunk(found, lambda text: tokens(text) + 5, size=15, overlap=0)
    assert {tokens(c.text) for c in chunks} == {10}


def test_small_blocks_under_one_heading_are_joined_and_others_are_not(file: File) -> None:
    path = file("a.md", "# A\n\none\n\ntwo\n\n## B\n\nthree\n")
    assert chunk(load(path), tokens) == [
        Chunk("# A\n\none\n\ntwo", ("A",), (1, 5), None),
        Chunk("## B\n\nthree", ("A", "B"), (7, 9), None),
    ]


def test_a_heading_alone_goes_with_what_stands_under_it(file: File) -> None:
    path = file("a.md", "# 指南\n\n## 安裝\n\n用 pip。\n\n# 其他\n")
    assert chunk(load(path), tokens) == [
        Chunk("# 指南\n\n## 安裝\n\n用 pip。", ("指南", "安裝"), (1, 5), None),
        Chunk("# 其他", ("其他",), (7, 7), None),
    ]


def test_a_paragraph_that_fits_is_not_cut(file: File) -> None:
    first, second = "One two three four.", "Five six. Seven eight nine."
    path = file("a.txt", f"{first}\n\n{second}\n")
    assert [c.text for c in chunk(load(path), tokens, size=9, overlap=0)] == [first, second]


def test_a_long_paragraph_is_cut_after_sentences() -> None:
    text = "今天天氣很好。我們去公園！「你要來嗎？」她問。"
    chunks = chunk(document(Block(text)), tokens, size=13, overlap=0)
    assert [c.text for c in chunks] == ["今天天氣很好。我們去公園！", "「你要來嗎？」她問。"]


def test_a_long_sentence_is_cut_after_a_comma_before_anywhere_else() -> None:
    text = "因為今天天氣很好，我們決定一起去公園"
    chunks = chunk(document(Block(text)), tokens, size=10, overlap=0)
    assert [c.text for c in chunks] == ["因為今天天氣很好，", "我們決定一起去公園"]


@pytest.mark.parametrize("text", ["x" * 500, "字" * 500, '{"a":1},' * 80])
def test_what_has_no_joints_is_cut_all_the_same(text: str) -> None:
    chunks = chunk(document(Block(text)), len, size=40, overlap=8)
    assert "".join(c.text for c in chunks) == text
    assert max(len(c.text) for c in chunks) <= 40


def test_overlap_is_whole_sentences_of_the_chunk_before() -> None:
    text = "A b c d. E f g h. I j k l. M n o p."
    chunks = chunk(document(Block(text)), tokens, size=12, overlap=5)
    assert [c.text for c in chunks] == ["A b c d. E f g h. I j k l.", "I j k l. M n o p."]
    assert [c.text for c in chunk(document(Block(text)), tokens, size=12, overlap=3)] == [
        "A b c d. E f g h. I j k l.",
        "M n o p.",
    ]


def test_overlap_never_crosses_a_heading(file: File) -> None:
    path = file("a.md", "# A\n\nShort.\n\n# B\n\nLonger.\n")
    assert [c.text for c in chunk(load(path), tokens)] == ["# A\n\nShort.", "# B\n\nLonger."]


def test_a_chunk_over_pages_names_both() -> None:
    blocks = [Block("One.", page=3), Block("Two.", page=4)]
    assert chunk(document(*blocks), tokens) == [Chunk("One.\n\nTwo.", (), None, (3, 4))]


def test_a_code_fence_is_whole_up_to_four_times_the_size(file: File) -> None:
    fence = "\n".join(["```", *("one two. three" for _ in range(10)), "```"])
    path = file("a.md", f"Before it.\n\n{fence}\n\nAfter.\n")
    chunks = chunk(load(path), tokens, size=11, overlap=0)
    assert fence in [c.text for c in chunks]


def test_a_larger_code_fence_is_cut_between_lines(file: File) -> None:
    lines = [f"call number {n}; and. more" for n in range(60)]
    path = file("a.md", "\n".join(["```", *lines, "```"]))
    chunks = chunk(load(path), tokens, size=20, overlap=5)
    assert [line for c in chunks for line in c.text.split("\n")] == ["```", *lines, "```"]


@pytest.mark.parametrize(("size", "overlap"), [(10, 10), (10, -1), (0, 0), (3, 0)])
def test_sizes_that_make_no_sense_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=rf"must be .*{size}"):
        chunk(document(Block("a")), lambda text: len(text) + 3, size=size, overlap=overlap)


def test_every_part_is_counted_once() -> None:
    counted = 0

    def count(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return tokens(text)

    text = "A sentence of some length. " * 20_000
    chunk(document(Block(text)), count, overlap=32)
    assert counted <= len(text)
