"""Completion at the prompt: commands after a slash, and the names that some of them take."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

__all__ = ["SlashCompleter"]


class SlashCompleter(Completer):
    """Completes lines that begin with a slash.

    Args:
        ids: Ids of memories that were shown, with what stands behind them in the menu.
    """

    def __init__(self, ids: Mapping[str, str] = MappingProxyType({})) -> None:
        self._ids = ids
        self._paths = PathCompleter(expanduser=True)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Commands with what they do; behind some of them the names that there are."""
        line = document.text_before_cursor
        if not line.startswith("/") or "\n" in line:
            return
        name, space, rest = line[1:].partition(" ")
        if space and name == "ingest":
            yield from self._paths.get_completions(Document(rest), complete_event)
            return
        if space:
            for known, about in self._names(name).items():
                if known.startswith(rest):
                    yield Completion(known, start_position=-len(rest), display_meta=about)
            return
        from agentic.console.commands import COMMANDS

        for command in COMMANDS.values():
            if command.name.startswith(name):
                yield Completion(
                    f"/{command.name}",
                    start_position=-len(line),
                    display_meta=command.about,
                )

    def _names(self, command: str) -> Mapping[str, str]:
        match command:
            case "model":
                from agentic.models.weights import WEIGHTS

                return dict.fromkeys(WEIGHTS, "")
            case "agent":
                from agentic.console.roster import ready_made

                return dict.fromkeys(ready_made(), "")
            case "why" | "forget":
                return self._ids
        return {}
