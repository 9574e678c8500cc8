"""The calls to the kernel that computing takes, as a filter that refuses all others.

It is put on inside, by the process itself, just before the code begins, whatever wall stands
around: no process, thread or program can be started, no signal sent, no socket opened, nothing
mounted, traced or raised to more rights. See seccomp(2) and the kernel's `seccomp_filter.rst`.
"""

import platform
import struct
import sys

__all__ = ["filter_program", "missing"]

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH of each, from `linux/audit.h`."""
_X32 = 0x40000000
"""Numbers from here on are a second table of x86_64's."""

_LOAD, _EQUAL, _FROM, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
"""SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM, SECCOMP_RET_KILL_PROCESS."""

# fmt: off
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67),
    "pwrite64": (18, 68), "lseek": (8, 62), "close": (3, 57), "close_range": (436, 436),
    "open": (2, None), "openat": (257, 56), "stat": (4, None), "fstat": (5, 80),
    "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291), "access": (21, None),
    "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, None),
    "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17), "flock": (73, 32),
    "ftruncate": (77, 46), "fsync": (74, 82), "fdatasync": (75, 83), "unlink": (87, None),
    "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "umask": (95, 166), "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24),
    "pipe": (22, None), "pipe2": (293, 59), "poll": (7, None), "ppoll": (271, 73),
    "select": (23, None), "pselect6": (270, 72), "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "recvfrom": (45, 207), "getsockopt": (55, 209), "setsockopt": (54, 208),
    "shutdown": (48, 210), "getsockname": (51, 204), "getpeername": (52, 205), "mmap": (9, 222),
    "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233),
    "brk": (12, 214), "futex": (202, 98), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169),
    "time": (201, None), "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "getrandom": (318, 278), "uname": (63, 160), "sysinfo": (99, 179), "getrusage": (98, 165),
    "times": (100, 153), "getrlimit": (97, 163), "sched_getaffinity": (204, 123),
    "sched_yield": (24, 124), "getcpu": (309, 168), "exit": (60, 93), "exit_group": (231, 94),
    "restart_syscall": (219, 128),
}
_WITH: dict[str, tuple[tuple[int, int], list[tuple[int, int, tuple[int, ...]]]]] = {
    # duplicates, flags and locks; not F_SETOWN, which has signals sent to others
    "fcntl": ((72, 25), [(1, -1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030))]),
    # is it a terminal, close it on exec, don't block, how much is there
    "ioctl": ((16, 29), [(1, -1, (0x5401, 0x5450, 0x5451, 0x5421, 0x541B))]),
    # a pair of streams between itself and itself, which asyncio can't do without
    "socketpair": ((53, 199), [(0, -1, (1,)), (1, 0xF, (1,))]),
    "sendto": ((44, 206), [(4, -1, (0,))]),
    # limits may be read, not set
    "prlimit64": ((302, 261), [(2, -1, (0,))]),
    # every handler but that of the alarm which ends it, SIGALRM
    "rt_sigaction": ((13, 134), [(0, -1, tuple(each for each in range(65) if each != 14))]),
}
# fmt: on
"""Calls allowed where each argument named, masked, is one of the values."""


def missing() -> str:
    """Why no filter can be made here; "" where one can."""
    if sys.platform != "linux":
        return "Full Python in a sandbox needs Linux: sandbox = 'monty' computes on every system"
    if platform.machine() not in _ARCHITECTURES:
        return f"Full Python has no sandbox on {platform.machine()}: sandbox = 'monty' has one"
    return ""


def filter_program(machine: str | None = None) -> bytes:
    """The filter in the kernel's own form: an array of `struct sock_filter`.

    Args:
        machine: An architecture as `platform.machine` names it; by default this one.
    """
    name = machine if machine is not None else platform.machine()
    column = list(_ARCHITECTURES).index(name)
    program = [
        *_steps((_LOAD, 0, 0, 4), (_EQUAL, 1, 0, _ARCHITECTURES[name]), (_RETURN, 0, 0, _KILL)),
        *_steps((_LOAD, 0, 0, 0), (_FROM, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)),
    ]
    for numbers in _NUMBERS.values():
        if (number := numbers[column]) is not None:
            program += _steps((_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW))
    for both, conditions in _WITH.values():
        checks = [step for condition in conditions for step in _check(*condition)]
        program += _steps((_EQUAL, 0, len(checks) + 1, both[column]))
        program += [*checks, *_steps((_RETURN, 0, 0, _ALLOW))]
    return b"".join([*program, *_steps((_RETURN, 0, 0, _REFUSE))])


def _check(argument: int, mask: int, values: tuple[int, ...]) -> list[bytes]:
    """Go on where an argument is one of the values, refuse where it is not."""
    low = 16 + 8 * argument  # both architectures are little-endian
    high = _steps((_LOAD, 0, 0, low + 4), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _REFUSE))
    masked = _steps((_LOAD, 0, 0, low), (_AND, 0, 0, mask & 0xFFFFFFFF))
    found = [
        step
        for left, value in zip(range(len(values), 0, -1), values, strict=True)
        for step in _steps((_EQUAL, left, 0, value))
    ]
    return [*high, *masked, *found, *_steps((_RETURN, 0, 0, _REFUSE))]


def _steps(*steps: tuple[int, int, int, int]) -> list[bytes]:
    return [struct.pack("=HBBI", *step) for step in steps]
