"""A REPL to be typed into."""

import io
from typing import Any

from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput
from prompt_toolkit.output import DummyOutput

from agentic import Agent, tool
from agentic.console.assembly import Choice
from agentic.console.repl import prompt_session, repl
from agentic.console.talk import Talk
from agentic.console.terminal import stdout_console
from agentic.errors import ModelError
from agentic.testing import ScriptedModel
from memory import Memory

__all__ = ["Bench"]


@tool(effects=[])
def interrupt() -> str:
    """Do what Ctrl-C does while a tool runs."""
    import signal
    import threading

    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    return "too late"


@tool(effects=[])
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


class Bench:
    """A REPL with a scripted model, and what it is asked to make."""

    def __init__(self, *script: str | Exception, memory: Memory | None = None) -> None:
        self.model = ScriptedModel(*script)
        self.agent = Agent("scripted", tools=[add, interrupt], model=self.model, memory=memory)
        self.made: list[Choice] = []
        self.file = io.StringIO()
        self.talk = Talk(stdout_console(file=self.file, width=60), self.make, Choice())

    def make(self, choice: Choice) -> Agent:
        self.made.append(choice)
        if choice.model == "broken":
            raise ModelError("It is broken.")
        return self.agent

    def type(self, keys: PipeInput, text: str, **seams: Any) -> str:
        """What the console shows after some typing."""
        history = InMemoryHistory()
        session = prompt_session(self.talk, history, input=keys, output=DummyOutput(), **seams)
        keys.send_text(text + "\x04")
        repl(self.talk, session)
        self.lines = [line.strip() for line in history.load_history_strings()][::-1]
        return self.file.getvalue()
