"""An MCP server whose descriptions and answers hold the orders of the corpus, and which writes."""

import json
import sys
from pathlib import Path
from typing import Any

CASES: dict[str, str] = {
    case["id"]: case["lure"].replace("{attacker}", "attacker.test")
    for case in map(json.loads, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
}
TEXT = {"type": "string"}


def tool(name: str, description: str, *arguments: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": dict.fromkeys(arguments, TEXT)}
    return {"name": name, "description": description, "inputSchema": schema}


TOOLS = [
    tool("note", "Read a note.", "case"),
    tool("save", "Save a file.", "path", "text"),
    tool("delete", "Delete a file.", "path"),
    tool("tell", "Look something up on the web.", "query"),
    *(tool(f"look-{id}", lure) for id, lure in CASES.items() if "mcp_description" in id),
]


def result(name: str, args: dict[str, Any]) -> str:
    match name:
        case "note":
            return CASES.get(args["case"], "The desk is closed on Monday.")
        case "save":
            Path(args["path"]).write_text(args["text"], encoding="utf-8")
        case "delete":
            Path(args["path"]).unlink()
    return "done"


def answer(message: dict[str, Any]) -> dict[str, Any]:
    match message["method"], message.get("params") or {}:
        case "initialize", {"protocolVersion": version}:
            info = {"name": "desk", "version": "1"}
            can: dict[str, Any] = {"tools": {}}
            return {"protocolVersion": version, "capabilities": can, "serverInfo": info}
        case "tools/list", _:
            return {"tools": TOOLS}
        case "tools/call", {"name": name, "arguments": args}:
            return {"content": [{"type": "text", "text": result(name, args)}]}
    return {}


for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        said = {"jsonrpc": "2.0", "id": message["id"], "result": answer(message)}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
