"""What each text format becomes."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.documents import LOADERS, Block, load
from tests.memory.documents.conftest import File

__all__: list[str] = []


def outline(blocks: Sequence[Block]) -> list[tuple[str, tuple[str, ...]]]:
    return [(block.text, block.headings) for block in blocks]


def test_plain_text_is_paragraphs(file: File) -> None:
    document = load(file("筆記.txt", "\n一行\n兩行\n \n三\r\n"))
    assert (document.title, document.format, document.encoding) == ("筆記.txt", "text", "utf-8")
    assert document.blocks == (
        Block("一行\n兩行", lines=(2, 3)),
        Block("三", lines=(5, 5)),
    )


def test_an_unknown_suffix_is_plain_text(file: File) -> None:
    assert load(file("Makefile", "all:\n\techo")).format == "text"
    assert load(file("NOTES.XYZ", "a")).format == "text"


def test_markdown_keeps_its_source_under_its_headings(file: File) -> None:
    source = """---
title: "A guide"
---
# The `guide` to *tea*

One [link][a]
goes on.

- a
  - b

| x | y |
|---|---|
| 1 | 2 |

Setext
------

```python
# no heading

code
```

> # quoted

[a]: https://example.org
# Last
"""
    document = load(file("guide.md", source))
    tea, setext = ("The guide to tea",), ("The guide to tea", "Setext")
    assert document.title == "A guide"
    assert document.blocks == (
        Block('---\ntitle: "A guide"\n---', lines=(1, 3)),
        Block("# The `guide` to *tea*", tea, (4, 4), kind="heading"),
        Block("One [link][a]\ngoes on.", tea, (6, 7)),
        Block("- a", tea, (9, 9)),
        Block("  - b", tea, (10, 10)),
        Block("| x | y |\n|---|---|\n| 1 | 2 |", tea, (12, 14), kind="table"),
        Block("Setext\n------", setext, (16, 17), kind="heading"),
        Block("```python\n# no heading\n\ncode\n```", setext, (19, 23), kind="code"),
        Block("> # quoted", setext, (25, 25)),
        Block("[a]: https://example.org", setext, (27, 27)),
        Block("# Last", ("Last",), (28, 28), kind="heading"),
    )


def test_a_heading_without_words_ends_the_section_before(file: File) -> None:
    document = load(file("a.md", "# A\n\n## B\n\n##\n\ntext\n"))
    assert outline(document.blocks)[-1] == ("text", ("A",))


def test_html_keeps_text_and_leaves_out_chrome(file: File) -> None:
    source = """<!DOCTYPE html>
<html><head><title>茶 &amp; more</title><style>p { color: red }</style></head>
<body><nav><ul><li>Home<li>About</ul></nav>
<h1>On <em>tea</em></h1>
<p>First line
goes on.<br>Second
<script>alert("no")</script>
<ul><li>one<li>two</ul>
<h2>泡茶</h2>
<p>水要
熱。</p>
<table><tr><th>Name<th>Age</tr>
<tr><td><p>Ann</p></td><td>3</td></tr></table>
<pre>
  def f():

    pass
</pre>
<![foo]><footer>End</footer>"""
    document = load(file("a.html", source))
    tea, brew = ("On tea",), ("On tea", "泡茶")
    assert document.title == "茶 & more"
    assert document.blocks == (
        Block("On tea", tea, (4, 4), kind="heading"),
        Block("First line goes on.", tea, (5, 6)),
        Block("Second", tea, (6, 6)),
        Block("one", tea, (8, 8)),
        Block("two", tea, (8, 8)),
        Block("泡茶", brew, (9, 9), kind="heading"),
        Block("水要熱。", brew, (10, 11)),
        Block("Name | Age", brew, (12, 12), kind="table"),
        Block("Ann | 3", brew, (13, 13), kind="table"),
        Block("  def f():\n\n    pass", brew, (15, 17), kind="code"),
        Block("End", brew, (19, 19)),
    )


def test_html_whose_rows_are_not_ended_goes_on_after_the_table(file: File) -> None:
    source = "<table><tr><td>甲<td>1<tr><td>乙<td>2</table><p>One<p>Two"
    blocks = load(file("a.html", source)).blocks
    assert [(b.text, b.kind) for b in blocks] == [
        ("甲 | 1", "table"),
        ("乙 | 2", "table"),
        ("One", "text"),
        ("Two", "text"),
    ]


@pytest.mark.parametrize("feed", ["&#10;", "&#x0A", "&NewLine;"])
def test_a_line_feed_that_is_written_out_is_no_line_of_the_file(file: File, feed: str) -> None:
    blocks = load(file("a.html", f"<p>茶{feed} a{feed}\n<p>b")).blocks
    assert [(b.text, b.lines) for b in blocks] == [("茶 a", (1, 1)), ("b", (2, 2))]


def test_html_in_the_encoding_it_names(file: File) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=big5"><p>中</p>'
    document = load(file("a.htm", page.encode("cp950")))
    assert (document.blocks[0].text, document.encoding) == ("中", "cp950")


def test_navigation_that_is_never_closed_does_not_take_the_page_along(file: File) -> None:
    assert "text" in [b.text for b in load(file("a.html", "<nav><p>menu<p>text")).blocks]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            "<>/!-['\"&;= \n",
        )
        | st.sampled_from(
            [
                "p",
                "a",
                "<p>",
                "</p>",
                "<tr>",
                "<td>",
                "</table>",
                "<h1>",
                "<pre>",
                "</pre>",
                "<!--",
                "-->",
                "<![",
                "]]>",
                "<?",
                "<!",
                "<script>",
                "</script>",
                "<nav>",
                "&#10;",
                "字",
            ]
        ),
        max_size=40,
    )
)
def test_any_html_keeps_its_text_or_gives_an_error_of_ours(file: File, parts: list[str]) -> None:
    document = load(file("a.html", "<p>begin</p>" + "".join(parts)))
    assert document.blocks[0].text == "begin"
    for block in document.blocks:
        assert block.text.strip()
        assert block.lines is not None
        assert 1 <= block.lines[0] <= block.lines[1]


def test_csv_rows_name_their_columns(file: File) -> None:
    document = load(file("a.csv", '姓名,備註\n小美,"第一行\n第二行"\n\n阿明,\n'))
    assert document.blocks == (
        Block("姓名: 小美; 備註: 第一行\n第二行", lines=(2, 3), kind="table"),
        Block("姓名: 阿明", lines=(5, 5), kind="table"),
    )


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", "name;age\nAnn;3\nBen;4\n", ["name: Ann; age: 3", "name: Ben; age: 4"]),
        ("a.tsv", "name\tnote\nAnn\ta, b\n", ["name: Ann; note: a, b"]),
        ("a.csv", "1,2\n3,4\n", ["1; 2", "3; 4"]),
        ("a.csv", "name,age\n", ["name; age"]),
        ("a.csv", "name,age\nAnn,3,more\n", ["name: Ann; age: 3; more"]),
    ],
)
def test_separators_and_headers(file: File, name: str, text: str, rows: list[str]) -> None:
    assert [block.text for block in load(file(name, text)).blocks] == rows


def test_a_quote_that_is_never_closed_is_read_as_lines(file: File) -> None:
    document = load(file("a.csv", 'a,b\n"' + "x,y\n" * 50_000))
    assert document.blocks[0].lines == (1, 50_001)


CELL = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just("\n"), max_size=8).map(
    str.strip
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_csv_rows_stand_in_the_lines_they_name(file: File, rows: list[tuple[str, str]]) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([("first", "second"), *rows])
    lines = out.getvalue().split("\n")
    for block in load(file("a.tsv", out.getvalue().replace(",", "\t"))).blocks:
        assert block.lines is not None
        named = "\n".join(lines[block.lines[0] - 1 : block.lines[1]])
        assert block.text.count("\n") == named.count("\n") or '"' in named


def test_json_lines_are_as_they_are_but_for_escaped_letters(file: File) -> None:
    source = '{"a": "\\u8336\\ud83c\\udf75",\n\n "b": "\\\\u8336 \\u000a \\ud800"}'
    document = load(file("a.json", source))
    assert document.blocks == (
        Block('{"a": "茶🍵",', lines=(1, 1), kind="table"),
        Block(' "b": "\\\\u8336 \\u000a \\ud800"}', lines=(3, 3), kind="table"),
    )


PYTHON = '''"""Doc."""
import os

# about f
@decorated
def f():
    return 1

X = 2
class A(B):
    """Doc."""

    x: int

    async def g(self):
        def inner(): ...

    class C:
        pass

print(X)
'''


def test_python_has_classes_and_functions_as_headings(file: File) -> None:
    assert [(b.headings, b.lines) for b in load(file("a.py", PYTHON)).blocks] == [
        ((), (1, 2)),
        (("def f",), (4, 7)),
        ((), (9, 9)),
        (("class A",), (10, 13)),
        (("class A", "def g"), (15, 16)),
        (("class A", "class C"), (18, 19)),
        ((), (21, 21)),
    ]


@pytest.mark.parametrize("source", ["def f(:\n  pass\n\nx = 1\n", "(" * 5000, "x = '\\d'\n"])
def test_python_that_does_not_parse_or_warns_is_read_as_any_code(file: File, source: str) -> None:
    document = load(file("a.py", source))
    assert "\n".join(b.text for b in document.blocks).split() == source.split()


def test_other_code_is_cut_at_the_margin(file: File) -> None:
    source = "int a;\n\nint f() {\n  one;\n\n  two;\n\n}\n\nint g();\n"
    assert [b.lines for b in load(file("a.c", source)).blocks] == [(1, 1), (3, 8), (10, 10)]


@pytest.mark.parametrize("suffix", sorted(LOADERS.keys() - {".pdf", ".docx"}))
def test_every_text_format_gives_chinese_with_its_lines(file: File, suffix: str) -> None:
    blocks = load(file(f"a{suffix}", "今天天氣\n\n很好\n")).blocks
    assert "今天天氣很好" in "".join(block.text for block in blocks).replace("\n", "").replace(
        ": ", ""
    )
    assert all(block.lines is not None for block in blocks)
