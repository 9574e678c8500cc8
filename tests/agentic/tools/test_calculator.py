"""The calculator against Python, and against what people write."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError
from agentic.tools.calculator import calculate, calculator, shown


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("348 * 27 + 156", "348 * 27 + 156 = 9552"),
        ("0.1+0.2", "0.1+0.2 = 0.3"),
        ("330*3.28084", "330*3.28084 = 1082.6772"),
        ("３３０×３．２８０８４", "330*3.28084 = 1082.6772"),
        ("（１＋２）÷４", "(1+2)/4 = 0.75"),
        ("348*27+156 = ?", "348*27+156 = 9552"),
        ("10 − 3", "10 - 3 = 7"),
        ("2^10", "2^10 = 1024"),
        ("3²+4²", "3**2+4**2 = 25"),
        ("√16 + π*0", "sqrt(16) + pi*0 = 4"),
        ("15% of 80", "15% of 80 = 12"),
        ("１５％ of 80", "15% of 80 = 12"),
        ("15% off 80", "15% off 80 = 68"),
        ("100 - 15% off 80", "100 - 15% off 80 = 32"),
        ("20%", "20% = 0.2"),
        ("20% + 5%", "20% + 5% = 0.25"),
        ("100/20%", "100/20% = 500"),
        ("(1+2)%", "(1+2)% = 0.03"),
        ("17%5", "17%5 = 2"),
        ("17 % 5", "17 % 5 = 2"),
        ("1,234,567 + 1", "1,234,567 + 1 = 1234568"),
        ("３＋５，０００", "3+5,000 = 5003"),
        ("max(1,234)", "max(1,234) = 234"),
        ("max((1,234), 5)", "max((1,234), 5) = 1234"),
        ("sqrt(1,024)", "sqrt(1,024) = 32"),
        ("3 x 4", "3 x 4 = 12"),
        ("007", "007 = 7"),
        ("2e3*2", "2e3*2 = 4000"),
        ("1/3", "1/3 = 0.3333333333"),
        ("123456789012.75", "123456789012.75 = 123456789012.75"),
        ("10**-400", "10**-400 = 1e-400"),
        ("sin(pi)", "sin(pi) = 0"),
        ("floor(log(1000,10))", "floor(log(1000,10)) = 3"),
        ("log2(1024) + ln(e)", "log2(1024) + ln(e) = 11"),
        ("round(2.675, 2)", "round(2.675, 2) = 2.68"),
        ("round(-2.5)", "round(-2.5) = -3"),
        ("round(1234.5, -2)", "round(1234.5, -2) = 1200"),
        ("-7 // 2 + -7 % 3", "-7 // 2 + -7 % 3 = -2"),
        ("1.0000001**1000000", "1.0000001**1000000 = 1.105170913"),
    ],
)
def test_expressions_as_people_write_them(expression: str, result: str) -> None:
    assert calculator(expression) == result


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("5apples * 2", "Could not read 'apples'"),
        ("330個*3", "Could not read '個'"),
        ("$5 + 1", r"Could not read '\$'"),
        ("__import__('os').system('x')", "Could not read '__import__'"),
        ("(1).real", r"Could not read '\.'"),
        ("1;2", "Could not read ';'"),
        ("[1]*3", r"Could not read '\['"),
        ("½ + 1", "Could not read '½'"),
        ("12,34", "comma"),
        ("200+10%", "unclear what the percentage is of"),
        ("50%-3", "unclear what '%' means"),
        ("2(3)", "not a whole expression"),
        ("pi(3)", "is a number and can't be called"),
        ("sin", "is a function"),
        ("sqrt(1, 2)", "comma"),
        ("round(1,2,3)", "round takes 1 or 2 numbers, not 3"),
        ("", "not a whole expression"),
        ("1 +", "not a whole expression"),
        ("1/0", "Division by zero"),
        ("5 % 0", "Division by zero"),
        ("0**-1", "Division by zero"),
        ("(-8)**(1/3)", "no real number"),
        ("sqrt(-1)", "no real number"),
        ("log(0)", "no real number"),
        ("9**9**9", "too large"),
        ("2**100000", "too large"),
        ("exp(1000)", "too large"),
        ("1e999999", "too large"),
        ("(" * 400 + "1" + ")" * 400, "nested too deeply|not a whole"),
        ("1+" * 600 + "1", "longer than 1,000 characters"),
    ],
)
def test_what_it_can_not_read_is_named(expression: str, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        calculator(expression)


numbers = st.one_of(
    st.integers(0, 10**6).map(str), st.decimals(0, 1000, places=3).map(lambda d: format(d, "f"))
)
expressions = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", " % "]), inner).map(
            lambda parts: f"({parts[0]}){parts[1]}({parts[2]})"
        ),
        inner.map(lambda x: f"-({x})"),
        st.tuples(inner, st.integers(0, 3)).map(lambda parts: f"({parts[0]})**{parts[1]}"),
    ),
    max_leaves=8,
)


@given(expressions)
def test_agrees_with_python_on_fractions(expression: str) -> None:
    exact = re.sub(r"\d+(?:\.\d+)?", lambda found: f"F('{found[0]}')", expression)
    try:
        expected = eval(exact, {"F": Fraction})
    except ZeroDivisionError:
        with pytest.raises(ToolError, match="Division by zero"):
            calculate(expression)
        return
    assert calculate(expression) == expected


@given(st.text(max_size=40) | st.text("0123456789.,%()+-*/^ exofsqrtmaπ×÷²√=％，", max_size=40))
def test_any_text_gives_a_number_or_a_tool_error(text: str) -> None:
    try:
        number = calculate(text)
    except ToolError:
        return
    assert isinstance(number, Fraction) or math.isfinite(number)
    assert shown(number)


@given(st.floats(-1e300, 1e300))
def test_floats_are_shown_to_ten_digits(number: float) -> None:
    assert float(shown(number)) == pytest.approx(number, rel=1e-9, abs=5e-324)


@given(st.integers(-(10**30), 10**30))
def test_whole_numbers_are_shown_in_full(number: int) -> None:
    assert shown(Fraction(number)) == str(number)
    assert calculate(f"{number:,}") == number
