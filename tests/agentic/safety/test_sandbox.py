"""The sandbox: what it computes, and that nothing gets out, over its limits or left behind."""

import ast
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic.errors import UsageError
from agentic.safety.sandboxes import MOST_OUTPUT, Kind, Outcome, Sandbox
from agentic.safety.sandboxes.monty import MontySandbox, missing
from agentic.safety.sandboxes.monty_worker import opened
from agentic.safety.sandboxes.values import last_assigned, shown

pytest.importorskip("pydantic_monty")

SECONDS = 0.15
MEMORY = 32 * 2**20


@pytest.fixture(params=[MontySandbox])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    made: Sandbox = request.param()
    return made


def value(sandbox: Sandbox, code: str) -> str | None:
    outcome = sandbox.run(code, 5.0, MEMORY)
    assert outcome.failure is None, outcome.failure
    return outcome.value


def children() -> set[str]:
    """Processes that this one has started and not yet let go of, where the system tells."""
    found: set[str] = set()
    for told in Path("/proc/self/task").glob("*/children"):
        found.update(told.read_text().split())
    return found


# --- hostile code: every snippet is stopped, and the world is as before ---

REACHING_OUT: dict[str, str] = {
    "open to read": "open('{file}').read()",
    "open to write": "open('{file}', 'w').write('x')",
    "open to append": "with open('{file}', 'a') as f: f.write('x')",
    "pathlib read": "from pathlib import Path\nPath('{file}').read_text()",
    "pathlib write": "from pathlib import Path\nPath('{file}').write_text('x')",
    "pathlib unlink": "from pathlib import Path\nPath('{file}').unlink()",
    "pathlib list": "from pathlib import Path\nlist(Path('{folder}').iterdir())",
    "os.listdir": "import os\nos.listdir('{folder}')",
    "os.remove": "import os\nos.remove('{file}')",
    "os.mkdir": "import os\nos.mkdir('{folder}/made')",
    "os.rename": "import os\nos.rename('{file}', '{file}2')",
    "os.system": "import os\nos.system('touch {folder}/made')",
    "os.popen": "import os\nos.popen('touch {folder}/made').read()",
    "os.fork": "import os\nwhile True: os.fork()",
    "os.kill": "import os\nos.kill(os.getppid(), 9)",
    "os.environ": "import os\nos.environ['AGENTIC_CANARY']",
    "os.getenv": "import os\nos.getenv('AGENTIC_CANARY')",
    "os.putenv": "import os\nos.environ['AGENTIC_CANARY'] = 'x'",
    "os.urandom": "import os\nos.urandom(8)",
    "subprocess": "import subprocess\nsubprocess.run(['touch', '{folder}/made'])",
    "multiprocessing": "import multiprocessing\nmultiprocessing.Process(target=print).start()",
    "threading": "import threading\nthreading.Thread(target=print).start()",
    "fork bomb": "import pty\nwhile True: pty.fork()",
    "signal": "import signal\nsignal.raise_signal(9)",
    "ctypes": "import ctypes\nctypes.string_at(0)",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', {port}))",
    "urllib": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}')",
    "http.client": "import http.client\nhttp.client.HTTPConnection('127.0.0.1', {port}).connect()",
    "asyncio socket": "import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', {port}))",
    "asyncio process": "import asyncio\nasyncio.run(asyncio.create_subprocess_shell('true'))",
    "shutil": "import shutil\nshutil.rmtree('{folder}')",
    "sqlite3": "import sqlite3\nsqlite3.connect('{folder}/made')",
    "importlib": "import importlib\nimportlib.import_module('os')",
    "__import__": "__import__('os').system('touch {folder}/made')",
    "__builtins__": "__builtins__['__import__']('os')",
    "compile": "exec(compile('open(\"{file}\")', '', 'exec'))",
    "eval open": "eval('open(\"{file}\").read()')",
    "exec os": "exec('import os\\nos.remove(\"{file}\")')",
    "input": "input()",
    "breakpoint": "breakpoint()",
    "exit": "import sys\nsys.exit(0)",
    "sys.modules": "import sys\nsys.modules['os'].system('touch {folder}/made')",
    "frames": "import sys\nsys._getframe().f_back.f_globals",
    "__subclasses__": "().__class__.__base__.__subclasses__()",
    "object subclasses": "object.__subclasses__()",
    "type subclasses": "type(1).__subclasses__()",
    "mro": "''.__class__.__mro__[1]",
    "getattr by parts": "getattr((), '__cl' + 'ass__')",
    "format attributes": "'{{0.__class__.__mro__}}'.format('')",
    "globals of a function": "(lambda: 0).__globals__",
    "code of a function": "(lambda: 0).__code__.co_consts",
    "self of a builtin": "print.__self__",
    "traceback": "try: 1/0\nexcept Exception as e: e.__traceback__.tb_frame",
    "new type": "type('X', (object,), {{}})",
    "gc": "import gc\ngc.get_objects()",
    "pickle": "import pickle\npickle.loads(b'cos\\nsystem\\n(S\"touch {folder}/made\"\\ntR.')",
    "module of ours": "import agentic\nagentic.Agent",
    "globals of our modules": "import statistics\nstatistics.mean.__globals__",
    "a module that is none": "import statistics\nimport statistics.os",
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A file, a folder, a port and an environment, that are as before when the test is over."""
    file = tmp_path / "kept.txt"
    file.write_text("kept")
    monkeypatch.setenv("AGENTIC_CANARY", "secret")
    threads, processes = threading.active_count(), children()
    with create_server(("127.0.0.1", 0)) as server:
        yield {"file": file, "folder": tmp_path, "port": server.getsockname()[1]}
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert file.read_text() == "kept"
    assert os.environ["AGENTIC_CANARY"] == "secret"
    assert children() == processes
    assert threading.active_count() == threads


@pytest.mark.parametrize("code", REACHING_OUT.values(), ids=REACHING_OUT.keys())
def test_code_reaches_nothing_outside(code: str, sandbox: Sandbox, world: dict[str, Any]) -> None:
    outcome = sandbox.run(code.format(**world), SECONDS, MEMORY)
    assert outcome.failure is not None
    assert outcome.failure.kind in ("raised", "syntax")
    assert "secret" not in repr(outcome)
    assert "kept" not in f"{outcome.value}{outcome.printed}"


TOO_MUCH: dict[str, tuple[str, Kind]] = {
    "endless loop": ("while True: pass", "time"),
    "loop that catches all": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "time",
    ),
    "loop in finally": ("def f():\n    try: f()\n    finally: f()\nf()", "time"),
    "endless sum": ("sum(range(10**12))", "time"),
    "squares without end": ("x = 7\nwhile True: x = x * x", "time"),
    "power of a large number": ("int('9' * 4000) ** 4000", "time"),
    "modular power": ("pow(3, 10**100000, 10**100000 + 7)", "time"),
    "factorial that fits": ("import math\nmath.factorial(10**6)", "time"),
    "binomial": ("import math\nmath.comb(10**7, 5 * 10**6)", "time"),
    "least common multiple": ("import math\nmath.lcm(*range(1, 10**5))", "time"),
    "square root of a giant": ("import math\nmath.isqrt(10**10**6)", "time"),
    "quadratic regex": ("import re\nre.findall('(?=(a+))', 'a' * 20000)", "time"),
    "empty regex": ("import re\nre.sub('', 'b' * 100000, 'a' * 200)", "time"),
    "hash rounds": ("import hashlib\nhashlib.pbkdf2_hmac('sha256', b'a', b'b', 10**9)", "time"),
    "tasks": (
        "import asyncio\nasync def f():\n    while True: await asyncio.sleep(0)\nasyncio.run(f())",
        "time",
    ),
    "large numbers in our modules": (
        "import statistics\nstatistics.variance([7**9**6 + i for i in range(99)])",
        "time",
    ),
    "list": ("[0] * 10**9", "memory"),
    "list of lists": ("[[]] * 10**8", "memory"),
    "growing list": ("x = []\nwhile True: x.append('a' * 1000)", "memory"),
    "text": ("'x' * 10**10", "memory"),
    "bytes": ("bytes(10**10)", "memory"),
    "join": ("'a,'.join(['b' * 1000] * 10**8)", "memory"),
    "replace": ("('a' * 10**6).replace('a', 'b' * 10**6)", "memory"),
    "width of a format": ("'%10000000000d' % 1", "memory"),
    "justify": ("'a'.ljust(10**10)", "memory"),
    "translate": ("'ab'.translate({97: 'x' * 10**8})", "memory"),
    "factorial": ("import math\nmath.factorial(10**9)", "memory"),
    "tower of powers": ("10**10**10", "memory"),
    "shift": ("1 << 10**10", "memory"),
    "range as a list": ("list(range(10**10))", "memory"),
    "infinite iterator": ("import itertools\nlist(itertools.repeat(1))", "memory"),
    "product": ("import itertools\nlist(itertools.product(range(2), repeat=10**9))", "memory"),
    "decimal precision": (
        "import decimal\ndecimal.getcontext().prec = 10**9\ndecimal.Decimal(2).sqrt()",
        "memory",
    ),
    "decimal as a number": ("from decimal import Decimal\nint(Decimal('1e999999999'))", "memory"),
    "random bytes": ("import random\nrandom.randbytes(10**10)", "memory"),
    "infinite data for our modules": (
        "import itertools, statistics\nstatistics.mean(itertools.count())",
        "memory",
    ),
    "output in one": ("print('x' * 10**6)", "output"),
    "output without end": ("while True: print('x' * 1000)", "output"),
    "output that is caught": (
        "while True:\n    try: print('x' * 10**5)\n    except BaseException: pass",
        "output",
    ),
    "recursion": ("def f(n): return f(n + 1)\nf(0)", "raised"),
    "recursion in repr": (
        "class A:\n    def __repr__(self): return repr(self)\nrepr(A())",
        "raised",
    ),
    "recursion in exec": ("s = 'exec(s)'\nexec(s)", "raised"),
    "catastrophic regex": (r"import re" "\n" r"re.match(r'(.*)*(.*)*x\1', 'a' * 5000)", "raised"),
    "nested regex": ("import re\nre.compile('(((a{1000}){1000}){1000})')", "raised"),
    "nested JSON": ("import json\njson.loads('[' * 10**6)", "raised"),
    "deep comparison": (
        "x = []\ny = []\nfor i in range(10**4):\n    x = [x]\n    y = [y]\nx == y",
        "raised",
    ),
    "nested source": ("(" * 5000 + ")" * 5000, "syntax"),
    "long chain": ("1" + "+1" * 9000, "syntax"),
    "nested source to eval": ("eval('-' * 100000 + '1')", "syntax"),
    "null": ("\x00", "syntax"),
    "half a character": ("x = '\ud800'", "syntax"),
}


@pytest.mark.parametrize(("code", "kind"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_code_that_asks_too_much_is_stopped(
    code: str, kind: Kind, sandbox: Sandbox, world: dict[str, Any]
) -> None:
    outcome = sandbox.run(code, SECONDS if kind == "time" else 30.0, MEMORY)
    assert outcome.failure is not None
    assert outcome.failure.kind == kind, outcome.failure
    assert len(outcome.printed) <= MOST_OUTPUT


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(10**6)\n1",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')\n1",
        "x = []\nfor i in range(10**5): x = [x]\nx",
        "x = []\nx.append(x)\nx",
        "a = [0] * 1000\nb = [a] * 1000\nc = [b] * 1000\nd = [c] * 1000\nd",
        "10**20000",
        "'x' * 10**6",
    ],
    ids=["sleep", "regex", "deep", "cyclic", "shared", "digits", "long"],
)
def test_code_that_only_looks_hostile_ends_with_a_bounded_value(
    code: str, sandbox: Sandbox
) -> None:
    text = value(sandbox, code)
    assert text is not None
    assert 0 < len(text) <= MOST_OUTPUT


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels don't limit another process")
def test_the_kernel_holds_the_worker_too() -> None:
    import resource

    with opened(2.0, MEMORY) as session:
        worker = session.worker_pid
        assert worker is not None
        assert Path(f"/proc/{worker}/environ").read_bytes() == b""
        assert resource.prlimit(worker, resource.RLIMIT_FSIZE) == (0, 0)
        assert resource.prlimit(worker, resource.RLIMIT_CPU) == (3, 3)
    assert not Path(f"/proc/{worker}").exists()


def test_runs_know_nothing_of_each_other(sandbox: Sandbox) -> None:
    assert value(sandbox, "secret = 42\nsecret") == "42"
    outcome = sandbox.run("secret", SECONDS, MEMORY)
    assert outcome.failure is not None
    assert outcome.failure.message == "NameError: name 'secret' is not defined"


def test_a_run_after_a_killed_one_works(sandbox: Sandbox) -> None:
    assert sandbox.run("x = 7\nwhile True: x = x * x", SECONDS, MEMORY).failure is not None
    assert value(sandbox, "1 + 1") == "2"


def test_a_program_that_is_not_there_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONTY_BIN", "/nowhere/monty")
    with pytest.raises(UsageError, match=r"can't be started.*pip install"):
        MontySandbox().run("1", SECONDS, MEMORY)


def test_nothing_is_missing_where_the_package_is_installed() -> None:
    assert missing() == ""


def test_importing_the_sandbox_loads_no_interpreter() -> None:
    code = "import agentic.safety.sandboxes.monty, sys; print('pydantic_monty' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# --- what it computes ---


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("1 + 1", Outcome("2")),
        ("print('a')\n2", Outcome("2", printed="a\n")),
        ("print('a')\nx = 2", Outcome(printed="a\n")),
        ("x = 2", Outcome("2", "x")),
        ("x: int = 2", Outcome("2", "x")),
        ("x = 1\nx += 2", Outcome("3", "x")),
        ("a, b = 1, 'two'", Outcome("(1, 'two')", "a, b")),
        ("d = {}\nd['k'] = 1", Outcome("{'k': 1}", "d")),
        ("t = 0\nfor i in range(4):\n    t += i", Outcome("6", "t")),
        ("if False:\n    x = 1", Outcome()),
        ("def f(): return 1", Outcome()),
        ("[].append(1)", Outcome()),
        ("", Outcome()),
        ("'台灣'", Outcome("台灣")),
        ("變數 = '值'\n[變數]", Outcome("['值']")),
        ("import datetime\ndatetime.date(2024, 2, 29)", Outcome("2024-02-29")),
        ("from decimal import Decimal\nDecimal('0.1') + Decimal('0.2')", Outcome("0.3")),
        ("from collections import Counter\nCounter('abca')", Outcome("{'a': 2, 'b': 1, 'c': 1}")),
        (
            "class P:\n    def __init__(self): self.x = [1]\nP()",
            Outcome("P(x=[1])"),
        ),
        (
            "from collections import namedtuple\nnamedtuple('P', 'x y')(1, 2)",
            Outcome("P(x=1, y=2)"),
        ),
        ("(1,), {1}, frozenset([2]), set(), ()", Outcome("((1,), {1}, frozenset({2}), set(), ())")),
    ],
)
def test_the_outcome_of_code(code: str, outcome: Outcome, sandbox: Sandbox) -> None:
    assert sandbox.run(code, 5.0, MEMORY) == outcome


def test_a_value_without_a_like_outside_is_said_to_be_so(sandbox: Sandbox) -> None:
    code = "class K:\n    def __hash__(self): return 1\n{K(): 1}"
    failure = sandbox.run(code, SECONDS, MEMORY).failure
    assert failure is not None
    assert "print it" in failure.message


@pytest.mark.parametrize(
    ("code", "kind", "line"),
    [
        ("x = 1\nfor i in range(3)\n    pass", "syntax", 2),
        ("def f(a):\n    return 1 / a\n\nf(0)", "raised", 2),
        ("import statistics\n\nstatistics.mean([])", "raised", 3),
        ("x = 1\ndef f():\n    yield x", "unsupported", 3),
        ("class A: pass\nclass B(A): pass", "unsupported", 2),
    ],
)
def test_a_failure_has_the_line_of_the_code(
    code: str, kind: Kind, line: int, sandbox: Sandbox
) -> None:
    failure = sandbox.run(code, SECONDS, MEMORY).failure
    assert failure is not None
    assert (failure.kind, failure.line) == (kind, line)


def test_chance_repeats_itself(sandbox: Sandbox) -> None:
    code = "import random\n[random.random(), random.Random().random(), random.choice('abc')]"
    assert value(sandbox, code) == value(sandbox, code)


def test_what_was_printed_before_a_failure_is_kept(sandbox: Sandbox) -> None:
    outcome = sandbox.run("print('so far')\n1 / 0", SECONDS, MEMORY)
    assert outcome.printed == "so far\n"


# --- the modules that the sandbox is given ---


def test_modules_hold_when_the_code_takes_the_names_of_builtins(sandbox: Sandbox) -> None:
    code = "from statistics import mean, stdev as s\nsum = len = sorted = list = 3\nmean([1, 2, 6])"
    assert value(sandbox, code) == "3"


@pytest.mark.parametrize(
    "code",
    [
        "import statistics as st\nst.mean([1, 2, 4])",
        "from statistics import mean\nmean(x for x in [1, 2, 4])",
        "def f():\n    import statistics\n    return statistics.mean({1: 0, 2: 0, 4: 0})\nf()",
        "for i in range(2000):\n    import statistics\nstatistics.mean((1, 2, 4))",
    ],
)
def test_every_way_to_import(code: str, sandbox: Sandbox) -> None:
    assert value(sandbox, code) == "2.3333333333333335"


IN_BOTH = [
    "statistics.median([3, 1, 2]), statistics.median([1, 2, 3, 4]), statistics.mode('aab')",
    "statistics.median_low([1, 2, 3, 4]), statistics.median_high([1, 2, 3, 4])",
    "statistics.multimode([1, 1, 2, 2]), statistics.multimode([])",
    "statistics.quantiles(range(10)), statistics.quantiles([1, 5, 2], n=10, method='inclusive')",
    "statistics.fmean([1, 2, 4], [1, 0, 1]), statistics.harmonic_mean([40, 60])",
    "round(statistics.geometric_mean([54, 24, 36]), 9), statistics.pvariance([1, 2, 3, 4], 2.5)",
    "statistics.correlation([1, 2, 3], [1, 5, 7]), statistics.covariance([1, 2, 3], [1, 5, 7])",
    "list(statistics.linear_regression([1, 2, 3], [3, 5, 7]))",
    "list(statistics.linear_regression([1, 2, 3], [2, 4, 6], proportional=True))",
    "statistics.mean([True, False]), statistics.pstdev([5]), statistics.mean([1e300, 5e-324])",
    "statistics.mean([decimal.Decimal('0.1'), decimal.Decimal('0.3')])",
    "statistics.mean([float('inf'), 1]), statistics.variance([2, 4, 4, 4, 5, 5, 7, 9])",
    "heapq.nlargest(2, [3, 1, 4]), heapq.nsmallest(2, 'cab'), list(heapq.merge([1, 4], [2]))",
    "calendar.monthrange(2024, 2), calendar.isleap(1900), calendar.monthcalendar(2026, 8)",
    "calendar.leapdays(1999, 2025), calendar.weekday(2026, 12, 25), list(calendar.month_abbr)",
    "sorted([(1, 3), (2, 1)], key=operator.itemgetter(1)), operator.itemgetter(0, 2)('abc')",
    "operator.mod(7, 3), operator.contains('ab', 'a')",
    "string.ascii_letters, string.digits, string.punctuation, string.capwords('ab  cd')",
]


@pytest.mark.parametrize("expression", IN_BOTH)
def test_modules_agree_with_the_standard_library(expression: str, sandbox: Sandbox) -> None:
    names = ("calendar", "decimal", "heapq", "operator", "statistics", "string")
    expected = eval(f"[{expression}]", {name: __import__(name) for name in names})
    assert value(sandbox, f"import {', '.join(names)}\nrepr([{expression}])") == repr(expected)


@given(
    st.lists(
        st.one_of(
            st.integers(-(10**30), 10**30),
            st.floats(-1e100, 1e100, allow_nan=False),
        ),
        min_size=2,
        max_size=8,
    )
)
@settings(max_examples=40, deadline=None)
def test_statistics_are_exact(data: list[float]) -> None:
    code = f"import statistics as s\nd = {data}\nrepr([s.mean(d), s.variance(d), s.pvariance(d)])"
    real = [statistics.mean(data), statistics.variance(data), statistics.pvariance(data)]
    # compared as numbers: of two shortest ways to write one, Monty may take the other
    assert ast.literal_eval(str(value(MontySandbox(), code))) == real


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
@settings(max_examples=20, deadline=None)
def test_a_heap_gives_its_items_in_order(data: list[int]) -> None:
    half = len(data) // 2
    code = (
        f"import heapq\nh = {data[:half]}\nheapq.heapify(h)\n"
        f"for x in {data[half:]}: heapq.heappush(h, x)\n"
        f"[heapq.heappop(h) for _ in range({len(data)})]"
    )
    assert value(MontySandbox(), code) == repr(sorted(data))


# --- values and names ---

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.lists(plain))
def test_values_are_shown_as_python_writes_them(data: list[Any]) -> None:
    assert shown(data, 10**6) == repr(data)


@given(plain, st.integers(1, 50))
def test_a_shown_value_keeps_to_its_limit(data: Any, most: int) -> None:
    assert 0 < len(shown(data, most)) <= most


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = y = 1", "x"),
        ("*a, b = [1, 2]", "a, b"),
        ("p.q.r[0].s = 1", "p"),
        ("with a as b:\n    c = 1", "c"),
        ("match 1:\n    case 1:\n        c = 1", "c"),
        ("try:\n    a = 1\nexcept E:\n    b = 2", "b"),
        ("f().x = 1", ""),
        ("x = 1\nprint(x)", ""),
        ("x = '\\d'", "x"),
        ("x = ", ""),
        ("x = " + "(" * 5000, ""),
        ("\0", ""),
    ],
)
def test_the_name_assigned_last(code: str, names: str) -> None:
    assert last_assigned(code) == names
