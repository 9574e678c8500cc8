"""What a run may do: a policy of allow, ask and deny, and how a call is ruled on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agentic.effects import Effect
from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest
from agentic.safety.patterns import Pattern, parse_pattern

if TYPE_CHECKING:
    from agentic.tools.base import Tool

__all__ = ["Approve", "Decision", "Permissions", "Ruling", "mode"]

Decision = Literal["allow", "ask", "deny"]
Approve = Literal["ask", "auto", "never"]
"""What becomes of what is to be asked: it is asked, it is allowed, or it is refused."""

_CAREFUL: dict[Effect, str] = {
    "executes": "it runs code",
    "sends": "it brings something to others",
}
"""Effects that are asked about where no rule says otherwise, and how that is said."""


@dataclass(frozen=True)
class Ruling:
    """What is to become of a call, and why, in one line."""

    decision: Decision
    why: str


class Permissions(BaseModel):
    """What the calls of a run may do.

    A rule is a pattern: `tool`, `tool(argument=value)`, `tool(path=notes/*)`,
    `tool(host=*.example.org)` or `effect:sends`; `*` stands for anything. Of the rules that fit a
    call the strictest holds. Where none fits, calls that execute or send are asked about, and so
    are those of somebody else's tools whose effects nobody told; all others are allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    approve: Approve = "ask"
    unanswered: Literal["pause", "refuse"] = "pause"
    """What becomes of a question that nobody is there to answer: the run waits for the answer, or
    the call is refused, the model told, and the run goes on."""
    untrusted_may: tuple[str, ...] = Field(default=())
    """Exceptions, by pattern: what a run may send although it has read both text from elsewhere
    and private data."""

    @model_validator(mode="after")
    def _can_be_read(self) -> "Permissions":
        for text in (*self.allow, *self.ask, *self.deny, *self.untrusted_may):
            parse_pattern(text)
        return self

    def ruling(self, tool: "Tool", args: Mapping[str, Any], workspace: Path) -> Ruling:
        """What is to become of a call, whatever the run has read.

        Args:
            tool: The tool.
            args: The call's arguments.
            workspace: The folder that paths are relative to.
        """
        effects = tool.effects_of(args)
        args = _complete(tool, args)

        def fits(pattern: Pattern, decision: Decision) -> bool:
            loosens = decision == "allow"
            return pattern.fits(tool.name, args, effects, workspace, loosens=loosens)

        decision, why = self._ruled(fits) or _by_default(tool, effects)
        match decision, self.approve:
            case "ask", "auto":
                return Ruling("allow", why)
            case "ask", "never":
                return Ruling("deny", f"{why}, and nobody is to be asked")
        return Ruling(decision, why)

    def with_rules(self, **rules: Iterable[str]) -> "Permissions":
        """These permissions with more rules, by the names of their fields.

        Raises:
            UsageError: if one is no pattern.
        """
        joined = {name: (*getattr(self, name), *more) for name, more in rules.items()}
        return Permissions.model_validate(self.model_dump() | joined)

    def excepted(self, tool: "Tool", args: Mapping[str, Any], workspace: Path) -> bool:
        """Whether the user named the call as one that may send whatever the run has read."""
        effects = tool.effects_of(args)
        args = _complete(tool, args)
        return any(
            pattern.fits(tool.name, args, effects, workspace, loosens=True)
            for pattern in map(parse_pattern, self.untrusted_may)
        )

    def _ruled(self, fits: Callable[[Pattern, Decision], bool]) -> tuple[Decision, str] | None:
        """What the strictest of the user's rules says that fits."""
        rules: Iterable[tuple[Decision, tuple[str, ...]]] = (
            ("deny", self.deny),
            ("ask", self.ask),
            ("allow", self.allow),
        )
        for decision, texts in rules:
            found = next((text for text in texts if fits(parse_pattern(text), decision)), None)
            if found is not None:
                return decision, f"the rule {decision} {found!r} fits"
        return None


def mode(text: str) -> Approve:
    """The mode of that name.

    Raises:
        UsageError: if there is none.
    """
    known = get_args(Approve)
    if text not in known:
        hint = did_you_mean(nearest(text, known))
        raise UsageError(f"--approve takes {', '.join(known)}; not {text!r}.{hint}")
    return cast("Approve", text)


def _complete(tool: "Tool", args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The arguments with those that are left out: a rule is about them too."""
    properties = tool.schema.get("properties", {})
    return {name: each["default"] for name, each in properties.items() if "default" in each} | {
        **args
    }


def _by_default(tool: "Tool", effects: frozenset[Effect] | None) -> tuple[Decision, str]:
    if effects is None and tool.foreign:
        return "ask", "it is an MCP server's tool, and what it does is not known"
    careful = [each for each in _CAREFUL if effects is not None and each in effects]
    if careful:
        return "ask", _CAREFUL[careful[0]]
    return "allow", "no rule speaks against it"
