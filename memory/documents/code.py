"""Source code: functions and classes whole where they can be told, else blocks at the margin."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from memory.documents.document import Block, Document
from memory.documents.files import read_text
from memory.documents.text import paragraphs

__all__ = ["load_code", "load_python"]

_CLOSERS = (")", "]", "}", "end", "#endif", "else", "fi", "done")


def load_code(path: Path, data: bytes) -> Document:
    """A file of any language: a block ends where a line at the margin follows a blank one."""
    text, encoding = read_text(path, data)
    blocks = tuple(_at_margin(text.split("\n"), 1, ()))
    return Document(path.name, "code", encoding, blocks)


def load_python(path: Path, data: bytes) -> Document:
    """A Python file with its classes and functions as headings; as any code if it has none."""
    text, encoding = read_text(path, data)
    tree, lines = _parsed(text), text.split("\n")
    if tree is None:
        return Document(path.name, "python", encoding, tuple(_at_margin(lines, 1, ())))
    blocks = tuple(_within(tree.body, lines, 1, len(lines), ()))
    return Document(path.name, "python", encoding, blocks)


def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is odd in a file is not our user's concern
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _within(
    body: Sequence[ast.stmt], lines: Sequence[str], first: int, last: int, scope: tuple[str, ...]
) -> Iterator[Block]:
    """Blocks of lines `first` to `last`, which hold `body`."""
    for node in body:
        match node:
            case ast.ClassDef():
                name = f"class {node.name}"
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                name = f"def {node.name}"
            case _:
                continue
        start, end = _start(node, lines, first), node.end_lineno or node.lineno
        yield from _at_margin(lines[first - 1 : start - 1], first, scope)
        inner = node.body if isinstance(node, ast.ClassDef) else []
        if inner:
            yield from _within(inner, lines, start, end, (*scope, name))
        else:
            text = "\n".join(lines[start - 1 : end])
            yield Block(text, (*scope, name), (start, end), kind="code")
        first = end + 1
    yield from _at_margin(lines[first - 1 : last], first, scope)


def _start(
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, lines: Sequence[str], first: int
) -> int:
    """First line of a definition, with its decorators and the comment right above them."""
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    while start > first and lines[start - 2].lstrip().startswith("#"):
        start -= 1
    return start


def _at_margin(lines: Sequence[str], first: int, scope: tuple[str, ...]) -> Iterator[Block]:
    """Paragraphs, each with those after it that are further in or close what it opened."""
    start, end, margin = first, first - 1, 0
    for block in paragraphs(lines, first, scope):
        bare = block.text.lstrip()
        indent = len(block.text) - len(bare)
        above, last = block.lines if block.lines else (first, first)
        if end >= start and indent <= margin and not bare.startswith(_CLOSERS):
            yield _code(lines, first, (start, end), scope)
            start = above
        if end < start or start == above:
            start, margin = above, indent
        end = last
    if end >= start:
        yield _code(lines, first, (start, end), scope)


def _code(lines: Sequence[str], first: int, span: tuple[int, int], scope: tuple[str, ...]) -> Block:
    text = "\n".join(lines[span[0] - first : span[1] - first + 1])
    return Block(text, scope, span, kind="code")
