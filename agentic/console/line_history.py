"""The lines typed earlier, kept in a file as long as that can be written."""

from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from agentic.filing import private_file, private_folder

__all__ = ["open_history"]


def open_history(path: Path) -> tuple[History, str]:
    """The history of lines, and what the user should know about it; empty if all is well."""
    try:
        private_folder(path.parent)
        private_file(path)
    except OSError as error:
        return InMemoryHistory(), f"What is typed here can't be kept: {path}: {error.strerror}."
    return _Lenient(path), ""


class _Lenient(FileHistory):
    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return  # the disk filled up since; the line is still there in this talk
