"""Code that takes more than it may, or ends in ways of its own."""

from agentic.safety.sandboxes import Kind

__all__ = ["ENDING", "HOLDING", "OVER"]

OVER: dict[str, tuple[str, set[Kind]]] = {
    "an endless loop": ("while True: pass", {"time"}),
    "a loop that catches all": (
        "while True:\n    try:\n        while True: 1 / 0\n    except BaseException: pass",
        {"time"},
    ),
    "a pattern that never ends": ("import re\nre.match('(a|a)*b', 'a' * 40)", {"time", "raised"}),
    "a power": ("10 ** 10 ** 8 % 7", {"time", "memory"}),
    "a product": ("x = 3 ** 10 ** 6\nwhile True: x = x * x", {"time", "memory"}),
    "digits of a number": (
        "import sys\nsys.set_int_max_str_digits(0)\nstr(7 ** 10 ** 7)",
        {"time", "memory", "raised"},
    ),
    "a sum in C": ("sum(range(10 ** 12))", {"time", "memory"}),
    "a search in C": ("10 ** 9 in iter(int, 1)", {"time", "memory", "raised"}),
    "sleep": ("import time\nwhile True: time.sleep(99)", {"time"}),
    "wait for a pipe": ("import os\nos.read(os.pipe()[0], 1)", {"time"}),
    "a lock held twice": (
        "import _thread\nx = _thread.allocate_lock()\nx.acquire()\nx.acquire()",
        {"time"},
    ),
    "no signal heeded": (
        "import signal\nfor n in range(1, 65):\n"
        "    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "while True: pass",
        {"time"},
    ),
    "signals held back": (
        "import signal\ntry: signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
        "except OSError: pass\nwhile True: pass",
        {"time"},
    ),
    "all files closed, and a loop": (
        "import os\nos.closerange(0, 99)\nwhile True: pass",
        {"crashed", "time"},
    ),
    "a flood": ("while True: print('x' * 999)", {"output"}),
    "a flood without lines": ("while True: print('x', end='')", {"output"}),
    "a flood of errors": ("import sys\nwhile True: print('x' * 999, file=sys.stderr)", {"output"}),
    "a flood below Python": ("import os\nwhile True: os.write(1, b'x' * 999)", {"output"}),
    "a flood of results": ("import os\nwhile True: os.write(3, b'x' * 999)", {"output"}),
    "a warning that loops": (
        "import warnings\nwhile True: warnings.warn_explicit('x' * 99, UserWarning, 'f', 1)",
        {"time", "output"},
    ),
    "a huge file": (
        "f = open('a', 'wb')\nwhile True: f.write(bytes(10 ** 6))",
        {"raised", "output"},
    ),
    "many files of some size": (
        "for n in range(10 ** 6): open(f'{n}', 'wb').write(bytes(10 ** 6))",
        {"output"},
    ),
    "many files": ("for n in range(10 ** 7): open(f'{n}', 'w').close()", {"output", "time"}),
    "a file with holes": ("open('a', 'wb').truncate(10 ** 12)", {"raised", "output"}),
    "deep folders": (
        "import os\nfor n in range(300):\n    os.mkdir('d')\n    os.chdir('d')",
        {"raised"},
    ),
    "open files": ("import os\nx = [open('a', 'w') for _ in range(5000)]", {"raised"}),
    "open pipes": ("import os\nx = [os.pipe() for _ in range(5000)]", {"raised"}),
    "endless calls": ("def f(): return f()\nf()", {"raised"}),
    "endless calls in C": (
        "import sys\nsys.setrecursionlimit(10 ** 9)\nf = lambda: f()\nf()",
        {"raised", "crashed", "memory", "time"},
    ),
    "brackets without end": ("eval('(' * 10 ** 6)", {"syntax", "memory", "raised", "crashed"}),
    "raise the limit of memory": (
        "import resource as r\nr.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY,) * 2)\n"
        "print('ESC' + 'APED')",
        {"raised"},
    ),
    "raise the limit of time": (
        "import resource as r\nr.setrlimit(r.RLIMIT_CPU, (r.RLIM_INFINITY,) * 2)\n"
        "print('ESC' + 'APED')",
        {"raised"},
    ),
    "an endless repr": (
        "class A:\n    def __repr__(self):\n        while True: pass\nA()",
        {"time"},
    ),
    "an endless text of an error": (
        "class A(Exception):\n    def __str__(self):\n        while True: pass\nraise A",
        {"time"},
    ),
}
"""Code, and how it may fail in full Python; an interpreter that lacks what it needs may say so."""

HOLDING: dict[str, str] = {
    "bytes": "x = b''\nfor n in range(1, 10 ** 4):\n    x += b'x' * 2 ** 20\n    print(n)",
    "a list": "x = []\nfor n in range(1, 10 ** 4):\n    x.append('x' * 2 ** 20)\n    print(n)",
    "a dict": "x = {}\nfor n in range(1, 10 ** 4):\n    x[n] = list(range(2 ** 17))\n    print(n)",
    "memory mapped for itself": "import mmap\nx = []\nfor n in range(1, 10 ** 4):\n"
    "    x.append(mmap.mmap(-1, 2 ** 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))\n"
    "    x[-1].write(b'x' * 2 ** 20)\n    print(n)",
    "memory mapped to share": "import mmap\nx = []\nfor n in range(1, 10 ** 4):\n"
    "    x.append(mmap.mmap(-1, 2 ** 20))\n    x[-1].write(b'x' * 2 ** 20)\n    print(n)",
    "memory of C": "import ctypes\nc = ctypes.CDLL(None)\nc.calloc.restype = ctypes.c_void_p\n"
    "for n in range(1, 10 ** 4):\n    p = c.calloc(1, 2 ** 20)\n    if not p: raise MemoryError\n"
    "    ctypes.memset(p, 1, 2 ** 20)\n    print(n)",
    "a bomb to unpack": "import zlib\nd = zlib.compress(bytes(2 ** 20))\nx = []\n"
    "for n in range(1, 10 ** 4):\n    x.append(zlib.decompress(d))\n    print(n)",
    "at once": "x = b'x' * 10 ** 10\nprint(10 ** 4)",
}
"""Code that prints how many MB it holds, as it goes on."""

ENDING: dict[str, str] = {
    "exit": "import sys\nsys.exit(3)",
    "exit at once": "import os\nos._exit(0)",
    "abort": "import os\nos.abort()",
    "crash": "import ctypes\nctypes.string_at(0)",
    "an interrupt": "raise KeyboardInterrupt",
    "a base exception": "raise BaseException('x')",
    "an error whose text fails": "class A(Exception):\n    def __str__(self): 1 / 0\nraise A",
    "close standard output": "import os, sys\nos.close(1)\nsys.stdout.close()\n1",
    "no standard output": "import sys\nsys.stdout = sys.stderr = None\n1",
    "atexit": "import atexit, os\natexit.register(lambda: print('ESC' + 'APED'))\n1",
    "a last word": "class A:\n    def __del__(self): print('ESC' + 'APED')\nimport gc\n"
    "x = A()\nx.x = x\n1",
    "a result that is none": "import os\nos.write(3, b'not JSON\\n')",
    "a result of a list": "import os\nos.write(3, b'[1]\\n')",
    "a result of numbers": "import os\n"
    'os.write(3, b\'{"value": 1, "name": [], "failure": null}\\n\')',
    "a failure of another kind": 'import os\nos.write(3, b\'{"failure": {"kind": "time", '
    '"message": {}, "line": "1"}}\\n\')',
    "a line that is none": 'import os\nos.write(3, b\'{"failure": {"kind": "raised", '
    '"message": 1, "line": 1e999}}\\n\')',
    "a deep result": "import os\nos.write(3, b'[' * 60000 + b'\\n')",
    "a long number": "import os\nos.write(3, b'1' * 60000 + b'\\n')",
    "half a character": "'\\ud800'",
    "half a character as a result": 'import os\nos.write(3, b\'{"value": "\\\\ud800"}\\n\')',
    "half a character printed": "print('\\ud800')",
    "bytes that are no text": "import os\nos.write(1, b'\\xff\\xfe')\nos.write(3, b'\\xff\\n')",
    "a pickle": "import os\nos.write(3, b'cos\\nsystem\\n(S\"touch {folder}/made\"\\ntR.')",
    "replace what tells the end": "import json, os\njson.dumps = lambda *a, **k: '\"x\"'\n"
    "os.write = lambda *a: 1\n1",
    "replace the interpreter's own": "import sys, ast\nast.parse = None\nsys.modules.clear()\n1",
    "reach for the frame that called": "import sys\nf = sys._getframe()\n"
    "while f.f_back: f = f.f_back\nf.f_globals.clear()\n1",
    "bytes of code that are wrong": "c = (lambda: 0).__code__\n"
    "exec(c.replace(co_code=b'\\x09\\x00' * 40, co_consts=()))",
}
"""Code after which there is an outcome all the same, and this process goes on."""
