"""A server that behaves badly, as it is told to; without the SDK, so that it starts at once."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

WORDS = sys.argv[1:]
TOOLS: list[dict[str, Any]] = [
    {
        "name": "echo",
        "description": "Say it again.",
        "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
    },
    {"name": "die", "inputSchema": {"type": "object"}},
]


def word(name: str) -> str | None:
    return next((each.partition("=")[2] for each in WORDS if each.partition("=")[0] == name), None)


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def begin() -> None:
    if "dies" in WORDS:
        sys.exit("no paper in the tray\n")
    if "deaf" in WORDS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "child" in WORDS:
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        Path(str(word("pids"))).write_text(f"{os.getpid()} {child.pid}")
    elif word("pids"):
        with open(str(word("pids")), "a") as file:
            file.write(f"{os.getpid()} ")
    if "floods" in WORDS:
        sys.stderr.write("much ado about nothing\n" * 100_000)
    if "raves" in WORDS:
        sys.stdout.write('Welcome!\n{"jsonrpc": 1}\n[]\n\n\x00{\n{"id":\n')
        say({"method": "notifications/of/our/own", "params": {"a": 1}})
    if "mute" in WORDS:
        sys.stderr.write("waiting for a password\n")
        sys.stderr.flush()
        signal.pause()


def tools() -> list[dict[str, Any]]:
    """The tools, changed as the file or the word `changes` says."""
    said = word("changes")
    changes = json.loads(said) if said else {}
    file = word("file")
    if file and Path(file).exists():
        changes = json.loads(Path(file).read_text(encoding="utf-8"))
    more = [{**TOOLS[0], "description": "Another."}] if "twins" in WORDS else []
    return [{**TOOLS[0], **changes}, *TOOLS[1:], *more]


def page(cursor: str | None) -> dict[str, Any]:
    at = int(cursor or 0)
    following = {"nextCursor": str(at + 1)} if at + 1 < len(tools()) or "endless" in WORDS else {}
    return {"tools": tools()[at : at + 1], **following}


def answer(message: dict[str, Any]) -> dict[str, Any]:
    match message["method"], message.get("params") or {}:
        case "initialize", {"protocolVersion": version}:
            info = {"name": "rough", "version": "1"}
            can = {} if "idle" in WORDS else {"tools": {"listChanged": True}}
            return {"protocolVersion": version, "capabilities": can, "serverInfo": info}
        case "tools/list", params:
            return page(params.get("cursor"))
        case "tools/call", {"name": "die"}:
            sys.exit(3)
        case "tools/call", {"arguments": {"text": "garbled"}}:
            return {"content": "?"}
        case "tools/call", {"arguments": {"text": "half"}}:
            return {"content": [{"type": "text", "text": "a\ud83d!"}]}
        case "tools/call", {"name": name, "arguments": arguments}:
            if (file := word("file")) and "text" in arguments:
                Path(file).write_text(arguments["text"], encoding="utf-8")
                say({"method": "notifications/tools/list_changed"})
            return {"content": [{"type": "text", "text": f"{name} {arguments}"}]}
    return {}


def main() -> None:
    begin()
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message:
            say({"id": message["id"], "result": answer(message)})
    if "deaf" in WORDS:
        signal.pause()


main()
