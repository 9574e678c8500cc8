"""A host that fails again and again is left alone for a while, and it alone."""

import pytest

from agentic.errors import ToolError, TransientToolError
from agentic.safety.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: Breaker, host: str = "a.example", error: Exception | None = None) -> None:
    raised = error if error is not None else ConnectionResetError("gone")
    with pytest.raises(type(raised)), breaker.asking(host):
        raise raised


def test_after_failures_in_a_row_a_host_is_not_asked_and_is_tried_again_later() -> None:
    clock = Clock()
    breaker = Breaker(failures=2, rest=60, clock=clock)
    fail(breaker)
    fail(breaker, "A.EXAMPLE")
    with (
        pytest.raises(ToolError, match=r"a\.example failed 2 times in a row .* 60 more seconds"),
        breaker.asking("a.example"),
    ):
        raise AssertionError("it was asked")
    with breaker.asking("b.example"):
        pass

    clock.now = 61
    fail(breaker)  # one call tries it, and fails: it rests again
    with pytest.raises(ToolError, match="failed 3 times"), breaker.asking("a.example"):
        raise AssertionError("it was asked")

    clock.now = 122
    with breaker.asking("a.example"):
        pass
    for _ in range(2):
        with breaker.asking("a.example"):
            pass


def test_while_one_call_tries_a_host_others_wait() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, rest=60, clock=clock)
    fail(breaker)
    clock.now = 61
    with breaker.asking("a.example"), pytest.raises(ToolError), breaker.asking("a.example"):
        raise AssertionError("it was asked twice")


def test_a_success_and_errors_that_do_not_pass_are_no_failures() -> None:
    breaker = Breaker(failures=2, clock=Clock())
    fail(breaker)
    with breaker.asking("a.example"):
        pass
    fail(breaker)
    fail(breaker, error=ToolError("no such page"))
    fail(breaker, error=ValueError("ours"))
    with breaker.asking("a.example"):
        pass
    fail(breaker, error=TransientToolError("busy"))
    fail(breaker, error=TimeoutError())
    with pytest.raises(ToolError, match="left alone"), breaker.asking("a.example"):
        pass
