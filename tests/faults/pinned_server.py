"""An MCP server whose tools stand in a file, and which notes in another what it was called for."""

import json
import sys
from pathlib import Path
from typing import Any

SAID, CALLED = map(Path, sys.argv[1:])


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def answer(message: dict[str, Any]) -> dict[str, Any]:
    said = json.loads(SAID.read_text(encoding="utf-8"))
    match message["method"], message.get("params") or {}:
        case "initialize", {"protocolVersion": version}:
            info = {"name": "pinned", "version": "1"}
            can = {"tools": {"listChanged": True}}
            about = {"instructions": said["instructions"]} if said["instructions"] else {}
            return {"protocolVersion": version, "capabilities": can, "serverInfo": info, **about}
        case "tools/list", _:
            return {"tools": said["tools"]}
        case "tools/call", {"name": name}:
            with CALLED.open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")
            say({"method": "notifications/tools/list_changed"})
            return {"content": [{"type": "text", "text": f"{name} was called"}]}
    return {}


for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        say({"id": message["id"], "result": answer(message)})
