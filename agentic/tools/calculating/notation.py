"""How people write arithmetic, turned into the plain notation that Python's parser reads."""

import re
import unicodedata
from collections.abc import Container
from typing import NamedTuple

from agentic.errors import ToolError

__all__ = ["folded", "plain_notation", "unread"]

_SUPERSCRIPT = re.compile("[⁰¹²³⁴-⁹]+")
_SIGNS = str.maketrans("×✕⋅∙÷−–", "****/--")
_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+(?!\w))?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|//|[-+*/%(),^])|(?P<space>\s+)",
    re.ASCII,
)
_SEVERAL = frozenset({"max", "min", "round", "log"})
"""Functions of several arguments: directly between their parentheses a comma parts them."""
_PERCENT = {"%": "percent", "%off": "percent_off"}
"""The function that each sign of a percentage calls: "15% off 80" is 85 percent of it."""


class _Token(NamedTuple):
    kind: str
    """ "number", "name" or "sign"."""
    text: str
    spaced: bool
    """White space stands before it."""


def folded(expression: str) -> str:
    """The expression with full-width and typographic signs made plain, without a closing "= ?".

    Raises:
        ToolError: if a sign for a fraction or a circled number is in it.
    """
    text = _SUPERSCRIPT.sub(
        lambda power: f"**{unicodedata.normalize('NFKC', power[0])}", expression
    )
    odd = next((sign for sign in text if unicodedata.category(sign) == "No"), None)
    if odd is not None:
        raise ToolError(f"Could not read {odd!r} in the expression; write it with digits.")
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).replace("π", "pi")
    text = re.sub(r"√\s*(\d+(?:\.\d+)?)", r"sqrt(\1)", text).replace("√", "sqrt")
    text = re.sub(r"^\s*=|=\s*\??\s*$", "", text)
    return " ".join(text.split())


def plain_notation(text: str, names: Container[str]) -> str:
    """A folded expression in Python's notation, a percentage as a call of a function.

    Args:
        text: The expression, folded.
        names: Functions and constants that may stand in it.

    Raises:
        ToolError: if a part can't be read, or reads two ways.
    """
    return " ".join(_with_percentages(_with_thousands(_tokens(text, names))))


def _tokens(text: str, names: Container[str]) -> list[_Token]:
    tokens: list[_Token] = []
    place, spaced = 0, False
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise unread(text[place:])
        kind, piece = str(found.lastgroup), found[0]
        place = found.end()
        if kind == "name":
            piece = piece.lower()
            after_percent = bool(tokens) and tokens[-1].text == "%"
            if piece == "x" or (piece in {"of", "off"} and after_percent):
                if piece == "off":
                    tokens[-1] = tokens[-1]._replace(text="%off")
                kind, piece = "sign", "*"
            elif piece not in names:
                raise unread(found[0])
        if kind != "space":
            tokens.append(_Token(kind, "**" if piece == "^" else piece, spaced))
        spaced = kind == "space"
    return tokens


def _with_thousands(tokens: list[_Token]) -> list[_Token]:
    """The tokens with "1", ",", "234" made one number, but for commas that part arguments."""
    result: list[_Token] = []
    callers: list[str] = []
    for place, token in enumerate(tokens):
        if token.text == "(":
            callers.append(result[-1].text if result else "")
        elif token.text == ")" and callers:
            callers.pop()
        parts_arguments = bool(callers) and callers[-1] in _SEVERAL
        if token.text == "," and not parts_arguments and not _is_thousands(tokens, place):
            raise ToolError(
                "Could not read a comma in the expression; write the decimal sign as a point, "
                "and nothing between thousands."
            )
        joins = place > 0 and tokens[place - 1].text == "," and not parts_arguments
        if joins:
            result[-1] = result[-1]._replace(text=result[-1].text + token.text)
        elif token.text != "," or parts_arguments:
            result.append(token)
    return result


def _is_thousands(tokens: list[_Token], place: int) -> bool:
    if place == 0 or place + 1 == len(tokens):
        return False
    before, comma, after = tokens[place - 1 : place + 2]
    first = place < 2 or tokens[place - 2].text != ","
    return (
        re.fullmatch(r"[1-9]\d{0,2}" if first else r"\d{3}", before.text) is not None
        and re.fullmatch(r"\d{3}(\.\d*)?", after.text) is not None
        and not (comma.spaced or after.spaced)
    )


def _with_percentages(tokens: list[_Token]) -> list[str]:
    out: list[str] = []
    opened: list[int] = []  # where in `out` each open parenthesis began, with its function
    operand: int | None = None  # where in `out` the operand began that ends here
    for place, token in enumerate(tokens):
        if token.text in _PERCENT and operand is not None and _is_percentage(tokens, place):
            out[operand] = f"{_PERCENT[token.text]}({out[operand]}"
            out.append(")")
            continue
        if token.text == ")" and opened:
            operand = opened.pop()
        elif token.text == "(":
            calls = place > 0 and tokens[place - 1].kind == "name"
            opened.append(len(out) - calls)
            operand = None
        else:
            operand = None if token.kind == "sign" else len(out)
        out.append(re.sub(r"^0+(?=\d)", "", token.text))
    return out


def _is_percentage(tokens: list[_Token], place: int) -> bool:
    """Whether this "%" means hundredths; otherwise it is the remainder of a division."""
    if place + 1 == len(tokens) or tokens[place].text == "%off":
        return True
    here, after = tokens[place], tokens[place + 1]
    signed = after.text in {"+", "-"}
    if after.kind == "sign" and not signed and after.text != "(":
        return True
    if here.spaced:  # "17 % 5", "17 % -5"
        return False
    if not after.spaced and not signed:  # "17%5"
        return False
    if after.spaced and signed:  # "20% + 5%"
        return True
    raise ToolError(
        "It is unclear what '%' means here; write '/ 100' for a percentage, "
        "or 'a % b' with spaces for the remainder."
    )


def unread(text: str) -> ToolError:
    """The error for text that begins with what can't be read."""
    piece = re.match(r"[^\W\d]+|\S", text)
    return ToolError(
        f"Could not read {piece[0] if piece else text!r} in the expression; give numbers, signs "
        "and common units only, such as '330 * 3.28' or '5 km in miles'."
    )
