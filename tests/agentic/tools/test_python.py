"""The tool that runs a model's Python: what a model writes, and what it is told."""

import asyncio
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.configuration import Configuration
from agentic.errors import ToolError, UsageError
from agentic.safety.sandboxes import Choice, Failure, Kind, cpython
from agentic.safety.sandboxes.monty import MontySandbox
from agentic.sections import Python
from agentic.state import ToolCall
from agentic.tools.base import Tool
from agentic.tools.configured import configured
from agentic.tools.context import ToolContext
from agentic.tools.python import python, python_tool, run_python
from agentic.tools.python_remedies import remedy
from agentic.tools.python_source import readings
from agentic.tools.runner import run_call

pytest.importorskip("pydantic_monty")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "There is no code"),
        (" \n\t", "There is no code"),
        ("```python\n```", "There is no code"),
        ("# a comment", "gave no result; end it with print"),
        ("def f():\n    return 1", "gave no result; end it with print"),
        ("None", "gave no result"),
        ("print()", "gave no result"),
        ("x" * 20_001, "longer than 20,000 characters"),
        ("1/0", "Line 1, `1/0`: ZeroDivisionError: division by zero."),
        (
            "print('so far')\ndef f(a):\n    return 1 / a\nf(0)",
            "Line 3, `return 1 / a`: ZeroDivisionError: division by zero.\n"
            "Printed before that:\nso far",
        ),
        ("for i in 1, 2\n    print(i)", "Line 1, `for i in 1, 2`: SyntaxError: "),
        ("print((1, 2)", "A bracket or a quote is not closed"),
        ("這是什麼", "NameError: name '這是什麼' is not defined"),
        ("import numpy as np", "Use lists, math and the functions of statistics"),
        ("import requests", "only computes: no files, network"),
        ("import unheard_of", "There are: math, statistics, datetime"),
        ("from fractions import Fraction", "math.gcd"),
        ("open('x')", "only computes: no files, network"),
        ("import os\nos.environ['HOME']", "only computes: no files, network"),
        ("input('?')", "write the values into the code"),
        ("from math import *", "Import the names one by one"),
        ("def f():\n    yield 1", "This Python has no yield expressions. Collect the values in a"),
        ("class A(dict): pass", "Use one class without a base"),
        ("d = {}\ndel d[1]", "This Python has no 'del' statement. Use pop()"),
        ("import statistics\nstatistics.NormalDist()", "There are: mean, fmean, "),
        ("from statistics import average", "There are: mean, fmean, "),
        ("d = {'a': 1}\nmax(d, key=d.get)", "Call it in a function: lambda x: d.get(x)."),
        ("sorted(['b', 'A'], key=str.lower)", "Call it in a function: lambda x: x.lower()."),
        ("def f(): return f()\nf()", "Use a loop"),
        ("'x' * 10**10", "more than 128 MB of memory"),
        ("while True: print('x' * 9999)", "over 100,000 characters were printed; print only"),
    ],
)
def test_what_a_model_is_told_to_mend(code: str, message: str) -> None:
    with pytest.raises(ToolError) as told:
        python(code)
    assert message in str(told.value)
    assert len(str(told.value)) < 1000


def test_the_time_limit_is_told() -> None:
    with pytest.raises(ToolError, match=r"longer than 0\.2 seconds"):
        run_python("while True: pass", MontySandbox(), seconds=0.2)


def test_a_text_that_an_exception_holds_is_cut() -> None:
    with pytest.raises(ToolError) as told:
        python("raise ValueError('x' * 10**6)")
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("1 + 1", "2"),
        ("print('a')\nprint('b')", "a\nb"),
        ("print('a')\n[1, 'b']", "a\n[1, 'b']"),
        ("total = 3", "total = 3"),
        ("name = '臺北'", "name = 臺北"),
        ("''", "''"),
        ("0", "0"),
        ("[]", "[]"),
        ("False", "False"),
        ("import statistics; statistics.mean([1, 2, 4])", "2.3333333333333335"),
        ("import statistics\nprint(statistics.median([3, 1, 2]))", "2"),
        (
            "from datetime import date\n(date(2024, 3, 1) - date(2024, 2, 1)).days",
            "29",
        ),
        ("from datetime import date, timedelta\ndate(2024, 2, 28) + timedelta(1)", "2024-02-29"),
        ("len('你好，世界')", "5"),
        ("sorted({'a': 3, 'b': 1}.items(), key=lambda kv: kv[1])", "[('b', 1), ('a', 3)]"),
    ],
)
def test_results(code: str, result: str) -> None:
    assert python(code) == result


@pytest.mark.parametrize(
    "code",
    [
        "```python\nx = 6\nx * 7\n```",
        "```\nx = 6\nx * 7\n```",
        "\n  ```py\n  x = 6\n  x * 7\n  ```\n",
        "~~~python\nx = 6\nx * 7",
        "```python\r\nx = 6\r\nx * 7\r\n```\r\n",
        "Here is the code:\n```python\nx = 6\nx * 7\n```\nIt gives the answer.",
        "```python\nx = 6\n```\nand then\n```python\nx * 7\n```",
        ">>> x = 6\n>>> x * 7\n42",
        ">>> x = 0\n>>> for i in range(6):\n...     x += 7\n...\n>>> x\n42",
        "    x = 6\n    x * 7",
        "\ufeffx = 6\nx * 7",
        "x = 6\\nprint(x * 7)",
        "`6 * 7`",
        "```6 * 7```",
        "print（６ * ７）",
        "x ＝ ６；print（x × ７）",
        "def f（a，b）：\n　　return a * b\nf（6，7）",
        "max（【４１， ４２】）",
        "print(“42”)",
        "print（「42」）",
        "42 if 1 ≤ 2 else 0",
    ],
)
def test_what_is_meant_is_run(code: str) -> None:
    assert python(code) == "42"


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("print（'全形（），：', “引「號」”）  # （說明）", "全形（），： 引「號」"),
        ('print（"a，b", f"{1}，"）', "a，b 1，"),
        ("print('''，\n（'''）", "，\n（"),
        (r"print（'\'，'）", "'，"),
    ],
)
def test_texts_keep_their_full_width_signs(code: str, result: str) -> None:
    assert python(code) == result


def test_code_that_is_python_is_left_alone() -> None:
    assert python("print('```')\nprint('>>> ，')") == "```\n>>> ，"


@given(st.text())
def test_any_text_has_a_reading(code: str) -> None:
    ways = readings(code)
    assert ways
    assert len(ways) <= 8
    assert len(set(ways)) == len(ways)


@given(st.text(alphabet="()[]{}'\"#\\\n `~>.“”「」，a=", max_size=60))
def test_any_signs_have_a_reading(code: str) -> None:
    assert readings(code)


@given(st.text(alphabet=st.characters(exclude_characters="'\\\r\n", exclude_categories=["Cs"])))
def test_a_text_in_mended_code_is_kept(text: str) -> None:
    assert any(f"print('{text}')" in way for way in readings(f"print（'{text}'）"))


@given(st.sampled_from(["raised", "syntax", "unsupported", "time"]), st.text(), st.text())
def test_a_remedy_is_found_or_none(kind: Kind, message: str, line: str) -> None:
    assert isinstance(remedy(Failure(kind, message), line), str)


def test_what_the_code_raises_itself_gets_no_remedy() -> None:
    with pytest.raises(ToolError) as told:
        python("raise ValueError('yield')")
    assert str(told.value) == "Line 1, `raise ValueError('yield')`: ValueError: yield."


def test_it_is_called_as_any_tool_and_needs_no_leave(tmp_path: Path) -> None:
    call = ToolCall(id="1", step=0, name="python", args={"code": "print(6 * 7)"})
    seen = asyncio.run(run_call(python, call, ToolContext(tmp_path)))
    assert (seen.ok, seen.result) == (True, "42")
    assert not python.may_write
    assert python.repeatable
    assert python.when is not None
    assert python.when(ToolContext(tmp_path))


def test_a_long_result_is_shortened(tmp_path: Path) -> None:
    call = ToolCall(id="1", step=0, name="python", args={"code": "list(range(10**4))"})
    seen = asyncio.run(run_call(python, call, ToolContext(tmp_path)))
    assert seen.ok
    assert len(seen.result) <= python.max_chars
    assert "characters left out" in seen.result


# --- the whole of Python, where the user asked for it ---


@pytest.fixture(params=["sandlock", "bubblewrap"])
def full(request: pytest.FixtureRequest) -> Tool:
    choice: Choice = request.param
    if reason := cpython.missing(choice):
        pytest.skip(reason)
    return python_tool(choice)


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("def f():\n    yield 1\nlist(f())", "[1]"),
        ("```python\nfrom fractions import Fraction\nFraction(2, 6)\n```", "Fraction(1, 3)"),
        ("print（'臺北'）", "臺北"),
        ("x = 3", "x = 3"),
        ("print('a')\nx = 3", "a"),
    ],
)
def test_full_python_gives(full: Tool, code: str, result: str) -> None:
    assert full(code) == result


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print(1)\n1/0", "Line 2, `1/0`: ZeroDivisionError: division by zero.\nPrinted before"),
        ("import unheard_of", "There is the standard library"),
        ("open('/etc/passwd')", "only computes: no files"),
        ("import os\nos.fork()", "only computes: no files"),
        ("input()", "write the values into the code"),
        ("x = b'x' * 10**10", "more than 512 MB of memory"),
        ("import os\nos._exit(0)", "write it in a simpler way"),
        ("def f(:", "SyntaxError: invalid syntax"),
    ],
)
def test_what_a_model_is_told_of_full_python(full: Tool, code: str, message: str) -> None:
    with pytest.raises(ToolError) as told:
        full(code)
    assert message in str(told.value)


def test_full_python_is_the_same_tool_to_a_model(full: Tool, tmp_path: Path) -> None:
    assert (full.name, full.schema) == (python.name, python.schema)
    assert full.effects == frozenset()
    assert full.when is not None
    assert full.when(ToolContext(tmp_path))


def test_packages_are_named_where_they_are(full: Tool) -> None:
    for name in ("numpy", "pandas"):
        assert (name in full.description) == (find_spec(name) is not None)


def test_without_a_wall_the_tool_is_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    cpython._reason.cache_clear()
    off = python_tool("bubblewrap")
    assert off.when is not None
    assert not off.when(ToolContext(tmp_path))
    assert "apt install bubblewrap" in cpython.missing("bubblewrap")
    with pytest.raises(UsageError, match="bwrap is not found"):
        cpython.cpython("bubblewrap")
    cpython._reason.cache_clear()


def test_models_have_python_where_the_user_wrote_so() -> None:
    assert configured(Configuration()) == []
    assert configured(Configuration(python=Python())) == [python]
    (made,) = configured(Configuration(python=Python(sandbox="cpython")))
    assert made.name == "python"
    assert made is not python
