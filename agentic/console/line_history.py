"""The lines typed earlier, kept in a file as long as that can be written."""

from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

__all__ = ["open_history"]


def open_history(path: Path) -> tuple[History, str]:
    """The history of lines, and what the user should know about it; empty if all is well."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
        path.open("rb").close()
    except OSError as error:
        return InMemoryHistory(), f"What is typed here can't be kept: {path}: {error.strerror}."
    return _Lenient(path), ""


class _Lenient(FileHistory):
    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            return  # the disk filled up since; the line is still there in this talk
