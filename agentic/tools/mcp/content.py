"""What a server answers to a call, as text and sources."""

import json
from typing import Any

from mcp import types

from agentic.cleaning import clean
from agentic.errors import ToolError
from agentic.tools.context import ToolOutput
from agentic.tools.mcp.wording import tidy

__all__ = ["output"]


def output(result: types.CallToolResult) -> ToolOutput:
    """The answer as text: images and other binary data as a line each, links as sources.

    Raises:
        ToolError: if the server says that the call failed.
    """
    parts = [_part(each) for each in result.content]
    texts = [text for text, _ in parts]
    if result.structuredContent is not None and not _says(texts, result.structuredContent):
        texts.append(_json(result.structuredContent))
    text = "\n".join(texts)
    if result.isError:
        raise ToolError(clean(text).strip() or "The tool failed and did not say why.")
    return ToolOutput(text or "(no result)", tuple(uri for _, uri in parts if uri))


def _part(block: types.ContentBlock) -> tuple[str, str]:
    """The text for a block, and its address where it has one."""
    match block:
        case types.TextContent():
            return block.text, ""
        case types.ImageContent() | types.AudioContent():
            return _binary(block.type, block.mimeType, block.data), ""
        case types.ResourceLink():
            uri = str(block.uri)
            about = f" - {tidy(block.description)}" if block.description else ""
            return f"{tidy(block.title or block.name, 100)}: {uri}{about}", uri
        case types.EmbeddedResource(resource=types.TextResourceContents() as resource):
            return resource.text, str(resource.uri)
        case types.EmbeddedResource(resource=types.BlobResourceContents() as resource):
            uri = str(resource.uri)
            return f"{uri} {_binary('file', resource.mimeType, resource.blob)}", uri
    return f"({tidy(str(block.type), 40)}: a kind of result that can't be shown)", ""


def _binary(kind: str, media_type: str | None, data: str) -> str:
    size = len(data) * 3 // 4 - data[-2:].count("=")
    return f"({kind}, {tidy(media_type or 'unknown type', 60)}, {size:,} bytes)"


def _says(texts: list[str], structured: dict[str, Any]) -> bool:
    """Whether the text says what the structured content does: servers often give both."""
    inner = structured["result"] if set(structured) == {"result"} else structured
    ways = ([structured], [inner], inner)
    return bool(texts) and (texts in ways or [_parsed(text) for text in texts] in ways)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
