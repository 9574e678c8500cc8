"""Secrets taken out of text: kinds of keys, values that are known, and all else left alone."""

import base64
import html
import json
import random
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic.safety.secrets import known, known_address, known_secret, redact, redacted

SEED = 20_261
ROOT = Path(__file__).parents[3]
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
WIDE = f"{ALNUM}_-"

_chance = random.Random(SEED)


def some(count: int, signs: str = ALNUM) -> str:
    """Characters by chance, among them a digit and, where the signs have one, a letter."""
    while True:
        made = "".join(_chance.choices(signs, k=count))
        if any(each.isdigit() for each in made) and not made.isdigit():
            return made


def _segment(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _jwt() -> str:
    head, body = _segment({"alg": "HS256"}), _segment({"sub": "1234567890", "name": "Ann"})
    return f"{head}.{body}.{some(43, WIDE)}"


def _block(name: str, *header: str) -> str:
    rows = [*(some(64, f"{ALNUM}+/") for _ in range(6)), some(10)]
    edge = "-" * 5
    return "\n".join([f"{edge}BEGIN {name}{edge}", *header, *rows, f"{edge}END {name}{edge}"])


# Put together when the test runs: a scanner of this repository finds no key in it.
SAMPLES: dict[str, tuple[str, str]] = {
    "anthropic": ("sk-" + "ant-api03-" + some(93, WIDE) + "AA", "Anthropic key"),
    "anthropic admin": ("sk-" + "ant-admin01-" + some(86, WIDE), "Anthropic key"),
    "openai project": ("sk-" + "proj-" + some(74, WIDE), "OpenAI key"),
    "openai service": ("sk-" + "svcacct-" + some(74, WIDE), "OpenAI key"),
    "openai old": ("sk-" + some(20) + "T3Blbk" + "FJ" + some(20), "OpenAI key"),
    "openrouter": ("sk-" + "or-v1-" + some(64, HEX), "OpenRouter key"),
    "deepseek": ("sk-" + some(32, HEX), "API key"),
    "google": ("AI" + "za" + some(35, WIDE), "Google key"),
    "google oauth": ("ya" + "29." + some(60, WIDE), "Google token"),
    "google client": ("GOC" + "SPX-" + some(28, WIDE), "Google secret"),
    "hugging face": ("h" + "f_" + some(34), "Hugging Face token"),
    "hugging face org": ("api_" + "org_" + some(34), "Hugging Face token"),
    "github classic": ("gh" + "p_" + some(36), "GitHub token"),
    "github oauth": ("gh" + "o_" + some(36), "GitHub token"),
    "github user": ("gh" + "u_" + some(36), "GitHub token"),
    "github server": ("gh" + "s_" + some(36), "GitHub token"),
    "github refresh": ("gh" + "r_" + some(76), "GitHub token"),
    "github fine": ("github" + "_pat_" + some(22) + "_" + some(59), "GitHub token"),
    "gitlab personal": ("gl" + "pat-" + some(20, WIDE), "GitLab token"),
    "gitlab deploy": ("gl" + "dt-" + some(20, WIDE), "GitLab token"),
    "gitlab runner": ("gl" + "rt-" + some(20, WIDE), "GitLab token"),
    "gitlab trigger": ("gl" + "ptt-" + some(40, HEX), "GitLab token"),
    "gitlab registration": ("GR" + "1348941" + some(20, WIDE), "GitLab token"),
    "groq": ("gs" + "k_" + some(52), "Groq key"),
    "xai": ("xa" + "i-" + some(80), "xAI key"),
    "replicate": ("r" + "8_" + some(37), "Replicate token"),
    "perplexity": ("pp" + "lx-" + some(48), "Perplexity key"),
    "tavily": ("tv" + "ly-" + some(32), "Tavily key"),
    "nvidia": ("nv" + "api-" + some(64, WIDE), "NVIDIA key"),
    "langsmith": ("ls" + "v2_pt_" + some(32, HEX) + "_" + some(10, HEX), "LangSmith key"),
    "pinecone": ("pc" + "sk_" + some(70), "Pinecone key"),
    "databricks": ("da" + "pi" + some(32, HEX), "Databricks token"),
    "digitalocean": ("do" + "p_v1_" + some(64, HEX), "DigitalOcean token"),
    "shopify": ("shp" + "at_" + some(32, HEX), "Shopify token"),
    "stripe live": ("sk" + "_live_" + some(24), "Stripe key"),
    "stripe restricted": ("rk" + "_live_" + some(24), "Stripe key"),
    "stripe test": ("sk" + "_test_" + some(24), "Stripe key"),
    "webhook": ("wh" + "sec_" + some(32), "webhook secret"),
    "slack bot": ("xo" + "xb-" + f"{10**11}-{10**11}-" + some(24), "Slack token"),
    "slack user": ("xo" + "xp-" + f"{10**11}-{10**11}-" + some(32, HEX), "Slack token"),
    "slack app": ("xa" + "pp-1-A0" + some(9, UPPER) + "-" + some(64, HEX), "Slack token"),
    "slack hook": (
        "https://hooks.slack" + ".com/services/T0" + some(8) + "/B0" + some(8) + "/" + some(24),
        "Slack token",
    ),
    "discord": ("M" + some(24, WIDE) + "." + some(6) + "." + some(27), "Discord token"),
    "npm": ("np" + "m_" + some(36), "npm token"),
    "pypi": ("py" + "pi-AgEIcHlwaS5vcmc" + some(80, WIDE), "PyPI token"),
    "pypi test": ("py" + "pi-AgENdGVzdC5weXBpLm9yZw" + some(80, WIDE), "PyPI token"),
    "sendgrid": ("S" + "G." + some(22, WIDE) + "." + some(43, WIDE), "SendGrid key"),
    "twilio account": ("A" + "C" + some(32, HEX), "Twilio key"),
    "twilio key": ("S" + "K" + some(32, HEX), "Twilio key"),
    "telegram": (f"{_chance.randrange(10**9, 10**10)}:" + some(35, WIDE), "Telegram token"),
    "square": ("sq0" + "csp-" + some(43, WIDE), "Square secret"),
    "mailchimp": (some(32, HEX) + "-us" + "12", "Mailchimp key"),
    "artifactory": ("AK" + "C" + some(60), "Artifactory key"),
    "aws id": ("AK" + "IA" + some(16, UPPER), "AWS key"),
    "aws session id": ("AS" + "IA" + some(16, UPPER), "AWS key"),
    "linear": ("lin_" + "api_" + some(40), "Linear key"),
    "notion": ("nt" + "n_" + some(46), "Notion token"),
    "vault": ("hv" + "s." + some(90, WIDE), "Vault token"),
    "docker": ("dckr" + "_pat_" + some(27, WIDE), "Docker token"),
    "grafana": ("gl" + "sa_" + some(32) + "_" + some(8, HEX), "Grafana token"),
    "age": ("AGE-" + "SECRET-KEY-1" + some(58, UPPER), "age key"),
    "supabase": ("sb" + "p_" + some(40, HEX), "Supabase key"),
    "jwt": (_jwt(), "JSON Web Token"),
    "rsa": (_block("RSA PRIVATE" + " KEY"), "private key"),
    "pkcs8": (_block("PRIVATE" + " KEY"), "private key"),
    "openssh": (_block("OPENSSH PRIVATE" + " KEY"), "private key"),
    "encrypted": (
        _block("EC PRIVATE" + " KEY", "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,AB12", ""),
        "private key",
    ),
    "pgp": (_block("PGP PRIVATE" + " KEY BLOCK", "Version: 1", ""), "private key"),
}
"""Keys that show themselves, and the kind that their marks name."""

NAMED: dict[str, tuple[str, str, str]] = {
    "bearer": ("Authorization: Bearer ", some(40, WIDE), "authorization"),
    "bearer json": ('{"authorization": "bearer ', some(40), "authorization"),
    "basic": (
        "Authorization: Basic ",
        base64.b64encode(b"ann:a fine day 1").decode(),
        "authorization",
    ),
    "x-api-key": ("X-Api-Key: ", some(32), "API key"),
    "query": ("https://example.org/a?api_key=", some(24), "API key"),
    "access token": ("https://example.org/a?x=1&access_token=", some(24), "API key"),
    "url": ("postgresql://reader:", some(12), "password"),
    "url without user": ("redis://:", some(12), "password"),
    "npmrc": ("//registry.example.org/:_authToken=", some(36, HEX), "npm token"),
    "aws secret": ("aws_secret_access_key = ", some(40, f"{ALNUM}/+"), "AWS secret key"),
    "aws json": ('"SecretAccessKey": "', some(40, f"{ALNUM}/+"), "AWS secret key"),
    "aws assigned": ("aws_token = '", some(40), "AWS key"),
    "azure": ("AccountName=a;AccountKey=", some(86) + "==", "Azure key"),
    "azure bus": ("SharedAccessKeyName=a;SharedAccessKey=", some(43) + "=", "Azure key"),
    "cloudant": ("cloudant_password = ", some(64, HEX), "Cloudant key"),
    "softlayer": ("softlayer_api_key: ", some(64, LOWER), "SoftLayer key"),
    "ibm": ('ibm_cloud_api_key = "', some(44), "IBM key"),
    "ibm cos": ("cos_secret_access_key=", some(48, HEX), "IBM key"),
    "discord hook": (
        f"https://discord.com/api/webhooks/{10**17}/",
        some(68, WIDE),
        "Discord webhook",
    ),
}
"""Keys that what stands before them shows, which stays."""
AFTER = {"url": "@db.example.org/shop", "url without user": "@localhost:6379", "aws assigned": "'"}


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "_made_known", {})


def test_there_are_samples_enough() -> None:
    print(f"seed {SEED}")
    assert len(SAMPLES) + len(NAMED) >= 60


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "the key is {}, keep it",
        "KEY={}\nNEXT=1",
        '"{}"',
        "金鑰是「{}」。",
        "`{}`",
        "<a>{}</a>",
    ],
)
def test_a_key_gives_way_to_a_mark_of_its_kind(name: str, around: str) -> None:
    secret, kind = SAMPLES[name]
    assert redact(around.format(secret)) == around.format(f"[secret: {kind}]")


@pytest.mark.parametrize("name", NAMED)
def test_a_key_behind_its_name_gives_way_and_the_name_stays(name: str) -> None:
    before, secret, kind = NAMED[name]
    after = AFTER.get(name, '"' if before.endswith('"') else "\nnext")
    assert redact(before + secret + after) == f"{before}[secret: {kind}]{after}"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_key_within_json_and_addresses_is_found(name: str) -> None:
    secret, kind = SAMPLES[name]
    line = json.dumps({"said": f"first\n{secret}\nlast"})
    marked = json.dumps({"said": f"first\n[secret: {kind}]\nlast"})
    assert redact(line) == marked
    if "\n" not in secret:
        assert secret not in redact(f"https://example.org/?a=%20{secret}&b=1")


@pytest.mark.parametrize("name", ["rsa", "openssh", "encrypted", "pgp"])
def test_a_private_key_that_was_cut_off_is_found(name: str) -> None:
    block, _ = SAMPLES[name]
    begun = block[: len(block) * 2 // 3]
    assert redact(f"here:\n{begun}") == "here:\n[secret: private key]"
    assert redact(f"{begun}\n\nThat was it.") == "[secret: private key]\n\nThat was it."
    ended = block[len(block) // 2 :]
    assert redact(f"{ended}\nThat was it.") == "[secret: private key]\nThat was it."


def test_where_a_private_key_is_only_spoken_of_nothing_goes() -> None:
    edge = "-----BEGIN PRIVATE" + " KEY-----"
    text = f"A key begins with `{edge}` and is long."
    assert redact(text) == text
    assert redact(edge) == edge


def test_of_a_putty_key_the_private_lines_go() -> None:
    rows = "\n".join(some(64) for _ in range(3))
    head = "PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 1\nAAAA\n"
    text = f"{head}Private-Lines: 3\n{rows}\nPrivate-MAC: {some(40, HEX)}\nend"
    assert redact(text) == f"{head}[secret: private key]\nend"


def test_keys_next_to_each_other_all_go() -> None:
    first, second = SAMPLES["github classic"][0], SAMPLES["aws id"][0]
    for text in (first + second, f"{first} {second}", f"{second},{first},{second}"):
        done = redact(text)
        assert first not in done
        assert second not in done


@pytest.mark.parametrize(
    "text",
    [
        "class APEntrypointNames :",
        "a bearer authentication-mechanism is used",
        "Authorization: Bearer <token>, or Bearer ${TOKEN}",
        "sk-learn-style-identifiers-of-some-length-without-digits",
        "xoxo-hugs-and-kisses-from-all-of-us",
        "https://user:password@host and postgres://reader:${PASSWORD}@host/db, redis://:***@host",
        "https://example.org:8443/a@b and mailto:ann@example.org",
        "key: this-is-a-long-identifier-without-any-digit",
        "task-12345, risk-2, a ghp_ prefix, AKIA, eyJ, hf_hub_download(repo_id=1)",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "uuid 123e4567-e89b-12d3-a456-426614174000",
        "密碼：https://例子.tw/路徑 以及 金鑰＝請向管理員索取",
    ],
)
def test_what_only_looks_like_a_key_stays(text: str) -> None:
    assert redact(text) == text


# --- values of the environment


SECRET = "Tr0ub4dor&3 /ünï+\"q'"


@pytest.mark.parametrize(
    "name",
    [
        "SHOP_PASSWORD",
        "MY_API_KEY",
        "HF_TOKEN",
        "APIKEY",
        "JWT_SECRET",
        "DB_PASSWD",
        "X_CREDENTIALS",
        "PROXY_AUTH",
        "GH_PAT",
        "smtp_password",
        "SECRETS",
        "DBPASSWORD",
    ],
)
def test_a_value_of_the_environment_goes_if_its_name_says_secret(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, SECRET)
    assert redact(f"it is {SECRET}!") == f"it is [secret: {name}]!"


FORMS: list[Callable[[str], str]] = [
    lambda value: quote(value, safe=""),
    quote,
    quote_plus,
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    html.escape,
]


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_found_in_the_forms_in_which_it_is_written(
    form: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    assert redact(f"a={form(SECRET)}&b") == "a=[secret: SHOP_PASSWORD]&b"


@pytest.mark.parametrize("before", ["", "a", "ab", "reader:", "使用者:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_value_is_found_within_base64(
    before: str, encode: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "hunter2-Hunter3_Hunter4~~~>>>"
    monkeypatch.setenv("SHOP_PASSWORD", value)
    done = redact(encode(f"{before}{value}!".encode()).decode())
    assert "[secret: SHOP_PASSWORD]" in done
    left = done.replace("[secret: SHOP_PASSWORD]", "")
    assert len(left) <= len(base64.b64encode(before.encode())) + 6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSH_AUTH_SOCK", "/tmp/ssh-abcdef/agent.1234"),
        ("KEYBOARD", "us-international-x1"),
        ("AUTH", "none"),
        ("AUTH", "kerberos"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("MAX_TOKENS", "1000000000"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/home/ann/keys/service-account.json"),
        ("TLS_KEY", "server-2026.key"),
        ("AUTH_URL", "https://auth.example.org/realms/main1"),
        ("AUTH_HOST", "auth1.internal.example.org"),
        ("AWS_ACCESS_KEY_FILE", "aws-2026-file-name"),
        ("TOKEN_ALGORITHM", "RS256-with-sha512"),
        ("DB_PASSWORD", "short1"),
        ("DB_PASSWORD", "password"),
        ("KEY_PROVIDER", "vault-prod-17-eu"),
        ("MONKEY", "curious-george-17"),
        ("PATH_TO_TURKEYS_X", "gobble-gobble-17-times"),
        ("EDITOR", "some-long-editor-17"),
        ("SECRET_SANTA_DATE", "2026-12-24T18:00"),
        ("API_KEY", "C:\\Users\\Ann\\key17"),
    ],
)
def test_what_only_looks_like_a_secret_stays(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert redact(f"It says {value} here.") == f"It says {value} here."


def test_of_an_address_only_the_password_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://reader:8hunter8%40x@db.example.org/shop")
    assert redact("host db.example.org, reader") == "host db.example.org, reader"
    assert redact("it is 8hunter8%40x") == "it is [secret: DATABASE_URL]"
    monkeypatch.setenv("SENTRY_DSN", "https://0123456789abcdef@sentry.example.org/7")
    assert (
        redact("k=0123456789abcdef sentry.example.org")
        == "k=[secret: SENTRY_DSN] sentry.example.org"
    )


def test_what_was_made_known_goes() -> None:
    known_secret("SHOP_PASSWORD", "correcthorse")
    assert redact("the correcthorse here") == "the [secret: SHOP_PASSWORD] here"
    known_address("shop", "postgresql://reader:kauf%20haus9@db.example.org/shop")
    assert redact("kauf%20haus9, kauf haus9") == "[secret: shop], [secret: shop]"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("A", "short"),
        ("SHOP_HOST", "db.example.org"),
        ("PORT", "54321987"),
        ("DATA", "/srv/data/a"),
    ],
)
def test_what_is_filled_in_and_no_secret_stays(name: str, value: str) -> None:
    known_secret(name, value)
    assert redact(f"to {value} and on") == f"to {value} and on"


def test_of_secrets_that_overlap_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "abcd1234efgh")
    monkeypatch.setenv("B_TOKEN", "34efghijklmnopqr5")
    assert redact("abcd1234efghijklmnopqr5") == "[secret: B_TOKEN]"


# --- values that JSON can carry


def test_values_are_redacted_throughout_names_included() -> None:
    token, key = SAMPLES["github classic"][0], SAMPLES["google"][0]
    value = {"a": [token, 1, None, True, {"b": f"x {key}"}], token: 2.5, f"{token[:-1]}9": 3}
    assert redacted(value) == {
        "a": ["[secret: GitHub token]", 1, None, True, {"b": "x [secret: Google key]"}],
        "[secret: GitHub token]": 2.5,
        "[secret: GitHub token] 2": 3,
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_values_without_secrets_stay_the_same(value: Any) -> None:
    assert redacted(value) == value


# --- whatever the text


PIECES = st.sampled_from(
    [secret for secret, _ in SAMPLES.values()]
    + [before + secret for before, secret, _ in NAMED.values()]
    + ["sk-", "ghp_", "eyJ", "://a:", "@", "Bearer ", " ", "\n", "\\n", "-----END PRIVATE KEY-----"]
    + ["glpat-" + "A" * 50, "[secret: ", "]", "港口", "aws_key = '", "key: "]
)
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=8).map("".join)


@given(MIXED)
def test_what_is_redacted_stays_as_it_is_and_hardly_grows(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    assert len(once) <= 4 * len(text) + 20


@given(st.text(st.characters(exclude_characters=":"), max_size=400))
def test_text_without_secrets_stays_byte_for_byte(text: str) -> None:
    assert redact(text) == text


@given(st.text(alphabet="港口城市的人口很多，伺服器通訊埠 8443。abc:/@-_=\n", max_size=300))
def test_chinese_text_stays_unless_it_has_an_address_with_a_password(text: str) -> None:
    if "://" not in text:
        assert redact(text) == text


def test_the_texts_of_this_repository_stay_but_for_passwords_in_addresses() -> None:
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("agentic/**/*.py")]
    files += [*ROOT.glob("memory/**/*.py"), *ROOT.glob("benchmarks/**/*.jsonl")]
    assert len(files) > 150
    for file in files:
        if "secrets" not in file.parts:
            text = file.read_text(encoding="utf-8")
            done = redact(text)
            assert done.replace("[secret: password]", "") == done, file
            assert done == text, file


HOSTILE = ["a", "1", "=", "eyJ", "eyJa.", "sk-", "ghp_", "glpat-" + "A" * 50, "xoxb-1-", "://a:"]
HOSTILE += ["aws'", "key   ", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "A" * 17]
HOSTILE += ["Bearer ", "Authorization: Basic ", "hf_", " AKC", "12345678:", "clpwd ", "\\n", "%20"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_of_a_megabyte_comes_to_an_end(piece: str) -> None:
    """With a pattern whose time grows with the square of the text, this would take hours."""
    text = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    assert len(redact(text)) <= 4 * len(text)


def test_detect_secrets_is_loaded_when_a_text_needs_it() -> None:
    code = (
        "import sys\n"
        "from agentic.safety.secrets import redact\n"
        "redact('The harbour opens at nine. ' * 100)\n"
        "assert 'detect_secrets' not in sys.modules\n"
        "assert redact('AK' + 'IA' + 'ABCDEFGH12345678') == '[secret: AWS key]'\n"
        "assert 'detect_secrets' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
