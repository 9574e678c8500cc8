"""Swap two names of a folder without end: `python swapping.py FOLDER ONE OTHER`, until killed.

Where the system can (Linux), both are there at every moment, each under one of the two names.
"""

import ctypes
import os
import sys
from contextlib import suppress

_EXCHANGE = 2
_HERE = -100


def main(folder: str, one: str, other: str) -> None:
    os.chdir(folder)
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    names = one.encode(), other.encode()
    print("swapping", flush=True)
    while True:
        if exchange is None or exchange(_HERE, names[0], _HERE, names[1], _EXCHANGE):
            with suppress(OSError):
                os.rename(one, f"{one}.aside")
                os.rename(other, one)
                os.rename(f"{one}.aside", other)


if __name__ == "__main__":
    main(*sys.argv[1:])
