"""The doctor's single checks: terminal, providers, weights, embedder, memory, hub."""

from collections.abc import Iterator
from importlib.util import find_spec

from agentic.console.findings import Finding
from agentic.settings import child_environment, settings

__all__ = ["embedder", "hub", "memory", "providers", "terminal", "weights"]

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY")
NARROWEST = 40
"""Columns that the console is made for at least."""
PATIENCE = 5.0
"""Seconds that the hub is given to answer, and the memory to be let go of."""


def terminal() -> Iterator[Finding]:
    """Encoding, width and colour of the terminal that stands behind stderr."""
    from agentic.console.terminal import stderr_console

    console = stderr_console()
    kind = "terminal" if console.is_terminal else "not a terminal"
    colour = console.color_system or "no colour"
    text = f"{kind}, {console.encoding}, {console.width} columns, {colour}"
    if not console.encoding.lower().startswith("utf"):
        remedy = "Set the locale to UTF-8 (LANG=C.UTF-8) to see Chinese and signs as they are."
        yield Finding("warning", "terminal", text, remedy)
    elif console.width < NARROWEST:
        yield Finding("warning", "terminal", text, f"{NARROWEST} columns or more read better.")
    else:
        yield Finding("ok", "terminal", text)


def providers() -> Iterator[Finding]:
    """Extras that are installed and keys that are set; names only."""
    from agentic.models.provider import EXTRAS

    extras = [name for name, package in EXTRAS.items() if find_spec(package) is not None]
    keys = [key for key in KEYS if child_environment().get(key)]
    text = f"extras: {', '.join(extras) or 'none'}; keys set: {', '.join(keys) or 'none'}"
    yield Finding("ok", "providers", text)


def weights() -> Iterator[Finding]:
    """The embedded models; the default one should be there."""
    from agentic.models.weights import installed
    from agentic.sizes import human

    for one in installed():
        name, size = one.weights.name, human(one.weights.bytes)
        fetch = f"agentic pull {name}"
        match one.state:
            case "damaged":
                yield Finding("problem", "weights", f"{name} is damaged: {one.path}", fetch)
            case "missing" | "partial" if name == settings().model:
                have = f"{human(one.have)} of {size}" if one.have else "not fetched yet"
                remedy = f"{fetch} (or it is fetched at first use)"
                yield Finding("warning", "weights", f"{name}: {have}", remedy)
            case state:
                yield Finding("ok", "weights", f"{name}: {state}, {size}")


def embedder() -> Iterator[Finding]:
    """Whether a text can be embedded."""
    from memory.embedding import default_embedder

    tried = default_embedder()
    vector = tried.query("A harbour at night. 夜裡的港口。")
    yield Finding("ok", "embedder", f"{tried.name}, {len(vector)} dimensions")


def memory() -> Iterator[Finding]:
    """Whether the memory opens, and what it holds. None is made where there is none."""
    from agentic.sizes import human
    from memory import Memory

    path = settings().memory
    if not path.exists():
        yield Finding("ok", "memory", f"{path}: nothing yet")
        return
    with Memory(path, lock_timeout=PATIENCE) as opened:
        found = opened.stats()
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.kinds.items()) or "nothing yet"
    text = f"{path}: {kinds}; {human(found.bytes)}"
    if found.pending:
        remedy = "The next search puts them in; `agentic memory rebuild` does it now."
        yield Finding("warning", "memory", f"{text}; {found.pending} not in the index", remedy)
    else:
        yield Finding("ok", "memory", text)


def hub() -> Iterator[Finding]:
    """Whether the model hub answers."""
    import httpx

    address = settings().hub
    try:
        response = httpx.head(address, timeout=PATIENCE, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        remedy = "HF_ENDPOINT names a mirror; without one the package index serves."
        yield Finding("warning", "hub", f"{address}: {error}", remedy)
    else:
        yield Finding("ok", "hub", f"{address} answers ({response.status_code})")
