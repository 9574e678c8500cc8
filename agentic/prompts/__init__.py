"""Prompts: short templates in the `.md` files beside this one, loaded by name."""

import json
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

__all__ = ["examples", "in_short", "lines", "prompt"]

LONGEST_REPEATED = 600
"""Characters of a task that are repeated whole."""


def prompt(name: str, /, **values: object) -> str:
    """The prompt of that name with every `$value` filled in.

    Raises:
        KeyError: if the template has a value that was not given.
    """
    return _template(name).substitute(values).strip()


def in_short(task: str) -> str:
    """A task for repeating it: a long one stands whole in the transcript already."""
    return task if len(task) <= LONGEST_REPEATED else f"{task[:LONGEST_REPEATED]} …"


@cache
def examples() -> list[tuple[str, str]]:
    """Worked plans, as a task and its plan in JSON. None writes: what is shown gets copied."""
    return [
        (each["task"], json.dumps({"steps": each["steps"]}, ensure_ascii=False))
        for each in lines("examples")
    ]


def lines(name: str) -> list[dict[str, Any]]:
    """The rows of a `.jsonl` file beside this one."""
    text = files(__name__).joinpath(f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@cache
def _template(name: str) -> Template:
    return Template(files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8"))
