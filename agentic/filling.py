"""Texts of `agentic.toml` with the variables of the environment that they name."""

import re
from collections.abc import Mapping

from agentic.errors import UsageError
from agentic.naming import did_you_mean, nearest
from agentic.settings import child_environment

__all__ = ["filled"]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


def filled(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts with each `${NAME}` replaced by that variable of the environment.

    What is filled in counts as secret from then on.

    Raises:
        UsageError: if there is no such variable.
    """
    from agentic.safety.secrets import known_secret

    there = child_environment()

    def value(key: str, name: str) -> str:
        if name not in there:
            near = did_you_mean(nearest(name, there))
            raise UsageError(f"{key} needs the variable {name!r}, which is not set.{near}")
        known_secret(name, there[name])
        return there[name]

    return {
        key: _VARIABLE.sub(lambda found, key=key: value(key, found[1]), text)  # type: ignore[misc]
        for key, text in texts.items()
    }
