"""What opens in a text where a model may have written a call: tags, fences, brackets, lines."""

import re

from agentic.tools.written.python import BEFORE_CALL
from agentic.tools.written.steps import ACTION, OBSERVATION

__all__ = ["CALL", "FENCE_END", "FOR_CALLS", "LANGUAGES", "NAME", "OPENING"]

FOR_CALLS = frozenset(
    {"tool_code", "tool_call", "tool_calls", "tool_use", "function_call", "action"}
)
"""Languages that fenced calls are given by models."""
LANGUAGES = FOR_CALLS | {
    *("json", "json5", "jsonc", "jsonl", "python", "py", "python3", "xml", "code"),
    *("text", "txt", "plaintext", "plain", "tool", "tools", "function", "functions", "call"),
}
"""Of fenced code that may hold calls."""
OPENING = re.compile(
    rf"""
    (?P<over><\|(?:im_end|eot_id|eom_id|end_of_text|endoftext|end)\|>|</s>|<end_of_turn>
        |<\|im_start\|>(?:user|tool|system)|<tool_response>|\[TOOL_RESULTS\]|<｜tool▁outputs?▁begin｜>)
    |(?P<thought><(?:think|thinking|thought|reasoning|scratchpad)>)
    |(?P<thought_end></(?:think|thinking|thought|reasoning|scratchpad)>)
    |(?P<fence>`{{3,}}+|~{{3,}}+)[ \t]*+(?P<language>[\w+\#.-]{{0,40}}+)
    |<(?:\w{{1,20}}:)?(?:function|invoke|tool|tool_call|call)(?:\s+name)?\s*=\s*
        ["'“]?(?P<tagged>[^\s"'“”<>]{{1,100}}+)["'“”]?\s*/?>
    |(?P<marker>
        <(?:\w{{1,20}}:)?(?:tool_calls?|function_?calls?|tools?|tool_use|tool_code|action)>
        |<\|[^|<>\n]{{1,40}}+\|>|<｜[^｜<>\n]{{1,40}}+｜>(?:function(?=<))?|\[TOOL_CALLS\]|^>>>
        |functools(?=\[)|\bto=(?=[\w.:-]{{1,100}}[ ]?<\|))
    |(?P<unmarked></(?:\w{{1,20}}:)?(?:tool_calls?|function_?calls?|tools?|tool_use|tool_code|action)>
        |\[/TOOL_CALLS\])
    |<(?P<element>[\w.-]{{1,64}}+)>
    |^(?P<observation>{OBSERVATION})
    |^(?P<action>{ACTION})
    |^(?P<line>{BEFORE_CALL})
    |(?P<open>[{{\[｛［])
    """,
    re.MULTILINE | re.VERBOSE,
)
CALL = re.compile(BEFORE_CALL, re.VERBOSE)
NAME = re.compile(r"\s*+(?P<name>[\w.:/-]{1,100}?)(?=\s|[{\[<:]|<｜)(?=\s*+[{<\[`:｛])")
FENCE_END = re.compile(r"`{3,}|~{3,}")
