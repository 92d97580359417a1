"""The server of a help desk: in the tests' process, or in one of its own, where it writes its spans to a file.

``python desk.py stdio`` serves by pipes; ``python desk.py http`` by streamable HTTP, and tells the port that it took.
"""

# No annotations as text: the oldest SDK looks at them as they are.
import os
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
from opentelemetry import trace

try:
    from mcp.server import mcpserver as servers
except ImportError:  # before 2.0
    from mcp.server import fastmcp as servers

types: Any = import_module("mcp_types" if hasattr(servers, "MCPServer") else "mcp.types")
_tracer = trace.get_tracer("desk")


def desk(tracer: trace.Tracer = _tracer, waits: Callable[[], None] = lambda: None) -> Any:
    """A server with tools of every kind, a prompt and a resource.

    Args:
        tracer: of the tools' own spans.
        waits: called when the tool that never answers has begun to wait.
    """
    make = getattr(servers, "MCPServer", None) or servers.FastMCP
    server: Any = make("desk", log_level="CRITICAL")

    @server.tool()
    async def find_order(number: int) -> str:
        with tracer.start_as_current_span("work"):
            return f"order {number} is on its way"

    @server.tool()
    async def fail() -> str:
        raise ValueError("order 4711 of Ms Doe is gone")

    @server.tool()
    async def wait() -> str:
        waits()
        await anyio.sleep_forever()
        return ""

    @server.tool()
    async def ask(ctx: servers.Context) -> str:
        text = types.TextContent(type="text", text="Where is it?")
        message = types.SamplingMessage(role="user", content=text)
        answer = await ctx.session.create_message([message], max_tokens=5)
        return str(answer.content.text)

    @server.prompt()
    def greet(name: str) -> str:
        return f"Greet {name}."

    @server.resource("orders://4711")
    def order() -> str:
        return "on its way"

    return server


def _follow() -> None:
    from opentelemetry import propagate
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

    from verspan.context import ActiveVersion, set_default_version
    from verspan.processor import VersionSpanProcessor
    from verspan.propagation.propagator import carrying_version
    from verspan_mcp import MCPInstrumentor

    provider = TracerProvider()
    provider.add_span_processor(VersionSpanProcessor())
    file = Path(os.environ["SPANS"]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115 - open as long as the process
    exporter = ConsoleSpanExporter(out=file, formatter=lambda span: span.to_json(indent=None) + "\n")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    propagate.set_global_textmap(carrying_version(propagate.get_global_textmap()))
    set_default_version(ActiveVersion(os.environ["OWN_VERSION"], "desk"))
    MCPInstrumentor().instrument()


async def _serve_http() -> None:
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(desk().streamable_http_app(), log_level="error")
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    _follow()
    if sys.argv[1] == "stdio":
        desk().run("stdio")
    else:
        anyio.run(_serve_http)
