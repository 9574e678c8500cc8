"""The policy: which rule holds, what becomes of a question, and what is done where none fits."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agentic import Permissions, UsageError, tool
from agentic.effects import Effect
from agentic.safety.permissions import Approve, Decision, mode
from agentic.tools.base import Tool

HERE = Path("/nowhere/at/all")
KINDS: tuple[Effect, ...] = get_args(Effect)
STRICT: tuple[Decision, ...] = ("allow", "ask", "deny")


def does(effects: Iterable[Effect] | None, foreign: bool = False) -> Tool:
    @tool(name="do", effects=effects)
    def do(path: str = "notes/a", url: str = "https://example.org", tags: list[str] = []) -> str:  # noqa: B006
        """Do something."""
        return ""

    return replace(do, foreign=foreign)


def decided(permissions: Permissions, made: Tool, **args: Any) -> Decision:
    return permissions.ruling(made, args, HERE).decision


@pytest.mark.parametrize(
    ("effects", "foreign", "decision"),
    [
        ([], False, "allow"),
        (["reads"], False, "allow"),
        (["writes"], False, "allow"),
        (["reads", "network"], False, "allow"),
        (["sends"], False, "ask"),
        (["network", "sends"], False, "ask"),
        (["executes"], False, "ask"),
        (None, False, "allow"),
        (None, True, "ask"),
        ([], True, "allow"),
        (["writes"], True, "allow"),
        (["sends"], True, "ask"),
    ],
)
def test_by_default_the_effects_decide(
    effects: list[Effect] | None, foreign: bool, decision: Decision
) -> None:
    assert decided(Permissions(), does(effects, foreign)) == decision


@pytest.mark.parametrize(("approve", "becomes"), [("auto", "allow"), ("never", "deny")])
def test_a_mode_says_what_becomes_of_questions_and_of_nothing_else(
    approve: Approve, becomes: Decision
) -> None:
    permissions = Permissions(approve=approve, deny=("do(path=secret/*)",), ask=("effect:writes",))
    assert decided(permissions, does(["sends"])) == becomes
    assert decided(permissions, does(["writes"])) == becomes
    assert decided(permissions, does(["writes"]), path="secret/a") == "deny"
    assert decided(permissions, does(["reads"])) == "allow"


RULES = st.lists(
    st.sampled_from(
        [
            *("*", "do", "other", "do(path=notes/*)", "do(path=secret/*)", "do(host=example.org)"),
            *("effect:sends", "effect:writes", "effect:reads", "do(tags=a)", "do(missing=*)"),
        ]
    ),
    max_size=4,
)
EFFECTS = st.one_of(st.none(), st.sets(st.sampled_from(KINDS)))
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(["notes/a", "secret/b", "notes/../secret/c"]),
        "url": st.sampled_from(["https://example.org/x", "https://evil.org"]),
        "tags": st.lists(st.sampled_from("ab"), max_size=2),
    },
)


@given(RULES, RULES, RULES, EFFECTS, GIVEN, st.booleans())
def test_of_the_rules_that_fit_the_strictest_holds(
    allow: list[str],
    ask: list[str],
    deny: list[str],
    effects: set[Effect] | None,
    args: dict[str, Any],
    foreign: bool,
) -> None:
    made = does(effects, foreign)
    alone = [
        decided(Permissions(**{kind: (rule,)}), made, **args)
        for kind, rules in (("allow", allow), ("ask", ask), ("deny", deny))
        for rule in rules
    ]
    by_default = decided(Permissions(), made, **args)
    together = decided(Permissions(allow=allow, ask=ask, deny=deny), made, **args)
    if "deny" in alone:
        assert together == "deny"
    strictest = max([*alone, by_default], key=STRICT.index)
    assert STRICT.index(together) <= STRICT.index(strictest)
    if together == "allow" != by_default:
        assert any(decided(Permissions(allow=(rule,)), made, **args) == "allow" for rule in allow)


@given(RULES, RULES, RULES, EFFECTS, GIVEN, st.sampled_from(["deny", "ask"]), RULES)
def test_one_more_strict_rule_never_lets_more_through(
    allow: list[str],
    ask: list[str],
    deny: list[str],
    effects: set[Effect] | None,
    args: dict[str, Any],
    kind: str,
    more: list[str],
) -> None:
    before = Permissions(allow=tuple(allow), ask=tuple(ask), deny=tuple(deny))
    after = before.with_rules(**{kind: more})
    first, second = (decided(each, does(effects), **args) for each in (before, after))
    # a rule to ask takes the place of what is asked by default, or of a rule that allows
    assert STRICT.index(second) >= STRICT.index(first)


def test_what_is_unknown_is_let_by_no_rule_about_effects_and_denied_by_every() -> None:
    for effect in KINDS:
        assert decided(Permissions(allow=(f"effect:{effect}",)), does(None, True)) == "ask"
        assert decided(Permissions(deny=(f"effect:{effect}",)), does(None)) == "deny"
    assert decided(Permissions(allow=("do",)), does(None, True)) == "allow"


def test_a_rule_about_an_effect_lets_no_further_one_through() -> None:
    permissions = Permissions(allow=("effect:sends",))
    assert decided(permissions, does(["network", "sends"])) == "allow"
    assert decided(permissions, does(["executes", "sends"])) == "ask"


def test_what_an_argument_is_by_default_counts_too() -> None:
    made = does(["writes"])
    assert decided(Permissions(deny=("do(path=notes/*)",)), made) == "deny"
    assert decided(Permissions(deny=("do(host=example.org)",)), made) == "deny"
    assert decided(Permissions(deny=("do(path=notes/*)",)), made, path="other/a") == "allow"


def test_less_is_asked_of_a_call_that_does_less() -> None:
    made = replace(
        does(["network", "sends"]),
        narrowed=lambda args: frozenset({"reads"} if not args.get("tags") else {"sends"}),
    )
    assert decided(Permissions(), made) == "allow"
    assert decided(Permissions(), made, tags=["a"]) == "ask"


def test_the_reason_names_the_rule() -> None:
    made = does(["sends"])
    said = {
        (): "it brings something to others",
        (("ask", "do(path=notes/*)"),): "the rule ask 'do(path=notes/*)' fits",
        (("deny", "*"), ("allow", "do")): "the rule deny '*' fits",
    }
    for rules, why in said.items():
        permissions = Permissions(**{kind: (rule,) for kind, rule in rules})
        assert permissions.ruling(made, {}, HERE).why == why
    never = Permissions(approve="never").ruling(made, {}, HERE)
    assert never.why == "it brings something to others, and nobody is to be asked"


def test_exceptions_are_named_calls_and_no_others() -> None:
    made = does(["network", "sends"])
    permissions = Permissions(untrusted_may=("do(host=tickets.example.org)",))
    assert permissions.excepted(made, {"url": "https://tickets.example.org/new"}, HERE)
    for url in ("https://evil.org", "https://tickets.example.org\\@evil.org", ""):
        assert not permissions.excepted(made, {"url": url}, HERE)
    args = {"url": "https://tickets.example.org", "tags": ["https://evil.org"]}
    assert not permissions.excepted(made, args, HERE)
    assert not Permissions().excepted(made, {}, HERE)
    assert not Permissions(untrusted_may=("effect:sends",)).excepted(does(None), {}, HERE)


@pytest.mark.parametrize("field", ["allow", "ask", "deny", "untrusted_may"])
@pytest.mark.parametrize("text", ["a b", "effect:snds"])
def test_a_rule_that_is_no_pattern_is_told_where_it_is_written(field: str, text: str) -> None:
    said = "write a tool's name" if text == "a b" else r"Did you mean 'sends'\?"
    with pytest.raises(UsageError, match=said):
        Permissions(**{field: (text,)})
    with pytest.raises(UsageError, match=said):
        Permissions().with_rules(**{field: [text]})


def test_what_permissions_have_not_is_no_silent_rule() -> None:
    with pytest.raises(ValidationError, match="denied"):
        Permissions(denied=("*",))  # type: ignore[call-arg]
    with pytest.raises(ValidationError, match="approve"):
        Permissions(approve="yes")


def test_rules_are_added_to_those_there_are() -> None:
    permissions = Permissions(allow=("a",), approve="auto").with_rules(allow=["b"], deny=["c"])
    assert permissions == Permissions(allow=("a", "b"), deny=("c",), approve="auto")


def test_modes_by_name() -> None:
    assert [mode(name) for name in ("ask", "auto", "never")] == ["ask", "auto", "never"]
    with pytest.raises(UsageError, match=r"takes ask, auto, never; not 'nevr'\. Did you mean 'nev"):
        mode("nevr")
