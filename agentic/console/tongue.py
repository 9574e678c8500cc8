"""The user's language, and the few words the REPL opens with."""

from agentic.settings import settings

__all__ = ["greeting", "speaks_chinese"]

_ENGLISH = """\
Type a task: planned, done, checked.
Ask about files here, the web, sums.
Say “remember …” to keep a fact.
/help; Ctrl-C stops, Ctrl-D quits."""

_CHINESE = """\
輸入任務：先規劃、再執行、後核對。
可以問這裡的檔案、網路、計算。
說「記住……」就會記下來。
/help；Ctrl-C 停止，Ctrl-D 離開。"""


def greeting() -> str:
    """What can be done here, in the user's language."""
    return _CHINESE if speaks_chinese() else _ENGLISH


def speaks_chinese() -> bool:
    """Whether the locale names Chinese."""
    return settings().locale.lower().startswith("zh")
