"""Ask heavy queries in little memory: `python -m tests.faults.hungry WORK < CASES`.

Prints a line for each with what came of it; does not come to that where memory was not enough.
"""

import json
import resource
import sys
from pathlib import Path

from agentic.tools.database import database_tool
from tests.agentic.tools.databases.asking import ask

_ADDRESSES = 4 << 30
_SECONDS = 0.4

if __name__ == "__main__":
    work, tool = Path(sys.argv[1]), database_tool(seconds=_SECONDS)
    ask(work, "shop.db", tool=tool)  # what is imported late is there by now
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    for name, (file, sql) in json.load(sys.stdin).items():
        seen = ask(work, file, sql, tool)
        print(json.dumps([name, {"ok": seen.ok, "result": seen.result[:2000]}]), flush=True)
