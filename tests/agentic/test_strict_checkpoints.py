"""A checkpoint that somebody tampered with has nothing called that it names."""

import os
import subprocess
import sys
from pathlib import Path

import ormsgpack
import pytest
from langgraph.checkpoint.base import empty_checkpoint

from agentic.runs import checkpoints

READS = """
import sys
from pathlib import Path
{first}
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
{then}
JsonPlusSerializer().loads_typed(("msgpack", Path(sys.argv[1]).read_bytes()))
"""
STRICT = "from agentic.settings import strict_checkpoints; assert strict_checkpoints() is {}"


def hostile(mark: Path) -> bytes:
    """A value that makes a file when it is read leniently."""
    wanted = ormsgpack.packb(("os", "system", f"touch '{mark}'"))
    return ormsgpack.packb({"v": ormsgpack.Ext(0, wanted)})


@pytest.mark.parametrize(
    ("first", "then", "given", "called"),
    [
        ("", "", {}, True),
        (STRICT.format(True), "", {}, False),
        ("import agentic, memory; " + STRICT.format(True), "", {}, False),
        ("", STRICT.format(False), {}, True),  # too late
        (STRICT.format(False), "", {"LANGGRAPH_STRICT_MSGPACK": "false"}, True),
        (STRICT.format(True), "", {"LANGGRAPH_STRICT_MSGPACK": "true"}, False),
    ],
)
def test_langgraph_is_strict_if_told_before_it_is_imported(
    first: str, then: str, given: dict[str, str], called: bool, tmp_path: Path
) -> None:
    blob, mark = tmp_path / "blob", tmp_path / "mark"
    blob.write_bytes(hostile(mark))
    there = {name: value for name, value in os.environ.items() if "MSGPACK" not in name}
    code = READS.format(first=first, then=then)
    done = subprocess.run(
        [sys.executable, "-c", code, str(blob)],
        env=there | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert mark.exists() is called


def test_a_tampered_checkpoint_of_a_run_calls_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    thread = {"configurable": {"thread_id": "r1", "checkpoint_ns": ""}}
    with checkpoints.opened(tmp_path / "r1") as saver:
        saver.put(thread, empty_checkpoint(), {"step": 0}, {})
        with saver.cursor() as cursor:
            cursor.execute(
                "UPDATE checkpoints SET type = 'msgpack', checkpoint = ?", (hostile(mark),)
            )
        read = saver.get_tuple(thread)
    assert read is not None
    assert not mark.exists()
