"""A talk: tasks done one after the other, each knowing the last few."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from agentic.console.assembly import Choice
from agentic.errors import UsageError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from agentic.agent import Agent
    from agentic.events import Event
    from agentic.state import Touch

__all__ = ["Talk"]

TURNS = 4
"""Earlier tasks, with their answers, that a task is told of."""


class Talk:
    """What is said in a talk, and who says it.

    Args:
        console: Where runs are shown.
        make: Makes the agent that was chosen.
        choice: What was chosen.
        warm: Makes it ready in the background; None where that takes the user's attention.
        verbose: Show everything that happens.
    """

    def __init__(
        self,
        console: Console,
        make: Callable[[Choice], "Agent"],
        choice: Choice,
        *,
        warm: "Callable[[Choice], Agent | None] | None" = None,
        verbose: bool = False,
    ) -> None:
        self.console = console
        self.choice = choice
        self.verbose = verbose
        self.turns: list[tuple[str, str, list[Touch]]] = []
        self.seen: dict[str, str] = {}
        """Ids of memories that were shown, each with a few words of it."""
        self.left = ""
        """Id of the run that was interrupted last, or that waits; "" if none is left."""
        self.confirm: Callable[[str], bool] = lambda question: False
        """Asks the user; who reads lines sets it."""
        self.read: Callable[[str], str] = _nobody
        """Reads what the user says to a question; who reads lines sets it."""
        self._make = make
        self._warm = warm
        self._agent: Agent | None = None
        self._coming: Future[Agent | None] | None = None
        self._background = ThreadPoolExecutor(1, "warm-up")

    def prepare(self) -> None:
        """Begin to make the agent in the background."""
        if self._warm is not None and self._agent is None and self._coming is None:
            self._coming = self._background.submit(self._warm, self.choice)

    @property
    def agent(self) -> "Agent":
        """The agent; made now, or waited for if it is being made."""
        if self._agent is None:
            warmed = self._warmed()
            self._agent = warmed if warmed is not None else self._make(self.choice)
        return self._agent

    def change(self, **changes: Any) -> None:
        """Choose otherwise. What was chosen before stays if that can't be had."""
        choice = replace(self.choice, **changes)
        made = self._make(choice)
        self._let_go()
        self._agent, self.choice = made, choice

    def do(self, task: str) -> None:
        """Do a task in the open. Ctrl-C stops it, and the talk goes on."""
        self._follow(self.agent, self.agent.stream(task, history=self._messages()))

    def go_on(self, run_id: str) -> None:
        """Go on with a run that waits or was cut off.

        Raises:
            UsageError: if there is no such run, or it has ended.
        """
        from agentic.console.waiting import runs, unanswered

        earlier = runs().events(run_id)
        agent = self._as_in(run_id)
        self._follow(agent, iter(()) if unanswered(run_id) else agent.stream_on(run_id), earlier)

    def _as_in(self, run_id: str) -> "Agent":
        """The agent, in the folder that a run began in.

        Raises:
            UsageError: if the run is another agent's.
        """
        from agentic.console.waiting import runs

        begun = runs().begun(run_id)
        if begun is None or not begun.workspace:
            return self.agent
        if begun.agent != self.agent.name:
            raise UsageError(
                f"Run {run_id!r} is one of agent {begun.agent!r}; take it by "
                f"/agent {begun.agent} first."
            )
        return self.agent.with_(workspace=Path(begun.workspace))

    def _follow(
        self, agent: "Agent", events: "Iterator[Event]", earlier: "Sequence[Event]" = ()
    ) -> None:
        from agentic.citing import uncited
        from agentic.console.asking import followed
        from agentic.console.render import Trace
        from agentic.console.terminal import notice

        trace = Trace(self.console, verbose=self.verbose, answer=True)
        trace.retell(earlier)
        try:
            result = followed(agent, events, trace, self.read, earlier)
        except KeyboardInterrupt:
            self.left = trace.run_id
            more = "; /resume goes on with it" if trace.run_id else ""
            notice(self.console, f"interrupted{more}", "red")
            return
        if result.status == "paused":
            self.left = result.run_id
            notice(self.console, "the run waits for your word; /resume asks again")
            return
        self.left = ""
        self.console.print()
        said = (result.task, uncited(result.answer), result.touched)
        self.turns = [*self.turns, said][-TURNS:]

    def forget(self) -> None:
        """Begin anew: the next task knows of no earlier one."""
        self.turns = []

    def close(self) -> None:
        """Let what runs in the background come to its end."""
        self._background.shutdown(cancel_futures=True)
        self._let_go()

    def _let_go(self) -> None:
        """Close the memory of the agent there is, and of one that is still being made."""
        if self._agent is not None:
            _close(self._agent)
        if self._coming is not None:
            self._coming.add_done_callback(_close_made)
        self._agent, self._coming = None, None

    def _warmed(self) -> "Agent | None":
        """What the background made; None if nothing, or if it failed and is to be tried in view."""
        if self._coming is None:
            return None
        from agentic.console.activity import Activity
        from agentic.console.page import Page

        with Activity(Page(self.console)):
            failed = self._coming.exception()
        return None if failed is not None else self._coming.result()

    def _messages(self) -> "list[BaseMessage]":
        from langchain_core.messages import AIMessage, HumanMessage

        from agentic.prompts import in_short
        from agentic.safety.provenance import TOUCHED

        said: list[BaseMessage] = []
        for task, answer, touched in self.turns:
            marks = {TOUCHED: touched}
            said += [
                HumanMessage(in_short(task)),
                AIMessage(in_short(answer), additional_kwargs=marks),
            ]
        return said


def _nobody(prompt: str) -> str:
    raise EOFError


def _close_made(making: "Future[Agent | None]") -> None:
    if not making.cancelled() and making.exception() is None:
        _close(making.result())


def _close(agent: "Agent | None") -> None:
    if agent is not None and agent.memory is not None:
        agent.memory.close()
