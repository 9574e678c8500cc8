"""The REPL: reads a line, does a command or a task, and is there again."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.filters import completion_is_selected
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout

from agentic.console.completion import SlashCompleter
from agentic.console.keyboard import unechoed
from agentic.console.marks import marks_for
from agentic.console.talk import Talk
from agentic.console.terminal import notice

__all__ = ["prompt_session", "repl"]

YES = ("y", "yes", "是", "好", "要")


def repl(
    talk: Talk, session: "PromptSession[str]", opening: Sequence[str] = (), first: str = ""
) -> None:
    """Talk until the user leaves.

    Args:
        talk: What does the tasks.
        session: What reads lines.
        opening: Lines to begin with.
        first: What is answered as if it had been typed first.
    """
    for line in opening:
        notice(talk.console, line)
    session.app.after_render += lambda app: talk.prepare()
    talk.confirm = partial(_confirm, session)
    talk.read = partial(_read, session)
    line = first
    try:
        while True:
            with suppress(KeyboardInterrupt):
                _answer(talk, line.strip())
            line = ""
            with suppress(KeyboardInterrupt), patch_stdout(raw=True):
                line = session.prompt()
    except EOFError:
        return
    finally:
        talk.close()


def prompt_session(talk: Talk, history: History, **seams: Any) -> "PromptSession[str]":
    """What reads lines from the terminal: history, several lines, completion of commands.

    Args:
        talk: Whose console tells which signs can be shown.
        history: Where lines are kept.
        seams: More for `PromptSession`, such as `input` and `output`.
    """
    prompt = f"{marks_for(talk.console).prompt} "
    return PromptSession(
        prompt,
        history=history,
        multiline=True,
        prompt_continuation=lambda width, number, wrapped: " " * width,
        completer=SlashCompleter(talk.seen),
        complete_while_typing=True,
        reserve_space_for_menu=4,
        key_bindings=_keys(),
        **seams,
    )


def _answer(talk: Talk, line: str) -> None:
    """Do what a line says; whatever goes wrong is told, and the talk goes on."""
    if not line:
        return
    from agentic.console.commands import do_command

    try:
        with unechoed():
            if line.startswith("/"):
                do_command(talk, line)
            else:
                talk.do(line)
    except EOFError:
        raise
    except Exception as error:  # told to the user, who decides
        from agentic.console.failures import explain

        notice(talk.console, explain(error)[0], "red")


def _confirm(session: "PromptSession[str]", question: str) -> bool:
    """Whether the user says yes. No answer, Ctrl-C and Ctrl-D are a no."""
    asking: PromptSession[str] = PromptSession(input=session.input, output=session.output)
    try:
        return asking.prompt(f"{question} [y/N] ").strip().casefold() in YES
    except (KeyboardInterrupt, EOFError):
        return False


def _read(session: "PromptSession[str]", prompt: str) -> str:
    """A line that the user says to a question."""
    asking: PromptSession[str] = PromptSession(input=session.input, output=session.output)
    return asking.prompt(prompt)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=~completion_is_selected)
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("enter", filter=completion_is_selected)
    def take(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("escape", "enter")
    def another_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
