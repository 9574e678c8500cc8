"""Completion at the prompt: commands after a slash, and the names that some of them take."""

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

__all__ = ["SlashCompleter"]


class SlashCompleter(Completer):
    """Completes lines that begin with a slash."""

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Commands with what they do; behind `/model` and `/agent` what there is."""
        line = document.text_before_cursor
        if not line.startswith("/") or "\n" in line:
            return
        name, space, rest = line[1:].partition(" ")
        if space:
            for known in _names(name):
                if known.startswith(rest):
                    yield Completion(known, start_position=-len(rest))
            return
        from agentic.console.commands import COMMANDS

        for command in COMMANDS.values():
            if command.name.startswith(name):
                yield Completion(
                    f"/{command.name}",
                    start_position=-len(line),
                    display_meta=command.about,
                )


def _names(command: str) -> list[str]:
    match command:
        case "model":
            from agentic.models.weights import WEIGHTS

            return list(WEIGHTS)
        case "agent":
            from agentic.console.roster import ready_made

            return list(ready_made())
    return []
