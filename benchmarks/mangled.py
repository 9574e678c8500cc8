"""Texts of models, written anew with the faults that models and the way to them bring in."""

import random
from collections.abc import Callable, Sequence

__all__ = ["HOSTILE", "WAYS", "mangled"]

Way = Callable[[str, random.Random, Sequence[str]], str]

_NOISE = (
    *("{", "}", "[", "]", "(", ")", '"', "'", ",", ":", "\\", "`", "```", "\n", "\t", "\x00"),
    *("<", ">", "</", "<|", "|>", "<tool_call>", "</tool_call>", "<think>", "</think>", "//", "/*"),
    *(
        "：",
        "，",
        "｛",
        "｝",
        "“",
        "”",
        "\u00a0",
        "\u200b",
        "\ufeff",
        "\ud83d",
        "😀",
        "好的。",
        "null",
    ),
    *("```json\n", "Action: ", "Action Input: ", "[TOOL_CALLS]", "=", "f(", '"name": ', "1e999"),
)
_SWAPS = (
    *(('"', "'"), ("'", '"'), ('"', "“"), ('"', '\\"'), (":", "："), (",", "，"), ("{", "｛")),
    *(("(", "（"), ("\n", " "), (" ", "\u00a0"), ("true", "True"), ("null", "None"), ("}", "]")),
)
_WRAPPINGS = (
    *("```json\n{}\n```", "```python\n{}\n```", "```\n{}", "<tool_call>\n{}\n</tool_call>"),
    *("<think>{}</think>", "<think>\n{}", "[{}]", '{{"tool_calls": [{}]}}', "print({})", "x = {}"),
    *("Action: {}", "好的，我來處理：\n{}\n完成。", "[TOOL_CALLS] {}", "<|python_tag|>{}", '"{}"'),
    *("> {}", "{}\nObservation: {{}}", "<function=f>{}</function>", '{{"text": "{}"}}'),
)
HOSTILE = (
    *("[", "{", "(", '{"a":', '{"', "{'x", '"', "\\", "`", "<", "<tool_call>", "[1,", "{/*", "//"),
    *("Action:", "Action: a\n", "<think>", "</think>", "```", "a(", "add(", "add(add(", "x = "),
    *(
        "<parameter=a>",
        "<add>",
        "[TOOL_CALLS]",
        "print(",
        "\n",
        " ",
        "“",
        '{"name":"add",',
        "f.",
        "-",
    ),
)
"""Pieces that are written thousands of times over."""


def mangled(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """A text with one to four faults."""
    for _ in range(rng.choice((1, 1, 2, 3, 4))):
        text = rng.choice(WAYS)(text, rng, others)[:20_000]
    return text


def _place(text: str, rng: random.Random) -> int:
    return rng.randint(0, len(text))


def _cut_off(text: str, rng: random.Random, others: Sequence[str]) -> str:
    return text[: _place(text, rng)]


def _begun_late(text: str, rng: random.Random, others: Sequence[str]) -> str:
    return text[_place(text, rng) :]


def _gap(text: str, rng: random.Random, others: Sequence[str]) -> str:
    at = _place(text, rng)
    return text[:at] + text[at + rng.choice((1, 1, 2, 5, 20)) :]


def _twice(text: str, rng: random.Random, others: Sequence[str]) -> str:
    start, end = sorted((_place(text, rng), _place(text, rng)))
    return text[:end] + text[start:end] * rng.choice((1, 1, 3)) + text[end:]


def _swapped(text: str, rng: random.Random, others: Sequence[str]) -> str:
    old, new = rng.choice(_SWAPS)
    return text.replace(old, new, rng.choice((-1, -1, 1, 2)))


def _noisy(text: str, rng: random.Random, others: Sequence[str]) -> str:
    for _ in range(rng.randint(1, 4)):
        at = _place(text, rng)
        text = text[:at] + rng.choice(_NOISE) + text[at:]
    return text


def _wrapped(text: str, rng: random.Random, others: Sequence[str]) -> str:
    return rng.choice(_WRAPPINGS).format(text)


def _joined(text: str, rng: random.Random, others: Sequence[str]) -> str:
    return text + rng.choice(("", "\n", "\n\n", ", ")) + rng.choice(others)


def _put_inside(text: str, rng: random.Random, others: Sequence[str]) -> str:
    at = _place(text, rng)
    return text[:at] + rng.choice(others) + text[at:]


def _shuffled(text: str, rng: random.Random, others: Sequence[str]) -> str:
    lines = text.split("\n")
    rng.shuffle(lines)
    return "\n".join(lines)


def _hostile(text: str, rng: random.Random, others: Sequence[str]) -> str:
    return rng.choice(("", text)) + rng.choice(HOSTILE) * rng.choice((60, 1000, 4000)) + text


WAYS: tuple[Way, ...] = (
    *(_cut_off, _begun_late, _gap, _twice, _swapped, _noisy, _wrapped, _joined, _put_inside),
    *(_shuffled, _hostile),
)
"""The faults."""
