"""The calculator with units, against what people write and against `pint` itself."""

import subprocess
import sys
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.errors import ToolError
from agentic.tools.calculating.quantities import measured
from agentic.tools.calculating.units import _NAMES, UNIT, registry, unit_named
from agentic.tools.calculator import calculator


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("5 blorp * 2", "Could not read 'blorp' in the expression; give numbers, signs and common"),
        ("100 USD in EUR", "Could not read 'USD' as a unit. Leave currencies out; rates of"),
        ("NT$500 * 2", "rates of exchange"),
        ("100美元換成台幣", "rates of exchange"),
        ("3 months in days", "Months and years differ in length"),
        ("2年換成天", "Months and years differ in length"),
        ("3斤換成公斤", "台斤 .600 g., 市斤"),
        ("5 m + 3 s", "These don't fit together: meter and second"),
        ("5 m + 3", "meter and a plain number"),
        ("200 kg + 10%", "kilogram and a plain number"),
        ("5 km in kg", "kilometer and kilogram"),
        ("2 hours 30 km", "hour and kilometer"),
        ("100 in cm", "There is no unit before 'cm'"),
        ("20 °C + 5 °C", "Degrees can be converted, not reckoned with"),
        ("20 °C * 2", "Degrees can be converted"),
        ("sqrt(16 m²)", "sqrt takes plain numbers"),
        ("min(3 m, 4)", "Could not read ','"),
        ("(3 km)^1000000", "whole number up to 9"),
        ("10 km ** 10**10", "whole number up to 9"),
        ("5 km in mi^999", "whole number up to 9"),
        ("10 m ** (1/2)", "whole number up to 9"),
        ("(10 m) ** (5 s)", "whole number up to 9"),
        ("9**99999 m", "too large"),
        ("9**9**9 m", "whole number up to 9"),
        ("1e999999 km", "too large"),
        ("3 m / 0", "Division by zero"),
        ("5 m in m/0", "not a whole expression|no unit"),
        ("5 kg in", "not a whole expression"),
        ("5 m // 2", "Could not read"),
        ("3 km; import os", "Could not read"),
        ("__import__('os').getcwd() km", "Could not read '__import__'"),
        ("1 km @ 3", "Could not read '@'"),
        ("u0 km", "Could not read 'u'"),
        ("½ cup in ml", "Could not read '½'"),
        ("1 m + " * 200 + "1 m", "longer than 1,000 characters"),
    ],
)
def test_what_it_can_not_work_out_is_named(expression: str, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        calculator(expression)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("3 km + 500 m in miles", "2.174799173 miles"),
        ("72 kg in lb", "158.7328288 lb"),
        ("convert 72 kg to pounds", "158.7328288 pounds"),
        ("20 °C in °F", "68 °F"),
        ("20℃ to °F", "68 °F"),
        ("-40 F in C", "-40 C"),
        ("0 C in K", "273.15 K"),
        ("100 km/h in m/s", "27.77777778 m/s"),
        ("60 miles per hour in km/h", "96.56064 km/h"),
        ("2 hours 30 min in minutes", "150 minutes"),
        ("-2 h 30 min in min", "-150 min"),
        ("5kg * 2", "10 kg"),
        ("330公尺*3", "990 公尺"),
        ("5 公里 + 300 公尺", "5.3 公里"),
        ("５公里＋３００公尺", "5.3 公里"),
        ("2小時30分鐘換成分鐘", "150 分鐘"),
        ("5公里是幾公尺？", "5000 公尺"),
        ("攝氏20度換成華氏", "68 華氏"),
        ("攝氏零下5度是華氏幾度？", "23 華氏"),
        ("2台斤換成公斤", "1.2 公斤"),
        ("30坪等於幾平方公尺", "99.17355372 平方公尺"),
        ("1 m² in 坪", "0.3025 坪"),
        ("10 in in cm", "25.4 cm"),
        ("10 in to cm", "25.4 cm"),
        ("5 ft 11 in in cm", "180.34 cm"),
        ("1 in", "1 in"),
        ("5 min", "5 min"),
        ("1/2 kg in g", "500 g"),
        ("2^3 kg * 2", "16 kg"),
        ("100 km / 5 km/h", "20 h"),
        ("60 km / 1.5 h", "40 km/h"),
        ("60 km/h * 2 h", "120 km"),
        ("10 km / 500 m", "20"),
        ("3 m * 200 cm", "6 m^2"),
        ("(3 km + 500 m) * 2", "7 km"),
        ("2 m² in cm2", "20000 cm2"),
        ("9.8 m/s^2 * 70 kg in N", "686 N"),
        ("15% of 80 kg", "12 kg"),
        ("20% off 80 kg", "64 kg"),
        ("1,500 m in km", "1.5 km"),
        ("3x4 m", "12 m"),
        ("pi * (2 m)^2", "12.56637061 m^2"),
        ("1 GiB in MB", "1073.741824 MB"),
        ("1 gallon in l", "3.785411784 l"),
    ],
)
def test_quantities_as_people_write_them(expression: str, result: str) -> None:
    assert calculator(expression).rpartition(" = ")[2] == result


def test_every_name_is_a_unit_of_its_kind() -> None:
    for unit, aliases in _NAMES.items():
        assert registry().Unit(unit).dimensionality is not None
        for alias in aliases.split():
            name = alias.replace("_", " ")
            found = UNIT.fullmatch(name)
            assert found is not None, name
            assert unit_named(name) == unit
    names = [alias for aliases in _NAMES.values() for alias in aliases.split()]
    assert len(names) == len(set(names))


@given(
    st.fractions(-1000, 1000, max_denominator=100).filter(bool),
    st.sampled_from(["km", "mile", "公分", "ft", "inch", "碼", "海里"]),
    st.sampled_from(["m", "mm", "英里", "yd"]),
)
def test_conversions_are_exact_and_go_back(number: Fraction, unit: str, other: str) -> None:
    there, _ = measured(f"({number}) {unit} to {other}")
    back, _ = measured(f"({there}) {other} to {unit}")
    assert back == number


@given(st.text("0123456789.,%()+-*/^ kmghinto²°CF公里斤坪換成是秒時u@_", max_size=25))
def test_any_text_gives_a_result_or_a_tool_error(text: str) -> None:
    with suppress(ToolError):
        assert calculator(text)


def test_plain_sums_do_not_load_the_units() -> None:
    program = (
        "import sys; from agentic.tools.calculator import calculator; calculator('2*3 + 15% of 80')"
        "; assert 'pint' not in sys.modules; calculator('3 km in m'); assert 'pint' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
