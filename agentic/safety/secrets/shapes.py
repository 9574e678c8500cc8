"""Shapes that only keys have and detect-secrets lacks, or reads too slowly in hostile text.

Each pattern takes time in proportion to the text: what repeats is bounded, or can't begin again
within itself. It is only tried where one of its anchors stands.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agentic.safety.secrets.spans import Span

__all__ = ["shaped"]

_DIGIT = re.compile(r"\d")
_BEFORE = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
"""No part of a longer word; the escapes of JSON and of addresses end in letters or digits."""


def _always(secret: str) -> bool:
    return True


def _mixed(secret: str) -> bool:
    """Whether it is no mere word: made by chance, it hardly lacks every digit."""
    return _DIGIT.search(secret) is not None


def _no_blank(secret: str) -> bool:
    """Whether it is a password and not where one is to be filled in."""
    return not re.match(r"[$<{%*\[…]|[xX]{3}|\.{3}|(?i:pass(?:word)?|pw|secret|pwd)\Z", secret)


@dataclass(frozen=True)
class _Shape:
    kind: str
    anchors: tuple[str, ...]
    """One of these stands in every text that the pattern fits."""
    pattern: re.Pattern[str]
    """Its group is the secret, where it has one."""
    fits: Callable[[str], bool] = _always


def _shape(kind: str, anchors: str, pattern: str, fits: Callable[[str], bool] = _always) -> _Shape:
    return _Shape(kind, tuple(anchors.split()), re.compile(pattern), fits)


_SHAPES = (
    _shape("Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{20,}"),
    _shape(
        "OpenAI key",
        "sk-proj- sk-svcacct- sk-admin- sk-None-",
        r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}",
        _mixed,
    ),
    _shape("OpenAI key", "T3BlbkFJ", r"sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
    _shape("OpenRouter key", "sk-or-", r"sk-or-(?:v\d-)?[0-9a-f]{40,}"),
    _shape("API key", "sk-", _BEFORE + r"sk-[A-Za-z0-9]{32,}", _mixed),
    _shape("Google key", "AIza", r"AIza[A-Za-z0-9_-]{35}"),
    _shape("Google token", "ya29.", _BEFORE + r"ya29\.[A-Za-z0-9_-]{20,}"),
    _shape("Google secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{28}"),
    _shape("Hugging Face token", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{34,}"),
    _shape("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{36,}"),
    _shape("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{36,}"),
    _shape(
        "GitLab token",
        "glpat- gldt- glft- glsoat- glrt- glrtr- glcbt- glimt- glptt- glagent- gloas- GR1348941",
        r"(?:gl(?:pat|dt|ft|soat|rtr?|cbt|imt|ptt|agent|oas)-|GR1348941)[A-Za-z0-9_.=-]{20,}",
        _mixed,
    ),
    _shape("Groq key", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    _shape("xAI key", "xai-", r"xai-[A-Za-z0-9]{60,}"),
    _shape("Replicate token", "r8_", _BEFORE + r"r8_[A-Za-z0-9]{37}"),
    _shape("Perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    _shape("Tavily key", "tvly-", r"tvly-[A-Za-z0-9-]{24,}", _mixed),
    _shape("NVIDIA key", "nvapi-", r"nvapi-[A-Za-z0-9_-]{40,}"),
    _shape("LangSmith key", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}(?:_[0-9a-f]{10})?"),
    _shape("Pinecone key", "pcsk_", r"pcsk_[A-Za-z0-9_]{40,}"),
    _shape("Databricks token", "dapi", _BEFORE + r"dapi[0-9a-f]{32}"),
    _shape("DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
    _shape("Shopify token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _shape("Stripe key", "_live_ _test_", r"[rs]k_(?:live|test)_[0-9A-Za-z]{16,}", _mixed),
    _shape("webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/]{24,}"),
    _shape("Slack token", "xapp- xox", r"(?:xapp|xox[a-z])[-.][0-9A-Za-z.-]{20,}", _mixed),
    _shape(
        "Discord webhook",
        "/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/\d{10,25}/([A-Za-z0-9_-]{40,})",
    ),
    _shape("npm token", "npm_", _BEFORE + r"npm_[A-Za-z0-9]{36}"),
    _shape("npm token", "_authToken", r"_authToken[ \t]{0,3}=[ \t]{0,3}([A-Za-z0-9_.+/=-]{16,})"),
    _shape("Linear key", "lin_api_", r"lin_api_[A-Za-z0-9]{32,}"),
    _shape("Notion token", "ntn_ secret_", _BEFORE + r"(?:ntn|secret)_[A-Za-z0-9]{43,}"),
    _shape("Vault token", "hvs. hvb.", _BEFORE + r"hv[sb]\.[A-Za-z0-9_-]{24,}"),
    _shape("Docker token", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    _shape("Grafana token", "glsa_", r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}"),
    _shape("age key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    _shape("Supabase key", "sbp_ sb_secret_", r"(?:sbp|sb_secret)_[A-Za-z0-9_-]{20,}", _mixed),
    _shape("Artifactory key", "AKC", _BEFORE + r"AKC[A-Za-z0-9]{40,}"),
    _shape(
        "Azure key",
        "AccessKey= AccountKey=",
        r"(?:SharedAccess|Account)Key=([A-Za-z0-9+/]{40,100}={0,2})",
    ),
    _shape(
        "AWS secret key",
        "ecret",
        r"(?i:aws_?)?(?i:secret_?access_?key)[\"']?\s{0,4}[:=]\s{0,4}[\"']?"
        r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    _shape(
        "JSON Web Token",
        "eyJ",
        _BEFORE + r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*",
    ),
    _shape(
        "password",
        "://",
        r"://[^\s/:@?#\"'<>]{0,200}:([^\s/@\"'<>]{1,200})@(?=[\w.\[-])",
        _no_blank,
    ),
    _shape(
        "authorization",
        "earer EARER",
        r"\b(?i:bearer)(?:\s{1,4}|%20|\+)([A-Za-z0-9._~+/-]{16,}={0,2})",
        _mixed,
    ),
    _shape(
        "authorization",
        "uthorization UTHORIZATION",
        r"(?i:authorization)[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?i:basic|token|apikey|digest)\s{1,4}"
        r"([A-Za-z0-9._~+/-]{8,}={0,2})",
    ),
    _shape(
        "API key",
        "-key -Key -KEY -token -Token -TOKEN",
        r"\b(?i:(?:x-)?(?:goog-)?api-key|x-auth-token|x-access-token|private-token)[\"']?"
        r"\s{0,4}[:=]\s{0,4}[\"']?([A-Za-z0-9._~+/-]{16,}={0,2})",
        _mixed,
    ),
    _shape(
        "API key",
        "key= token= secret= password=",
        r"[?&](?i:api_?key|access_token|refresh_token|client_secret|password)="
        r"([^&#\s\"'<>\[\]]{8,})",
        _mixed,
    ),
)


def shaped(text: str) -> Iterator[Span]:
    """Where something of such a shape stands in a text."""
    for shape in _SHAPES:
        if not any(anchor in text for anchor in shape.anchors):
            continue
        for found in shape.pattern.finditer(text):
            group = 1 if shape.pattern.groups else 0
            if shape.fits(found[group]):
                yield Span(found.start(group), found.end(group), shape.kind)
