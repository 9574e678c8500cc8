"""How people write quantities, turned into Python's notation: `3 @ (u0)` is three of unit `u0`."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from agentic.tools.calculating.arithmetic import NAMES
from agentic.tools.calculating.notation import unread
from agentic.tools.calculating.units import UNIT, check_refused, unit_named

__all__ = ["Quantified", "has_units", "parted"]

_TOKEN = re.compile(
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+(?!\w))?)"
    rf"|(?P<unit>{UNIT.pattern})|(?P<name>[xX](?=\s*[\d.(])|[^\W\d]\w*)"
    r"|(?P<sign>\*\*|//|->|\S)|(?P<space>\s+)",
    re.ASCII,
)
_SIGNS = {"^": "**", "x": "*", "of": "*", "off": "*", "per": "/", "每": "/"}
_KNOWN = frozenset({"**", *"-+*/%()"})
_CONVERTS = re.compile(
    r"(?:(?<=\s)(?:in|into|to|as)(?=\s)|(?:轉換|換算|轉|換)[成為]|等於|是|→|->|=)\s*"
    r"(?:how many\b|多少|幾)?",
    re.IGNORECASE,
)
"""What stands between a quantity and the unit that it is wanted in."""
_CHINESE_DEGREES = re.compile(r"(攝氏|華氏)\s*(零下|-)?\s*(\d+(?:\.\d+)?)\s*度?")
_ASKING = re.compile(r"^(?:convert|how (?:much|many) (?:is|are))\s+|(?:幾度)?\s*[?？]*$", re.I)


class _Token(NamedTuple):
    kind: str
    """ "number", "unit", "name" or "sign"."""
    text: str


_NOTHING = _Token("", "")


@dataclass
class Quantified:
    """An expression with units, read from its tokens."""

    tokens: list[_Token]
    units: list[str] = field(default_factory=list)
    """What `pint` calls the units `u0`, `u1`, …"""
    written: dict[str, str] = field(default_factory=dict)
    """Runs of units as source, and as they were written."""
    _place: int = 0

    def source(self) -> str:
        """The expression in Python's notation."""
        parts: list[str] = []
        while self._at().kind:
            if self._at().kind == "unit":
                bracketed = bool(parts) and parts[-1] == ")"
                parts.append(f"{'' if bracketed else '1'}@({self._run()})")
            elif self._measures():
                parts.append(self._measure())
            else:
                parts.append(self._at().text)
                self._place += 1
        return " ".join(parts)

    def only_unit(self) -> str | None:
        """The source of a single run of units; None if there is anything else."""
        if self._at().kind != "unit":
            return None
        run = self._run()
        return None if self._at().kind else run

    def _at(self, ahead: int = 0) -> _Token:
        place = self._place + ahead
        return self.tokens[place] if place < len(self.tokens) else _NOTHING

    def _measures(self) -> bool:
        return self._at().kind == "number" and self._at(self._length()).kind == "unit"

    def _length(self) -> int:
        """How many tokens the number here takes: "1/2 kg" is half one, "2^3 kg" are eight."""
        free = self._place == 0 or self.tokens[self._place - 1].text in {"+", "-", "("}
        kinds = [self._at(ahead).kind for ahead in (2, 3)]
        joined = self._at(1).text == "**" or (free and self._at(1).text == "/")
        return 3 if joined and kinds == ["number", "unit"] else 1

    def _measure(self) -> str:
        """A number with its unit; "2 hours 30 min" is the sum of both."""
        terms = []
        while self._measures():
            end = self._place + self._length()
            number = "".join(token.text for token in self.tokens[self._place : end])
            self._place = end
            terms.append(f"({number})@({self._run()})")
        return f"({'+'.join(terms)})"

    def _run(self) -> str:
        """Units that belong together, such as "km/h" or "kg*m/s**2"."""
        begin, source = self._place, ""
        while self._at().kind == "unit":
            source += f"u{len(self.units)}"
            self.units.append(unit_named(self._at().text))
            self._place += 1
            if self._at().text == "**" and self._at(1).kind == "number":
                source += f"**{self._at(1).text}"
                self._place += 2
            if self._at().text in {"/", "*"} and self._at(1).kind == "unit":
                source += self._at().text
                self._place += 1
            else:
                break
        written = "".join(token.text for token in self.tokens[begin : self._place])
        self.written[source] = written.replace("**", "^")
        return source


def has_units(text: str) -> bool:
    """Whether units stand in a folded expression.

    Raises:
        ToolError: if there is one that can't be converted, such as money.
    """
    check_refused(text)
    return any(found.lastgroup == "unit" for found in _TOKEN.finditer(text))


def parted(text: str) -> tuple[Quantified, Quantified | None]:
    """What a folded expression works out, and the unit that it is wanted in, if one is named.

    Raises:
        ToolError: if a part can't be read.
    """
    plain = _CHINESE_DEGREES.sub(_unit_last, _ASKING.sub("", text.strip()))
    for found in reversed(list(_CONVERTS.finditer(plain))):
        wanted = plain[found.end() :]
        if plain[: found.start()].strip() and _all_readable(wanted):
            target = Quantified(_tokens(wanted))
            if target.only_unit() is not None:
                return Quantified(_tokens(plain[: found.start()])), target
    return Quantified(_tokens(plain)), None


def _unit_last(degrees: re.Match[str]) -> str:
    sign = "-" if degrees[2] else ""
    return f"{sign}{degrees[3]} {'°C' if degrees[1] == '攝氏' else '°F'}"


def _all_readable(text: str) -> bool:
    return all(_kind(found) for found in _TOKEN.finditer(text))


def _kind(found: re.Match[str]) -> str:
    """The kind of a token; none if it can't be read."""
    kind, piece = str(found.lastgroup), found[0].lower()
    if kind in {"name", "sign"} and piece in _SIGNS:
        return "sign"
    readable = {"name": piece in NAMES, "sign": piece in _KNOWN}
    return kind if readable.get(kind, True) else ""


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(text):
        kind, piece = _kind(found), found[0]
        if not kind:
            raise unread(text[found.start() :])
        if piece == "%" and tokens and tokens[-1].kind == "number":
            tokens[-1] = _Token("number", f"({tokens[-1].text}/100)")
        elif piece.lower() == "off" and tokens and tokens[-1].text.endswith("/100)"):
            tokens[-1:] = [_Token("number", f"(1-{tokens[-1].text})"), _Token("sign", "*")]
        elif kind != "space":
            tokens.append(_Token(kind, _said(kind, piece)))
    return tokens


def _said(kind: str, piece: str) -> str:
    match kind:
        case "number":
            return piece.replace(",", "").lstrip("0") or "0"
        case "unit":
            return piece
        case _:
            return _SIGNS.get(piece.lower(), piece.lower())
