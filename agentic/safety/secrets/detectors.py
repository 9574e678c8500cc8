"""Shapes of keys that detect-secrets knows.

Its plugins give a text's secrets, of some only the prefix; so what is used are their patterns. It
is loaded when a text has what may be such a key. Left out are plugins that ordinary text sets off
(entropy, key words, public addresses), and those whose time grows with the square of a hostile
text or whose patterns end before the secret does: `shapes` and `blocks` stand in for them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from agentic.safety.secrets.spans import Span

__all__ = ["detected"]

_DIGIT = re.compile(r"\d")
_LEAST = 16
"""Characters of a pattern's group from which on it, and not the whole, is the secret."""
_AROUND = 64
"""Characters before an assigned value in which its name stands."""


@dataclass(frozen=True)
class _Detector:
    kind: str
    plugin: str
    """Module and class."""
    hint: re.Pattern[str]
    """Stands in every text that the plugin's patterns fit."""
    mixed: bool
    """Such a key has a digit as a rule, and words that look alike have none."""


def _detector(kind: str, plugin: str, hint: str, *, mixed: bool = True) -> _Detector:
    return _Detector(kind, plugin, re.compile(hint), mixed)


_FREE = (
    _detector("AWS key", "aws.AWSKeyDetector", r"A(?:3T|BIA|CCA|KIA|SIA)[0-9A-Z]{16}", mixed=False),
    _detector(
        "Artifactory key", "artifactory.ArtifactoryDetector", r"A(?:KC|P[0-9A-F])[a-zA-Z0-9]{8}"
    ),
    _detector("Discord token", "discord.DiscordBotTokenDetector", r"\.[\w-]{6}\.[\w-]{27}"),
    _detector("GitHub token", "github_token.GitHubTokenDetector", r"gh[pousr]_[A-Za-z0-9_]{36}"),
    _detector("Mailchimp key", "mailchimp.MailchimpDetector", r"-us[0-9]"),
    _detector("PyPI token", "pypi_token.PypiTokenDetector", r"pypi-AgE"),
    _detector("SendGrid key", "sendgrid.SendGridDetector", r"SG\.[\w-]{22}\."),
    _detector("Slack token", "slack.SlackDetector", r"xox[abopsr]-\d|hooks\.slack\.com/serv"),
    _detector("Square secret", "square_oauth.SquareOAuthDetector", r"sq0csp-"),
    _detector("Stripe key", "stripe.StripeDetector", r"k_live_"),
    _detector("Telegram token", "telegram_token.TelegramBotTokenDetector", r":[0-9A-Za-z_-]{35}"),
    _detector("Twilio key", "twilio.TwilioKeyDetector", r"(?:AC|SK)[0-9a-z]{32}"),
)
_ASSIGNED = (
    _detector("AWS key", "aws.AWSKeyDetector", r"[0-9a-zA-Z/+]{40}(?![0-9a-zA-Z/+])"),
    _detector("Cloudant key", "cloudant.CloudantDetector", r"[0-9a-f]{64}|[a-z]{24}", mixed=False),
    _detector("IBM key", "ibm_cloud_iam.IbmCloudIamDetector", r"[\w-]{44}(?![\w-])"),
    _detector("IBM key", "ibm_cos_hmac.IbmCosHmacDetector", r"[0-9a-f]{48}(?![0-9a-f])"),
    _detector("SoftLayer key", "softlayer.SoftlayerDetector", r"[0-9a-z]{64}"),
)
"""Only the name before them tells that these are keys. Their patterns are tried on the value and
the few characters before it alone, for many blanks in a row would hold them up."""
_NAMED = re.compile(
    r"(?:key|Key|KEY|pwd|PWD|pass|Pass|PASS|password|Password|PASSWORD|pw|PW|token|Token|TOKEN"
    r"|soap/v3(?:\.1)?)[\"'\]]{0,2}"
    r"\s{0,4}[:=>/\s]{1,3}\s{0,4}[\"']?(?=[\w/+-]{24})"
)


def detected(text: str) -> Iterator[Span]:
    """Where a text has what one of the plugins takes for a key."""
    for detector in _FREE:
        if detector.hint.search(text):
            yield from _spans(detector, text, 0)
    for name in _NAMED.finditer(text):
        start = max(name.start() - _AROUND, 0)
        for detector in _ASSIGNED:
            if value := detector.hint.match(text, name.end()):
                yield from _spans(detector, text[start : value.end() + 1], start)


def _spans(detector: _Detector, text: str, offset: int) -> Iterator[Span]:
    """Where the plugin's patterns find something; what a pattern has around the key is left."""
    for pattern in _patterns(detector.plugin):
        for found in pattern.finditer(text):
            groups = range(1, pattern.groups + 1)
            group = next((at for at in groups if len(found[at] or "") >= _LEAST), 0)
            secret = found[group].strip(' \t\r\n\f\v=:"')
            if detector.mixed and not _DIGIT.search(secret):
                continue
            start = offset + found.start(group) + found[group].index(secret)
            yield Span(start, start + len(secret), detector.kind)


@cache
def _patterns(plugin: str) -> tuple[re.Pattern[str], ...]:
    module, name = plugin.split(".")
    found = getattr(import_module(f"detect_secrets.plugins.{module}"), name)
    return tuple(found.denylist)
