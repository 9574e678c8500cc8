"""Why the user is asked, in the user's language: reasons come in English from the rules."""

import re

from agentic.console.text import one_line
from agentic.console.tongue import speaks_chinese

__all__ = ["reason"]

_CHINESE = (
    (r"it runs code", "會執行程式碼"),
    (r"it brings something to others", "會把東西送到外面"),
    (r"it is an MCP server's tool, and what it does is not known", "MCP 伺服器的工具，作用不明"),
    (
        r"it may bring to others what is private: .*",
        "可能把私人內容送到外面：這次讀過私人資料，也讀過別人寫的文字",
    ),
    (r"the rule ask (['\"].*['\"]) fits", r"符合規則 ask \1"),
    (r"(\S+) was cut off; it may or may not have been done", r"\1 中斷了，不知道做了沒有"),
    (r"it is made elsewhere", "要在別處執行"),
)


def reason(why: str) -> str:
    """The reason on one line, in the user's language where we have the words."""
    text = one_line(why)
    for english, chinese in _CHINESE if speaks_chinese() else ():
        if found := re.fullmatch(english, text):
            return found.expand(chinese)
    return text
