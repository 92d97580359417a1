"""The SDK's two generations by the same names, and sessions over each of its transports."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client import streamable_http
from mcp.client.stdio import stdio_client
from mcp.shared import exceptions
from mcp.shared.memory import create_client_server_memory_streams

VERSION = metadata.version("mcp")
SINCE_2 = int(VERSION.partition(".")[0]) > 1
types: Any = import_module("mcp_types" if SINCE_2 else "mcp.types")
MCPError: type[Exception] = exceptions.MCPError if SINCE_2 else exceptions.McpError
SERVER = Path(__file__).parent / "desk.py"


@asynccontextmanager
async def in_memory(server: Any, **callbacks: Any) -> AsyncIterator[ClientSession]:
    """A session with a server in this process, not yet initialised."""
    desk = server._lowlevel_server if SINCE_2 else server._mcp_server
    async with create_client_server_memory_streams() as (ours, theirs):
        serving = asyncio.create_task(desk.run(*theirs, desk.create_initialization_options()))
        try:
            async with ClientSession(*ours, **callbacks) as session:
                yield session
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving


@asynccontextmanager
async def over_stdio(environment: Mapping[str, str]) -> AsyncIterator[ClientSession]:
    """A session with a server in a process of its own, by pipes."""
    parameters = StdioServerParameters(command=sys.executable, args=[str(SERVER), "stdio"], env=dict(environment))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        yield session


@asynccontextmanager
async def over_http(url: str) -> AsyncIterator[ClientSession]:
    """A session with a server by streamable HTTP."""
    connect = getattr(streamable_http, "streamable_http_client", None) or streamable_http.streamablehttp_client
    async with connect(url) as streams, ClientSession(streams[0], streams[1]) as session:
        yield session
