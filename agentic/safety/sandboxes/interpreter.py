"""What full Python needs of the file system to run, and nothing of the user's."""

import os
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["ENVIRONMENT", "Interpreter", "interpreter"]

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # so that sets have one order
    "PYTHONUTF8": "1",
    # threads can't be had inside, and OpenBLAS would try
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""The whole environment inside."""

_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom"),
)
"""Shared libraries, time zones, and the two devices that Python may open."""
_OFFERED = ("numpy", "pandas")
_PACKAGES = (*_OFFERED, "dateutil", "pytz", "tzdata", "six")
"""Packages that may be imported inside: the two, and what pandas needs."""


@dataclass(frozen=True)
class Interpreter:
    """The Python that runs us, as it is started inside a sandbox."""

    program: Path
    readable: tuple[Path, ...]
    """Files and folders that it needs, in the order that they lie within one another."""
    hidden: tuple[Path, ...]
    """Folders among those that hold whatever the user has installed."""
    packages: dict[str, str]
    """File or folder of each package that may be imported beside the standard library."""

    @property
    def offered(self) -> tuple[str, ...]:
        """Those of numpy and pandas that are there."""
        return tuple(name for name in _OFFERED if name in self.packages)

    @property
    def command(self) -> list[str]:
        """Program and options: no site packages, no working directory to import from."""
        return [str(self.program), "-s", "-S", "-P", "-B", "-W", "ignore", "-c"]


@cache
def interpreter() -> Interpreter:
    """The interpreter of this process; of a virtual environment, the one that it was made with."""
    program = Path(os.path.realpath(sys.executable))
    standard = [Path(sysconfig.get_path(which)) for which in ("stdlib", "platstdlib")]
    shared = Path(str(sysconfig.get_config_var("LIBDIR")), _shared_library())
    packages = {name: place for name in _PACKAGES if (place := _place(name)) is not None}
    libraries = [place.with_name(f"{name}.libs") for name, place in packages.items()]
    system = [Path(each) for each in _SYSTEM]
    needed = [*system, program, shared, *standard]
    return Interpreter(
        program=program,
        readable=_there([*needed, *packages.values(), *libraries]),
        hidden=_there([each / name for each in standard for name in _INSTALLED]),
        packages={name: str(place) for name, place in packages.items()},
    )


_INSTALLED = ("site-packages", "dist-packages")


def _shared_library() -> str:
    return str(sysconfig.get_config_var("INSTSONAME") or "")


def _place(name: str) -> Path | None:
    """Where a package lies, without importing it."""
    found = find_spec(name)
    if found is None or found.origin is None:
        return None
    origin = Path(found.origin)
    return origin.parent if found.submodule_search_locations else origin


def _there(places: list[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(each for each in places if each.exists()))
