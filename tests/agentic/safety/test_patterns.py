"""Patterns of calls: what they mean, and that one that lets calls through never means more."""

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.effects import Effect
from agentic.errors import UsageError
from agentic.safety.addressing import addresses, texts
from agentic.safety.patterns import parse_pattern

NOWHERE = Path("/nowhere/at/all")
NAMES = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12)
WORDS = st.text(string.ascii_letters + string.digits + " .[]?!()=-港", min_size=1, max_size=12)
KINDS: tuple[Effect, ...] = ("reads", "writes", "network", "executes", "sends")


def lets(pattern: str, args: dict[str, Any], workspace: Path = NOWHERE, name: str = "do") -> bool:
    """Whether an allow rule fits a call."""
    return parse_pattern(pattern).fits(name, args, frozenset(), workspace, loosens=True)


def stops(pattern: str, args: dict[str, Any], workspace: Path = NOWHERE, name: str = "do") -> bool:
    """Whether a deny rule fits a call."""
    return parse_pattern(pattern).fits(name, args, frozenset(), workspace, loosens=False)


@pytest.mark.parametrize(
    ("pattern", "name", "args"),
    [
        ("*", "anything.at_all", {}),
        ("do", "do", {"a": 1}),
        ("desk.*", "desk.save", {}),
        ("do(a=x)", "do", {"a": "x", "b": "y"}),
        (" do( a = x , b=y* ) ", "do", {"a": "x", "b": "yes"}),
        ("do(a=b=c)", "do", {"a": "b=c"}),
        ("do(a=f(x))", "do", {"a": "f(x)"}),
        ("do(a=[1])", "do", {"a": "[1]"}),
        ("do(a=why?)", "do", {"a": "why?"}),
        ("do(a=*)", "do", {"a": "one,\ntwo (3)"}),
        ("do(a=true)", "do", {"a": True}),
        ("do(a=True)", "do", {"a": True}),
        ("do(a=null)", "do", {"a": None}),
        ("do(a=3)", "do", {"a": 3}),
        ('do(a={"b": "c"})', "do", {"a": {"b": "c"}}),
        ("記下(內容=港*)", "記下", {"內容": "港口"}),
    ],
)
def test_what_a_pattern_means(pattern: str, name: str, args: dict[str, Any]) -> None:
    assert lets(pattern, args, name=name)
    assert stops(pattern, args, name=name)


@pytest.mark.parametrize(
    ("pattern", "name", "args"),
    [
        ("do", "do_more", {}),
        ("do", "Do", {}),
        ("desk.*", "desk_save", {}),
        ("do(a=x)", "do", {}),
        ("do(a=x)", "do", {"a": "X"}),
        ("do(a=x)", "do", {"a": "xx"}),
        ("do(a=x)", "do", {"b": "x"}),
        ("do(a=x, b=y)", "do", {"a": "x", "b": "z"}),
        ("do(a=[12])", "do", {"a": "1"}),
        ("do(a=why?)", "do", {"a": "whys"}),
        ("do(a=1)", "do", {"a": True}),
        ("do(host=*)", "do", {"a": "no address"}),
    ],
)
def test_what_a_pattern_does_not_mean(pattern: str, name: str, args: dict[str, Any]) -> None:
    assert not lets(pattern, args, name=name)
    assert not stops(pattern, args, name=name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no pattern of calls; write a tool's name"),
        ("write file", "is no pattern of calls; write a tool's name"),
        ("do(a=b", "is no pattern of calls; write a tool's name"),
        ("do(a)", "between brackets stands argument=value"),
        ("do(=b)", "between brackets stands argument=value"),
        ("do(a=one, two)", "for a comma within a value write *"),
        ("effect:snds", "No effect named 'snds'; there are: reads, .*Did you mean 'sends'?"),
        ("effect:", "No effect named ''"),
        ("Effect:sends", "is no pattern of calls"),
        ("d?", "is no pattern of calls"),
        ("do(host=https://example.org)", "names no host; write it without scheme"),
        ("do(host=example.org:443)", "names no host"),
        ("do(host=example.org/x)", "names no host"),
        ("do(host=例*.tw)", "names no host"),
    ],
)
def test_what_is_no_pattern_is_said_with_what_would_be(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_pattern(text)


@given(st.text(max_size=60))
def test_any_text_is_a_pattern_or_told_to_be_none(text: str) -> None:
    try:
        pattern = parse_pattern(text)
    except UsageError:
        return
    pattern.fits("do", {"a": text, "url": text, "path": text}, None, NOWHERE, loosens=True)


@given(WORDS.map(str.strip).filter(bool), WORDS)
def test_without_a_star_only_the_value_itself_fits(value: str, other: str) -> None:
    pattern = f"do(a={value})"
    assert lets(pattern, {"a": value})
    assert stops(pattern, {"a": value})
    assert lets(pattern, {"a": other}) == (value == other)


ARGS = st.dictionaries(
    st.sampled_from(["a", "path", "url", "to", "files"]),
    st.one_of(
        WORDS,
        st.sampled_from(
            ["notes/a", "notes/../b", "https://example.org", "https://example.org\\@evil.org"]
        ),
        st.lists(WORDS, max_size=3),
        st.integers(),
    ),
)
VALUES = st.sampled_from(["*", "notes/*", "a*", "notes/a", "../*", "港*", "[a]*"])


@given(ARGS, st.sampled_from(["a", "path", "url", "to", "files"]), VALUES)
def test_a_rule_that_lets_a_call_through_would_stop_it_too(
    args: dict[str, Any], key: str, value: str
) -> None:
    pattern = f"do({key}={value})"
    assert stops(pattern, args) or not lets(pattern, args)


@given(ARGS, st.sampled_from(["*", "example.org", "*.org", "evil.org"]))
def test_so_would_one_about_hosts(args: dict[str, Any], host: str) -> None:
    assert stops(f"do(host={host})", args) or not lets(f"do(host={host})", args)


@pytest.mark.parametrize("loosens", [True, False])
@given(effects=st.sets(st.sampled_from(KINDS)), named=st.sampled_from(KINDS))
def test_a_rule_about_an_effect(loosens: bool, effects: set[Effect], named: Effect) -> None:
    fits = parse_pattern(f"effect:{named}").fits("do", {}, effects, NOWHERE, loosens=loosens)
    beyond = effects - {named, "reads", "network"}
    assert fits == (named in effects and not (loosens and beyond))


def test_what_may_do_anything_is_stopped_by_a_rule_about_any_effect_and_let_by_none() -> None:
    for named in KINDS:
        pattern = parse_pattern(f"effect:{named}")
        assert pattern.fits("do", {}, None, NOWHERE, loosens=False)
        assert not pattern.fits("do", {}, None, NOWHERE, loosens=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    for name in ("notes", "secret"):
        (folder / name).mkdir(parents=True)
    (folder / "secret" / "plan.md").touch()
    (folder / "notes" / "out").symlink_to(folder / "secret")
    (folder / "notes" / "link.md").symlink_to(folder / "secret" / "plan.md")
    (folder / "vault").symlink_to(folder / "secret")
    return folder


INTO_NOTES = ("notes/a.md", "./notes//a.md", "notes/b/../a.md", " notes/a.md ", "secret/../notes/a")
OUT_OF_NOTES = (
    *("notes/../secret/plan.md", "notes/../../x", "../notes/a.md", "/etc/passwd"),
    *("notes/out/plan.md", "notes/link.md", "notes\\..\\secret\\plan.md", "Notes/a.md"),
    *("notes/../notes/../secret/plan.md", "secret/notes/a.md", "notesy/a.md", "notes/\0/../../x"),
)


@pytest.mark.parametrize("path", INTO_NOTES)
def test_a_file_is_meant_however_its_path_is_written(path: str, workspace: Path) -> None:
    for given_path in (path, str(workspace / path.strip())):
        assert lets("do(path=notes/*)", {"path": given_path}, workspace)
        assert lets("do(path=./notes/*)", {"path": given_path}, workspace)
        assert lets(f"do(path={workspace}/notes/*)", {"path": given_path}, workspace)


@pytest.mark.parametrize("key", ["path", "file_path", "filePaths", "to", "source", "database"])
@pytest.mark.parametrize("path", OUT_OF_NOTES)
def test_no_path_leads_out_of_the_folder_that_is_allowed(
    path: str, key: str, workspace: Path
) -> None:
    assert not lets(f"do({key}=notes/*)", {key: path}, workspace)
    assert not lets(f"do({key}=notes/*)", {key: ["notes/a.md", path]}, workspace)


def test_signs_in_per_cent_are_a_name_like_any_other(workspace: Path) -> None:
    assert lets("do(path=notes/*)", {"path": "notes/%2e%2e/secret"}, workspace)
    assert not lets("do(path=notes/*)", {"path": "%2e/notes/a"}, workspace)


INTO_SECRET = (
    *("secret/plan.md", "secret/new.md", "./secret//plan.md", "notes/../secret/plan.md"),
    *("notes/out/plan.md", "notes/link.md", "vault/plan.md", "secret\\plan.md", "secret", "vault"),
)


@pytest.mark.parametrize(
    "rule", ["secret/*", "./secret/*", "secret/", "vault/*", "vault/", "secret*"]
)
@pytest.mark.parametrize("path", INTO_SECRET)
def test_no_path_leads_around_a_rule_that_denies(path: str, rule: str, workspace: Path) -> None:
    for given_path in (path, str(workspace / path)):
        assert stops(f"do(path={rule})", {"path": given_path}, workspace)
        assert stops(f"do(path={workspace}/{rule})", {"path": given_path}, workspace)
        assert stops(f"do(files={rule})", {"files": ["notes/a", given_path]}, workspace)
    assert not stops(f"do(path={rule})", {"path": "notes/a.md"}, workspace)


@pytest.mark.parametrize("rule", ["vault", "secret", "secret/", "./secret", "notes/out"])
def test_a_rule_may_name_one_folder_or_file(rule: str, workspace: Path) -> None:
    assert stops(f"do(path={rule})", {"path": "secret"}, workspace)
    assert stops(f"do(path={rule})", {"path": "vault/"}, workspace)
    assert not stops(f"do(path={rule})", {"path": "secretary/a.md"}, workspace)
    assert not stops(f"do(path={rule})", {"path": "."}, workspace)


def test_the_users_own_folder_may_be_written_as_a_shell_has_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(workspace.parent))
    assert stops("do(path=~/work/secret/*)", {"path": "secret/plan.md"}, workspace)
    assert lets("do(path=~/work/notes/*)", {"path": "notes/a.md"}, workspace)


def test_a_link_made_later_leads_nowhere_that_is_not_allowed(workspace: Path) -> None:
    assert not lets("do(path=vault/*)", {"path": "vault/plan.md"}, workspace)


def test_what_names_a_file_or_somebody_is_compared_as_both(workspace: Path) -> None:
    assert lets("do(to=ann@*)", {"to": "ann@example.org"}, workspace)
    assert lets("do(to=mailto://ann/*)", {"to": "mailto://ann/x"}, workspace)
    assert not lets("do(to=notes/*)", {"to": "notes/../secret/a"}, workspace)
    assert stops("do(to=ann@*)", {"to": ["bob@example.org", "ann@example.org"]}, workspace)


def test_all_of_an_argument_must_be_allowed_and_any_of_it_is_denied(workspace: Path) -> None:
    mixed = {"paths": ["notes/a", {"path": "secret/plan.md"}]}
    assert not lets("do(paths=notes/*)", mixed, workspace)
    assert stops("do(paths=*secret*)", mixed, workspace)
    assert not lets("do(tags=a)", {"tags": ["a", "b"]})
    assert stops("do(tags=a)", {"tags": ["a", "b"]})
    assert not lets("do(tags=a)", {"tags": []})


EXAMPLE = (
    *("https://example.org", "HTTPS://EXAMPLE.ORG/x", "https://example.org./", "example.org/x"),
    *("https://user:pass@example.org:8443/x?y#z", "https://evil.org@example.org/"),
    *("https://ｅｘａｍｐｌｅ.org/", "https://example。org/", " <https://example.org> "),
    *("https://example.org#@evil.org", "https://example.org?@evil.org", "wss://example.org"),
)
NOT_EXAMPLE = (
    *("https://evil.org", "https://example.org@evil.org/", "https://example.org.evil.org"),
    *("https://evil.org/example.org", "https://evil.org?example.org", "https://myexample.org"),
    *("https://evil.org#example.org", "https://xn--example-9ib.org", "https://exämple.org"),
    *("https://example.org:80@evil.org", "https://sub.example.org"),
)
UNCLEAR = (
    *("https://evil.org\\@example.org/", "https://example.org\\@evil.org/", "https:/example.org"),
    *("https:\\\\example.org", "https:example.org", "https://example.org%2eevil.org", "https://"),
    *("https://%65xample.org", "https://example.org;evil.org", "https://example.org evil.org"),
    *("https://example.org:80:90/", "https://[example.org]/", "https://example.org\u200b.evil"),
    *("//example.org/x", "mailto:ann@example.org", "https://example.org,evil.org"),
)


@pytest.mark.parametrize("address", EXAMPLE)
def test_a_host_is_meant_however_its_address_is_written(address: str) -> None:
    for args in ({"url": address}, {"body": {"links": [address]}}):
        assert lets("do(host=example.org)", args)
        assert stops("do(host=EXAMPLE.org)", args)
        assert not lets("do(host=evil.org)", args)
        assert not stops("do(host=evil.org)", args)


@pytest.mark.parametrize("address", NOT_EXAMPLE)
def test_no_other_host_passes_for_one(address: str) -> None:
    assert not lets("do(host=example.org)", {"url": address})
    assert not stops("do(host=example.org)", {"url": address})


@pytest.mark.parametrize("address", UNCLEAR)
def test_a_host_that_programs_read_differently_is_let_nowhere_and_stopped(address: str) -> None:
    for host in ("example.org", "evil.org", "*.org"):
        assert not lets(f"do(host={host})", {"url": address})
        assert stops(f"do(host={host})", {"url": address})


def test_hosts_in_other_scripts_are_those_they_are_asked_by() -> None:
    for written in ("https://例子.tw/頁", "https://xn--fsqu00a.tw", "例子.tw"):
        for rule in ("例子.tw", "xn--fsqu00a.tw", "*.tw"):
            assert lets(f"do(host={rule})", {"url": written})
            assert stops(f"do(host={rule})", {"url": written})
    assert lets("do(host=*.例子.tw)", {"url": "https://a.例子.tw"})
    assert not lets("do(host=strasse.de)", {"url": "https://straße.de"})


def test_one_of_several_addresses_is_enough_to_stop_and_all_are_needed_to_let() -> None:
    both = {"url": "https://example.org", "body": {"to": ["see https://evil.org/x, please"]}}
    assert not lets("do(host=example.org)", both)
    assert stops("do(host=evil.org)", both)
    joined = {"url": "https://example.org https://evil.org"}
    assert not lets("do(host=example.org)", joined)
    assert stops("do(host=evil.org)", joined)
    assert lets("do(host=*)", both)


def test_addresses_and_texts_are_found_wherever_they_stand() -> None:
    args = {"a": [{"b": ("see https://a.example/x.",)}], "site_url": "b.example", "n": 3}
    assert list(addresses(args)) == ["https://a.example/x.", "b.example"]
    assert list(texts(args)) == ["see https://a.example/x.", "b.example"]
    assert list(addresses({"q": "c.example/x"}, bare=True)) == ["c.example/x"]
    assert list(addresses({"path": "notes.md"}, bare=True)) == []


def test_a_path_that_is_none_is_let_nowhere(workspace: Path) -> None:
    assert not lets("do(path=notes/*)", {"path": "notes/\0"}, workspace)
    assert not lets("do(path=notes/*)", {"path": 3}, workspace)
    assert not lets("do(path=notes/*)", {"path": None}, workspace)
