"""The doctor's single checks: terminal, providers, weights, embedder, memory, hub."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from agentic.console.findings import Finding
from agentic.settings import child_environment, settings

if TYPE_CHECKING:
    from memory import Stats
    from memory.server import Server

__all__ = [
    "configuration",
    "embedder",
    "hub",
    "memory",
    "providers",
    "sandbox",
    "terminal",
    "weights",
]

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
    """Whether the memory opens, what it holds, and its index. None is made where there is none."""
    from agentic.console.assembly import open_memory
    from agentic.console.terminal import stderr_console

    with open_memory(stderr_console(), lock_timeout=PATIENCE) as opened:
        if opened.server is not None:
            yield from _server(opened.server)
        if opened.path.exists():
            yield _health(opened.stats())
        else:
            yield Finding("ok", "memory", f"{opened.path}: nothing yet")


def _server(server: "Server") -> Iterator[Finding]:
    """Whether the server of the vectors answers; what is kept here is looked at all the same."""
    from memory.errors import StoreError

    try:
        server.check()
    except StoreError as error:
        yield Finding("problem", "memory", str(error))
    else:
        yield Finding("ok", "memory", f"{server} answers")


def _health(found: "Stats") -> Finding:
    from agentic.sizes import human
    from memory.embedding import default_embedder

    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.kinds.items()) or "nothing yet"
    made_by = found.embedder if found.embedder is not None else "no embedder yet"
    text = f"{found.path}: {kinds}; {human(found.bytes)}; {made_by}"
    if found.embedder not in (None, ours := default_embedder().name):
        remedy = f"`agentic memory rebuild` makes the vectors anew with {ours}."
        return Finding("problem", "memory", text, remedy)
    if found.pending:
        remedy = "The next search puts some in; `agentic memory rebuild` puts all in now."
        return Finding("warning", "memory", f"{text}; {found.pending:,} not in the index", remedy)
    return Finding("ok", "memory", f"{text}; index {found.health}")


def sandbox() -> Iterator[Finding]:
    """Whether the Python that models write can be run."""
    from agentic.configuration import read_configuration
    from agentic.safety.sandboxes import cpython, monty

    python = read_configuration().python
    choice = python.sandbox if python is not None else "monty"
    full = choice != "monty"
    if lacking := cpython.missing(choice) if full else monty.missing():
        remedy = "The tool `python` is off; all others work."
        yield Finding("warning", "sandbox", lacking, remedy)
        return
    sandbox = cpython.cpython(choice) if full else monty.MontySandbox()
    outcome = sandbox.run("6 * 7", 5, 2**26)
    if outcome.failure is None:
        text = "runs Python that a model wrote, without files or network"
        yield Finding("ok", "sandbox", f"{choice}: {text}" if full else text)
    else:
        yield Finding("problem", "sandbox", outcome.failure.message)


def configuration() -> Iterator[Finding]:
    """What `agentic.toml` says, if it is there."""
    from agentic.configuration import NAME, read_configuration
    from agentic.tools.configured import configured

    found = read_configuration()
    there = [tool.name for tool in configured(found)] + [f"mcp.{name}" for name in found.mcp]
    text = f"{settings().home / NAME}: {', '.join(there) or 'nothing set down'}"
    yield Finding("ok", "config", text)


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
