"""Standard modules that the sandbox lacks, written in the Python that it does have.

Each file is run inside the sandbox, never imported by the host's own code: it is held by the
sandbox's limits like the code that imports it. So there are no generators, no inheritance, no
decorators of methods and no imports but those the sandbox has.
"""

__all__ = ["MODULES"]

MODULES = ("calendar", "heapq", "operator", "statistics", "string")
