"""The battery of sandboxes: every case by name, with what counts as evidence that it got out."""

from dataclasses import dataclass
from typing import Literal

from agentic.safety.sandboxes import Kind
from tests.faults.sandbox_limits import ENDING, HOLDING, OVER
from tests.faults.sandbox_reaching import HARMLESS, RAISING_RIGHTS, REACHING

__all__ = ["CASES", "LEGITIMATE", "MARK", "Case"]

MARK = "ESCAPED"
"""What code prints that got what can't be seen from outside."""

Group = Literal["reaching", "rights", "over", "holding", "ending"]


@dataclass(frozen=True)
class Case:
    """Hostile code."""

    group: Group
    name: str
    code: str
    kinds: frozenset[Kind] = frozenset()
    """How it may fail where it goes over a limit; empty where it need not fail."""
    harmless: bool = False
    """It may be tried without a sandbox: its evidence is then there."""


CASES = [
    *(Case("reaching", name, code, harmless=True) for name, code in HARMLESS.items()),
    *(Case("reaching", name, code) for name, code in REACHING.items()),
    *(Case("rights", name, code) for name, code in RAISING_RIGHTS.items()),
    *(Case("over", name, code, frozenset(kinds)) for name, (code, kinds) in OVER.items()),
    *(Case("holding", f"hold {name}", code) for name, code in HOLDING.items()),
    *(Case("ending", name, code) for name, code in ENDING.items()),
]

LEGITIMATE: dict[str, tuple[str, str]] = {
    "statistics": (
        "import statistics as s\ns.mean([1, 2, 4]), s.NormalDist(5, 2).cdf(5)",
        "(2.3333333333333335, 0.5)",
    ),
    "decimal": (
        "from decimal import Decimal, getcontext\ngetcontext().prec = 30\nDecimal(1) / 7",
        "0.142857142857142857142857142857",
    ),
    "fractions": (
        "from fractions import Fraction\nFraction(1, 3) + Fraction(1, 6)",
        "Fraction(1, 2)",
    ),
    "dates": ("from datetime import date\ndate(2026, 3, 1) - date(2026, 2, 1)", "28 days, 0:00:00"),
    "time zones": (
        "from datetime import datetime\nfrom zoneinfo import ZoneInfo\n"
        "datetime(2026, 1, 1, tzinfo=ZoneInfo('Asia/Taipei')).utcoffset()",
        "8:00:00",
    ),
    "classes": (
        "class A:\n    def f(self): return 1\nclass B(A):\n    def f(self): "
        "return super().f() + 1\nB().f()",
        "2",
    ),
    "dataclasses": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nP(1)",
        "P(x=1)",
    ),
    "generators": ("def f():\n    yield from range(3)\nlist(f())", "[0, 1, 2]"),
    "coroutines": (
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 3\n"
        "asyncio.run(f())",
        "3",
    ),
    "patterns": ("import re\nre.findall(r'\\d+', '1 台 22')", "['1', '22']"),
    "a table in memory": (
        "import csv, io\nlist(csv.reader(io.StringIO('a,b\\n1,2')))",
        "[['a', 'b'], ['1', '2']]",
    ),
    "json": ("import json\njson.dumps({'鍵': 1}, ensure_ascii=False)", '{"鍵": 1}'),
    "a database in memory": (
        "import sqlite3\nsqlite3.connect(':memory:').execute('select 6 * 7').fetchone()",
        "(42,)",
    ),
    "a file of its own": ("open('甲.txt', 'w').write('乙')\nopen('甲.txt').read()", "乙"),
    "hashes": ("import hashlib\nhashlib.sha256(b'a').hexdigest()[:8]", "ca978112"),
    "chance": ("import random, secrets\nlen(secrets.token_hex(4)) + random.randint(1, 1)", "9"),
    "Chinese": ("名字 = '臺北'\nf'{名字}有{len(名字)}個字'", "臺北有2個字"),
    "an empty folder to begin with": ("import os\nos.listdir('.')", "[]"),
    "numpy": (
        "import numpy as np\nnp.linalg.solve(np.eye(2) * 2, np.array([2., 4.])).sum()",
        "3.0",
    ),
    "numpy's chance": ("import numpy as np\nnp.random.default_rng(0).integers(0, 1)", "0"),
    "pandas": ("import pandas as pd\npd.DataFrame({'甲': [1, 2, 3]})['甲'].mean()", "2.0"),
}
"""Programs that must work in full Python, each with the value it ends with."""
