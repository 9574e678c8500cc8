"""What code reads in a text, and the few sentences it says itself, in the language of the task."""

import re
import unicodedata

__all__ = ["bare", "numbers", "one_line", "wording"]

_SENTENCES = {
    "unfinished": ("This is not finished: {reason}.", "這件事沒有完成：{reason}。"),
    "limit": ("the limit of {limit} was reached", "已達上限：{limit}"),
    "day limit": (
        "all runs of today together have reached the day's limit of {limit}; it begins anew at "
        "midnight, and per_day in [limits] of agentic.toml sets it",
        "今天所有執行合計已達每日上限：{limit}；午夜重新計算，"
        "可在 agentic.toml 的 [limits] 以 per_day 調整",
    ),
    "unknown cost": (
        "what the model costs is not known, so a limit of money can't be kept; its price goes "
        "into [prices] of agentic.toml",
        "模型的費用不明，無法遵守金額上限；請在 agentic.toml 的 [prices] 填上價格",
    ),
    "money": ("{most} US dollars", "{most} 美元"),
    "result bytes": ("{most} of tool results", "{most} 的工具結果"),
    "model calls": ("{most} model calls", "{most} 次模型呼叫"),
    "tool calls": ("{most} tool calls", "{most} 次工具呼叫"),
    "tokens": ("{most} tokens", "{most} 個 token"),
    "seconds": ("{most} seconds", "{most} 秒"),
    "same error": (
        "{tool} failed again and again with the same error: {error}",
        "{tool} 一再出現同樣的錯誤：{error}",
    ),
    "alternating": (
        "the same two calls took turns and brought nothing new: {tool}, {other}",
        "同樣的兩個呼叫輪流重複，沒有新的結果：{tool}、{other}",
    ),
    "nothing new": (
        "the last {count} calls brought nothing new",
        "最近 {count} 次呼叫都沒有新的結果",
    ),
    "no plan": ("the model gave no plan that can be read", "模型沒有給出讀得懂的計畫"),
    "no arguments": (
        "the model gave no arguments for {tool} that can be read",
        "模型沒有給出 {tool} 讀得懂的參數",
    ),
    "not asked": (
        "no step could be tied to the words of the task",
        "沒有一個步驟能對應到任務的文字",
    ),
    "empty result": ("{tool}: the result is empty", "{tool}：結果是空的"),
    "empty answer": ("the model gave no answer", "模型沒有回答"),
    "episode": (
        "Asked: {task}\nDone with: {tools}\nAnswered: {answer}",
        "任務：{task}\n使用：{tools}\n回答：{answer}",
    ),
    "lesson": (
        "{failed} failed: {error}\nWhat worked: {worked}",
        "{failed} 失敗：{error}\n可行的做法：{worked}",
    ),
    "cut": ("(The answer was cut off at its longest.)", "（回答太長，被截斷了。）"),
}


def bare(text: str) -> str:
    """A text without spaces, signs, case and width, for comparing words."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def numbers(text: str) -> list[str]:
    """The numbers in a text, as digits: "１,０００ 元" has 1000."""
    folded = unicodedata.normalize("NFKC", text)
    found = re.findall(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", folded)
    return [each.replace(",", "") for each in found]


def one_line(text: object, most: int = 300) -> str:
    """A text on one line, cut to a length."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def wording(language: str, name: str, **values: str) -> str:
    """The sentence of that name: Chinese for Chinese tasks, English for all others."""
    english, chinese = _SENTENCES[name]
    return (chinese if "Chinese" in language else english).format(**values)
