"""A well-behaved MCP server, made with the SDK: over stdio, or HTTP on the socket `--http FD`."""

import base64
import os
import socket
import sys

import anyio
import uvicorn
from mcp.server.fastmcp import Context, FastMCP, Image
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import AnyUrl, BaseModel

server = FastMCP("test", log_level="CRITICAL")


class Place(BaseModel):
    name: str
    country: str = "Taiwan"


@server.tool()
def greet(name: str, times: int = 1) -> str:
    """Greet someone.

    More than a model needs to know.
    """
    return f"你好，{name}！" * times


@server.tool(name="查詢 人口")
def population(place: Place, years: list[int] | None = None) -> dict[str, object]:
    """Population of a place."""
    return {"place": place.name, "country": place.country, "years": years}


@server.tool()
def fail(why: str) -> str:
    """Fail."""
    raise ValueError(why)


@server.tool()
def numbers() -> list[int]:
    """Some numbers."""
    return [1, 2, 3]


@server.tool()
def picture() -> Image:
    """A picture."""
    return Image(data=b"\x89PNG" + bytes(996), format="png")


@server.tool()
def mixed() -> CallToolResult:
    """All that a result may hold."""
    some = base64.b64encode(b"abcd").decode()
    note = TextResourceContents(uri=AnyUrl("note://1"), text="a note")
    blob = BlobResourceContents(uri=AnyUrl("file:///a.bin"), blob=some)
    return CallToolResult(
        content=[
            TextContent(type="text", text="first"),
            AudioContent(type="audio", data=some, mimeType="audio/wav"),
            ResourceLink(
                type="resource_link",
                name="guide",
                uri=AnyUrl("https://example.org/g"),
                title="指南",
            ),
            EmbeddedResource(type="resource", resource=note),
            EmbeddedResource(type="resource", resource=blob),
        ],
        structuredContent={"total": 5},
    )


@server.tool()
def big(size: int) -> str:
    """A long text."""
    return "長" * size


@server.tool()
def environment() -> dict[str, str]:
    """What it is told."""
    return dict(os.environ)


@server.tool()
def header(context: Context) -> str:  # type: ignore[type-arg]
    """What it is sent."""
    request = context.request_context.request
    return request.headers["authorization"] if request is not None else "none"


@server.tool()
async def wait(mark: str) -> str:
    """Never answer."""
    with open(mark, "w", encoding="utf-8"):
        await anyio.sleep_forever()
    return ""


@server.tool()
def die() -> str:
    """End at once."""
    os._exit(3)


if __name__ == "__main__":
    if "--http" in sys.argv:
        app = uvicorn.Config(server.streamable_http_app(), log_level="critical")
        uvicorn.Server(app).run(sockets=[socket.socket(fileno=int(sys.argv[-1]))])
    else:
        server.run("stdio")
